/**
 * Several agents' pcapng streams as one, in order of time: interfaces get numbers of their own, flows too, and a packet is
 * written when every stream has come past it. What comes after that is written where it comes, and counted. Where a node's
 * clock is known to be off (nodeClocks.ts), its times are corrected as they are written.
 */
import { Addresses } from './addresses.ts';
import { BlockError, BlockType, blocksOf, optionsOf, setTicks, ticksOf, type Block } from './blocks.ts';
import { renumberFlows, renumberFlowOption, shiftTimes } from './flowNumbers.ts';
import { NodeClocks } from './nodeClocks.ts';
import { TimeHeap, type Timed } from './timeHeap.ts';

/** A stream's own packets are in order but for that much: rings are read one after the other, nanoseconds. */
const kUnordered = 250_000_000;
/** A stream from which nothing comes for that long is not waited for, milliseconds. */
const kPatience = 2000;
const kTsresol = 9;

export interface MergeOutput {
  /** Takes whole blocks in order; `done` is called when they are on the disk. */
  readonly write: (blocks: readonly Uint8Array[], done: () => void) => void;
}

interface Interface {
  readonly id: number;
  /** Nanoseconds of one unit of its times. */
  readonly unit: bigint;
}

/** Packets of one frame that are not written yet. */
interface Batch {
  left: number;
  readonly safe: () => void;
}

/** By its node's clock. */
interface Packet extends Timed {
  readonly bytes: Buffer;
  readonly batch: Batch;
  readonly unit: bigint;
}

/** The first packet of a stream that waits, by the corrected clock. */
interface Head extends Timed {
  readonly stream: MergeStream;
}

/** One agent's part. */
export class MergeStream {
  public readonly name: string;
  public readonly index: number;
  public interfaces: Interface[] = [];
  public readonly waiting = new TimeHeap<Packet>();
  /** Everything up to there has come, nanoseconds of `NodeClocks.since` by the node's clock; Infinity when it has ended. */
  public mark = -Infinity;
  public heard = Date.now();
  public present = false;
  /** Packets that came after later ones had been written. */
  public late = 0;
  public lateFrom: bigint | undefined;
  public lateUntil: bigint | undefined;

  public constructor(name: string, index: number) {
    this.name = name;
    this.index = index;
  }
}

export class Merger {
  private readonly output: MergeOutput;
  private readonly streams: MergeStream[] = [];
  public readonly clocks = new NodeClocks();
  public readonly addresses = new Addresses();
  private written = -Infinity;
  private interfaces = 0;
  private pending: Uint8Array[] = [];
  private finished: Batch[] = [];
  /** Packets written, and how many there may be: those beyond are left out. */
  public packets = 0;
  public most = Infinity;
  /** Bytes of them on the wire. */
  public bytes = 0;

  public constructor(output: MergeOutput) {
    this.output = output;
  }

  public get all(): readonly MergeStream[] {
    return this.streams;
  }

  public add(name: string): MergeStream {
    const stream = new MergeStream(name, this.streams.length);
    this.streams.push(stream);
    return stream;
  }

  /** Whole blocks of a stream; `safe` when they are on the disk. Throws BlockError: what stood before the fault is kept. */
  public push(stream: MergeStream, blocks: Buffer, safe: () => void): void {
    stream.heard = Date.now();
    const batch: Batch = { left: 1, safe };
    for (const block of blocksOf(blocks)) this.take(stream, block, batch);
    this.release(batch);
    this.advance();
  }

  /** All of its packets up to then have come. */
  public complete(stream: MergeStream, time: bigint): void {
    stream.heard = Date.now();
    stream.mark = Math.max(stream.mark, this.clocks.since(time));
    this.advance();
  }

  /** Nothing more comes of it. */
  public end(stream: MergeStream): void {
    stream.mark = Infinity;
    this.advance();
  }

  /** Writes what every stream has come past. To be called from time to time, too: streams fall silent. */
  public advance(): void {
    const { clocks } = this;
    const now = Date.now();
    let until = Infinity;
    for (const { index, mark, present, heard } of this.streams) {
      if (present && now - heard < kPatience) until = Math.min(until, clocks.corrected(index, mark));
    }
    // What is older than what has been written waits for nobody.
    until = Math.max(until, this.written);
    const heads = new TimeHeap<Head>();
    const offer = (stream: MergeStream): void => {
      const { first } = stream.waiting;
      const time = first === undefined ? Infinity : clocks.corrected(stream.index, first.time);
      if (first !== undefined && time <= until) heads.push({ time, stream });
    };
    this.streams.forEach(offer);
    for (let head = heads.pop(); head !== undefined; head = heads.pop()) {
      const packet = head.stream.waiting.pop();
      if (packet !== undefined) this.writePacket(head, packet);
      offer(head.stream);
    }
    this.flush();
  }

  /** Writes what is left, in order. */
  public finish(): void {
    for (const stream of this.streams) stream.mark = Infinity;
    this.advance();
  }

  /** A block of ours, after what has been written. */
  public note(block: Uint8Array): void {
    this.pending.push(block);
    this.flush();
  }

  private take(stream: MergeStream, { type, bytes }: Block, batch: Batch): void {
    switch (type) {
      case BlockType.section:
        // A session begun anew: its interfaces are new, too.
        stream.interfaces = [];
        return;
      case BlockType.interface:
        stream.interfaces.push({ id: this.interfaces++, unit: unitOf(bytes) });
        this.pending.push(bytes);
        return;
      case BlockType.statistics:
        bytes.writeUInt32LE(interfaceOf(stream, bytes).id, 8);
        this.pending.push(bytes);
        return;
      case BlockType.packet:
        this.takePacket(stream, bytes, batch);
        return;
      case BlockType.custom:
        this.addresses.takeObjects(bytes);
        this.pending.push(shiftTimes(renumberFlows(bytes, stream.index), this.clocks.correction(stream.index)));
        return;
      default:
        this.pending.push(bytes);
    }
  }

  private takePacket(stream: MergeStream, bytes: Buffer, batch: Batch): void {
    const { id, unit } = interfaceOf(stream, bytes);
    bytes.writeUInt32LE(id, 8);
    renumberFlowOption(bytes, stream.index);
    const time = this.clocks.since(ticksOf(bytes) * unit);
    this.clocks.seen(stream.index, bytes, time);
    this.addresses.take(bytes);
    stream.mark = Math.max(stream.mark, time - kUnordered);
    batch.left++;
    stream.waiting.push({ time, bytes, batch, unit });
  }

  /** `time` of the head: corrected. */
  private writePacket({ time, stream }: Head, { time: own, bytes, batch, unit }: Packet): void {
    this.clocks.passed(stream.index, own);
    const absolute = this.clocks.absolute(time);
    if (time !== own) setTicks(bytes, absolute / unit);
    if (time < this.written) {
      stream.late++;
      stream.lateFrom = stream.lateFrom === undefined || absolute < stream.lateFrom ? absolute : stream.lateFrom;
      stream.lateUntil = stream.lateUntil === undefined || absolute > stream.lateUntil ? absolute : stream.lateUntil;
    }
    this.written = Math.max(this.written, time);
    if (this.packets < this.most) {
      this.pending.push(bytes);
      this.packets++;
      this.bytes += bytes.readUInt32LE(24);
    }
    this.release(batch);
  }

  private release(batch: Batch): void {
    if (--batch.left === 0) this.finished.push(batch);
  }

  private flush(): void {
    if (this.pending.length === 0 && this.finished.length === 0) return;
    const { pending, finished } = this;
    this.pending = [];
    this.finished = [];
    this.output.write(pending, () => { for (const { safe } of finished) safe(); });
  }
}

function interfaceOf(stream: MergeStream, bytes: Buffer): Interface {
  const found = stream.interfaces[bytes.readUInt32LE(8)];
  if (found === undefined) throw new BlockError('A packet is of an interface that was not described.');
  return found;
}

/** Of if_tsresol (draft-ietf-opsawg-pcapng, 4.2): a power of ten; agents write 9. */
function unitOf(description: Buffer): bigint {
  for (const { code, value } of optionsOf(description, 16)) {
    if (code !== kTsresol || value.length !== 1) continue;
    const resolution = value.readUInt8(0);
    if (resolution > 9) throw new BlockError('Times finer than nanoseconds are not merged.');
    return 10n ** BigInt(9 - resolution);
  }
  return 1000n;
}
