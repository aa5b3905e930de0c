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
