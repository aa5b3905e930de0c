/** Frames of a session with an agent, as src/contract/agent.ts lays them out. */
import { crc32 } from 'node:zlib';
import type { Frame } from '../contract/agent.ts';

const kHeader = 20;
const kChecked = 16;
/** A frame holds whole pcapng blocks, of which the largest have a packet of 256 KiB, or tables of 1 MiB. */
const kLargest = 16 * 1024 ** 2;

/** What came is no frame, or another than was sent: one sentence. */
export class FrameError extends Error {}

export function frameOf(kind: number, sequence: number, payload: Uint8Array): Buffer {
  const out = Buffer.alloc(kHeader + payload.length);
  out.writeUInt32LE(payload.length, 0);
  out.writeUInt8(kind, 4);
  out.writeBigUInt64LE(BigInt(sequence), 8);
  out.set(payload, kHeader);
  out.writeUInt32LE(crc32(payload, crc32(out.subarray(0, kChecked))), kChecked);
  return out;
}

/** A frame whose payload is JSON. */
export const jsonFrame = (kind: number, sequence: number, value: object): Buffer => frameOf(kind, sequence, Buffer.from(JSON.stringify(value)));

/** The JSON of a frame: the interfaces of the contract say what is in it. Throws FrameError. */
export function jsonOf({ payload }: Frame): object {
  try {
    const value: unknown = JSON.parse(payload.toString());
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below.
  }
  throw new FrameError('A frame of the agent is no JSON object.');
}

/** Cuts a stream with arbitrary boundaries into frames. */
export class FrameReader {
  private parts: Buffer[] = [];
  private size = 0;
  /** Bytes after which the next frame is whole. */
  private wanted = kHeader;

  /** Throws FrameError: the stream is of no use from there on. */
  public push(chunk: Uint8Array): readonly Frame[] {
    this.parts.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this.size += chunk.length;
    const frames: Frame[] = [];
    while (this.size >= this.wanted) {
      const all = this.parts.length === 1 ? (this.parts[0] ?? Buffer.alloc(0)) : Buffer.concat(this.parts);
      const length = all.readUInt32LE(0);
      if (length > kLargest) throw new FrameError('What the agent sends are no frames.');
      this.wanted = kHeader + length;
      this.parts = [all];
      if (this.size < this.wanted) break;
      frames.push(checked(all.subarray(0, this.wanted)));
      const rest = all.subarray(this.wanted);
      this.parts = rest.length === 0 ? [] : [rest];
      this.size = rest.length;
      this.wanted = kHeader;
    }
    return frames;
  }
}

function checked(bytes: Buffer): Frame {
  const payload = bytes.subarray(kHeader);
  if (crc32(payload, crc32(bytes.subarray(0, kChecked))) !== bytes.readUInt32LE(kChecked)) throw new FrameError('A frame of the agent was damaged on its way.');
  return { kind: bytes.readUInt8(4), sequence: Number(bytes.readBigUInt64LE(8)), payload };
}
