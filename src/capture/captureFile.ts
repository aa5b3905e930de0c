/** The file a capture from a cluster grows in: for its owner only, written in order, whole up to its last block. */
import { open, type FileHandle } from 'node:fs/promises';

/** draft-ietf-opsawg-pcapng, 4.1: section header with the program's name; its length is left open. */
const kSection = 0x0a0d0d0a;
const kByteOrder = 0x1a2b3c4d;
const kApplication = 4;

export function sectionHeader(application: string): Buffer {
  const name = Buffer.from(application);
  const padded = (name.length + 3) & ~3;
  const out = Buffer.alloc(28 + 4 + padded + 4);
  out.writeUInt32LE(kSection, 0);
  out.writeUInt32LE(out.length, 4);
  out.writeUInt32LE(kByteOrder, 8);
  out.writeUInt16LE(1, 12);
  out.writeBigInt64LE(-1n, 16);
  out.writeUInt16LE(kApplication, 24);
  out.writeUInt16LE(name.length, 26);
  name.copy(out, 28);
  out.writeUInt32LE(out.length, out.length - 4);
  return out;
}

interface Waiting {
  readonly blocks: readonly Uint8Array[];
  readonly done: () => void;
}

export class CaptureFile {
  public readonly path: string;
  private readonly handle: FileHandle;
  private readonly onFailure: (sentence: string) => void;
  private queue: Waiting[] = [];
  private writing: Promise<void> | undefined;
  private failed = false;
  /** Bytes that are in the file. */
  public size = 0;

  private constructor(path: string, handle: FileHandle, onFailure: (sentence: string) => void) {
    this.path = path;
    this.handle = handle;
    this.onFailure = onFailure;
  }

  /** Makes it; rejects where it is there already. `onFailure`: nothing more can be written, one sentence. */
  public static async create(path: string, onFailure: (sentence: string) => void): Promise<CaptureFile> {
    return new CaptureFile(path, await open(path, 'wx', 0o600), onFailure);
  }

  /** `done` when they are in the file; never where that fails. */
  public write(blocks: readonly Uint8Array[], done: () => void): void {
    if (this.failed) return;
    this.queue.push({ blocks, done });
    this.writing ??= this.writeAll().finally(() => { this.writing = undefined; });
  }

  /** Waits for what was given to be written, and closes. */
  public async close(): Promise<void> {
    while (this.writing !== undefined) await this.writing;
    await this.handle.close();
  }

  private async writeAll(): Promise<void> {
    while (this.queue.length > 0 && !this.failed) {
      const parts = this.queue;
      this.queue = [];
      const bytes = Buffer.concat(parts.flatMap(({ blocks }) => blocks));
      try {
        await this.writeWhole(bytes);
      } catch (thrown) {
        await this.fail(thrown);
        return;
      }
      for (const { done } of parts) done();
    }
  }

  private async writeWhole(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.handle.write(bytes, at, bytes.length - at, this.size + at);
      at += bytesWritten;
    }
    this.size += bytes.length;
  }

  /** What was begun is cut off again: the file ends with a whole block. */
  private async fail(thrown: unknown): Promise<void> {
    this.failed = true;
    this.queue = [];
    await this.handle.truncate(this.size).catch(() => undefined);
    this.onFailure(`${this.path} cannot be written any more (${thrown instanceof Error ? thrown.message : String(thrown)}): what was captured before is whole.`);
  }
}
