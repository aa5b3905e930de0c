/**
 * The agent's side of a framed session (src/contract/agent.ts): takes the pcapng of one capturing process, keeps what is
 * not acknowledged, serves it to one connection after the other on a unix socket, and ends when nobody comes any more.
 */
import type { Socket } from 'node:net';
import { BlockSplitter, BlockType, blocksOf, ticksOf } from '../capture/blocks.ts';
import { FrameError, FrameReader, jsonFrame, jsonOf, frameOf } from '../capture/frames.ts';
import {
  FrameKind, kAgentProtocol, kOrphan, kSilence, kWindow,
  type AckFrame, type EndFrame, type Frame, type HelloFrame, type NoteFrame, type PauseFrame, type StatusFrame,
} from '../contract/agent.ts';
import type { LiveStatus } from '../contract/live.ts';

/** Between two statuses, milliseconds. */
const kBeat = 500;
/** What a ring holds for that long at most has come from the kernel and through the capturing process, nanoseconds. */
const kInFlight = 300_000_000n;

/** The process that captures, as far as this side needs it. */
export interface Capturing {
  /** Whether its output is taken: while it is not, the kernel drops and counts. */
  readonly take: (yes: boolean) => void;
  /** Asks it to end; its last output comes before finish(). */
  readonly stop: () => void;
}

export interface FramedOptions {
  readonly hello: Omit<HelloFrame, 'protocol'>;
  /** Bytes that are kept for a user who does not take them. */
  readonly spoolBytes: number;
  readonly capturing: Capturing;
  /** Nothing is left to do: the process may end. */
  readonly onOver: () => void;
  /** Milliseconds; as the contract says unless a test has less patience. */
  readonly orphan?: number;
  readonly silence?: number;
}

interface Kept {
  readonly sequence: number;
  readonly bytes: Buffer;
}

/** Of the node's clock, nanoseconds since 1970. */
interface Pause {
  readonly from: bigint;
  until: bigint | undefined;
}

const nowNs = (): bigint => BigInt(Date.now()) * 1_000_000n;

export class FramedSession {
  private readonly options: FramedOptions;
  private readonly blocks = new BlockSplitter();
  private kept: Kept[] = [];
  private waiting = 0;
  private sequence = 0;
  /** Of `kept`, how many have been sent on this connection. */
  private sent = 0;
  private underWay = 0;
  private connection: Socket | undefined;
  private acknowledged = false;
  private ended = false;
  private over = false;
  private taking = true;
  private readonly pauses: Pause[] = [];
  private leftOut = 0;
  private status: LiveStatus | undefined;
  private readonly beat: NodeJS.Timeout;
  private patience: NodeJS.Timeout | undefined;

  public constructor(options: FramedOptions) {
    this.options = options;
    this.beat = setInterval(() => { this.tell(); }, kBeat);
    this.waitForUser();
  }

  /** Output of the capturing process. */
  public packets(chunk: Buffer): void {
    const whole = this.withoutPaused(this.blocks.push(chunk));
    if (whole.length > 0) this.keep(frameOf(FrameKind.packets, ++this.sequence, whole));
  }

  public progress(status: LiveStatus): void {
    const first = this.status === undefined;
    this.status = status;
    if (first) this.tell();
  }

  public note(text: string): void {
    const note: NoteFrame = { text };
    this.keep(jsonFrame(FrameKind.note, ++this.sequence, note));
  }

  /** The capturing process has ended, and all of its output has been given. */
  public finish(end: EndFrame): void {
    this.keep(jsonFrame(FrameKind.end, ++this.sequence, end));
    this.ended = true;
    this.tell();
  }

  /** Another exec takes over: the one before, if it is still there, is dead or forgotten. */
  public attach(connection: Socket): void {
    this.connection?.destroy();
    this.connection = connection;
    this.acknowledged = false;
    this.sent = 0;
    this.underWay = 0;
    const reader = new FrameReader();
    connection.on('data', (chunk: Buffer) => {
      try {
        for (const frame of reader.push(chunk)) this.hear(frame);
      } catch (thrown) {
        if (!(thrown instanceof FrameError)) throw thrown;
        connection.destroy();
      }
    });
    connection.on('error', () => undefined);
    connection.on('close', () => { this.detach(connection); });
    connection.on('end', () => { connection.destroy(); });
    const hello: HelloFrame = { protocol: kAgentProtocol, ...this.options.hello };
    connection.write(jsonFrame(FrameKind.hello, 0, hello));
    this.waitForWord();
  }

  private detach(connection: Socket): void {
    if (this.connection !== connection) return;
    this.connection = undefined;
    if (this.ended && this.kept.length === 0) this.finished();
    else this.waitForUser();
  }

  private hear(frame: Frame): void {
    this.waitForWord();
    switch (frame.kind) {
      case FrameKind.ack: {
        this.acknowledge(jsonOf(frame) as AckFrame);
        break;
      }
      case FrameKind.pause:
        this.pause((jsonOf(frame) as PauseFrame).on);
        break;
      case FrameKind.stop:
        this.options.capturing.stop();
        break;
      default:
        // Of a newer user: what it asks for is not done here, and its version was told.
    }
  }

  private acknowledge({ sequence, time }: AckFrame): void {
    const first = this.kept[0]?.sequence ?? this.sequence + 1;
    const gone = Math.max(0, Math.min(this.kept.length, sequence - first + 1));
    for (const [at, { bytes }] of this.kept.slice(0, gone).entries()) {
      this.waiting -= bytes.length;
      if (at < this.sent) this.underWay -= bytes.length;
    }
    this.kept = this.kept.slice(gone);
    this.sent = Math.max(0, this.sent - gone);
    this.acknowledged = true;
    this.takeOrNot();
    this.pump();
    if (time !== undefined) this.tell(time);
    if (this.ended && this.kept.length === 0) this.connection?.end();
  }

  private keep(bytes: Buffer): void {
    this.kept.push({ sequence: this.sequence, bytes });
    this.waiting += bytes.length;
    this.takeOrNot();
    this.pump();
  }

  /** Full: the pipe of the capturing process fills, then the rings; what they cannot hold is counted by the kernel. */
  private takeOrNot(): void {
    const taking = this.waiting < this.options.spoolBytes;
    if (taking === this.taking) return;
    this.taking = taking;
    this.options.capturing.take(taking);
  }

  private pump(): void {
    if (!this.acknowledged || this.connection === undefined) return;
    for (; this.sent < this.kept.length && this.underWay < kWindow; this.sent++) {
      const bytes = this.kept[this.sent]?.bytes ?? Buffer.alloc(0);
      this.underWay += bytes.length;
      this.connection.write(bytes);
    }
  }

  private tell(echo?: string): void {
    if (this.connection === undefined || !this.acknowledged) return;
    const now = nowNs();
    const allSent = this.sent === this.kept.length && this.taking;
    const status: StatusFrame = {
      capturing: this.status !== undefined,
      packets: this.status?.packets ?? 0, dropped: this.status?.dropped ?? 0, paused: this.leftOut, waiting: this.waiting, clock: String(now),
      ...(allSent ? { complete: String(this.ended ? now : now - kInFlight) } : {}),
      ...(echo === undefined ? {} : { echo }),
    };
    this.connection.write(jsonFrame(FrameKind.status, 0, status));
  }

  private pause(on: boolean): void {
    const last = this.pauses.at(-1);
    const paused = last !== undefined && last.until === undefined;
    if (on && !paused) this.pauses.push({ from: nowNs(), until: undefined });
    else if (!on && paused) last.until = nowNs();
  }

  /** Goes by when packets were taken: the kernel hands them over some time later. Agents' times are nanoseconds. */
  private withoutPaused(bytes: Buffer): Buffer {
    if (this.pauses.length === 0 || bytes.length === 0) return bytes;
    const all = [...blocksOf(bytes)];
    const kept = all.filter((block) => block.type !== BlockType.packet || !this.isPaused(ticksOf(block.bytes)));
    this.leftOut += all.length - kept.length;
    return Buffer.concat(kept.map((block) => block.bytes));
  }

  private isPaused(time: bigint): boolean {
    const last = this.pauses.findLast(({ from }) => time >= from);
    return last !== undefined && (last.until === undefined || time < last.until);
  }

  private waitForUser(): void {
    this.patient(this.options.orphan ?? kOrphan, () => {
      this.options.capturing.stop();
      this.finished();
    });
  }

  private waitForWord(): void {
    this.patient(this.options.silence ?? kSilence, () => { this.connection?.destroy(); });
  }

  private patient(milliseconds: number, then: () => void): void {
    clearTimeout(this.patience);
    if (!this.over) this.patience = setTimeout(then, milliseconds);
  }

  private finished(): void {
    if (this.over) return;
    this.over = true;
    clearInterval(this.beat);
    clearTimeout(this.patience);
    this.options.onOver();
  }
}
