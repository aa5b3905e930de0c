/** pcapng as a stream of blocks, little-endian as our own captures are: where each begins, what time a packet has. */

/** draft-ietf-opsawg-pcapng, 4. */
export const BlockType = { section: 0x0a0d0d0a, interface: 1, names: 4, statistics: 5, packet: 6, custom: 0x0bad } as const;

const kLeast = 12;
/** As much as a reader has to take: far more than packet and tables need. */
const kMost = 16 * 1024 ** 2;

/** What came is no pcapng: one sentence. */
export class BlockError extends Error {}

export interface Block {
  readonly type: number;
  /** The whole of it, both lengths included. */
  readonly bytes: Buffer;
}

/** Blocks of bytes that hold whole ones. Throws BlockError. */
export function* blocksOf(bytes: Buffer): Generator<Block> {
  for (let at = 0; at < bytes.length; ) {
    const length = lengthAt(bytes, at);
    yield { type: bytes.readUInt32LE(at), bytes: bytes.subarray(at, at + length) };
    at += length;
  }
}

function lengthAt(bytes: Buffer, at: number): number {
  const length = bytes.readUInt32LE(at + 4);
  if (length < kLeast || length > kMost || length % 4 !== 0) throw new BlockError('What was captured is no pcapng.');
  return length;
}

/** Time of a packet block in units of its interface. */
export const ticksOf = (packet: Buffer): bigint => (BigInt(packet.readUInt32LE(12)) << 32n) | BigInt(packet.readUInt32LE(16));

export interface BlockOption {
  readonly code: number;
  readonly value: Buffer;
}

/** Options of a block from where they begin to its end (draft-ietf-opsawg-pcapng, 3.5); what does not fit is left out. */
export function* optionsOf(block: Buffer, from: number): Generator<BlockOption> {
  for (let at = from; at + 4 <= block.length - 4; ) {
    const [code, length] = [block.readUInt16LE(at), block.readUInt16LE(at + 2)];
    if (code === 0 || at + 4 + length > block.length - 4) return;
    yield { code, value: block.subarray(at + 4, at + 4 + length) };
    at += 4 + ((length + 3) & ~3);
  }
}

/** Writes the time of a packet block, in units of its interface. */
export function setTicks(packet: Buffer, ticks: bigint): void {
  packet.writeUInt32LE(Number(ticks >> 32n), 12);
  packet.writeUInt32LE(Number(ticks & 0xffffffffn), 16);
}

/** Gives whole blocks of a stream with arbitrary boundaries. */
export class BlockSplitter {
  private rest: Buffer = Buffer.alloc(0);

  /** The blocks that are whole now, one after the other; empty when none is. Throws BlockError. */
  public push(chunk: Buffer): Buffer {
    const all = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let end = 0;
    while (all.length - end >= kLeast) {
      const length = lengthAt(all, end);
      if (all.length - end < length) break;
      end += length;
    }
    this.rest = all.subarray(end);
    return all.subarray(0, end);
  }
}
