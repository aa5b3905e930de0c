/** Tells whether a capture is still the one of which something was kept. Free of vscode. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** Bytes of the file's start that are compared. */
const kHead = 64 * 1024;

export interface FileIdentity {
  /** Bytes of the file then. */
  readonly size: number;
  /** SHA-256 of the first `size` bytes, at most kHead, in hexadecimal. */
  readonly head: string;
}

/** Rejects where the file cannot be read. */
export const identityOf = (path: string): Promise<FileIdentity> => read(path, Number.POSITIVE_INFINITY);

/** A capture that has grown is the same one. */
export async function isStill(path: string, before: FileIdentity): Promise<boolean> {
  const now = await read(path, before.size).catch(() => undefined);
  return now !== undefined && now.size >= before.size && now.head === before.head;
}

async function read(path: string, atMost: number): Promise<FileIdentity> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(kHead, size, atMost)), 0, Math.min(kHead, size, atMost), 0);
    return { size, head: createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex') };
  } finally {
    await file.close();
  }
}

/** Undefined: it is none. */
export function parseIdentity(value: unknown): FileIdentity | undefined {
  const { size, head } = (typeof value === 'object' && value !== null ? value : {}) as Partial<Record<keyof FileIdentity, unknown>>;
  return typeof size === 'number' && typeof head === 'string' ? { size, head } : undefined;
}
