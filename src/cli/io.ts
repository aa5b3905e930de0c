/** Standard output and error, written synchronously: order is kept and a slow reader slows us down, not memory up. */
import { writeSync } from 'node:fs';
import { escapeTerminal } from '../base/escape.ts';
import type { CommandIo } from './exit.ts';

function isErrno(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code;
}

/** Writes all of it; waits while a pipe is full; false when its reader is gone. */
function writeAll(fd: number, bytes: Uint8Array): boolean {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (thrown) {
      if (isErrno(thrown, 'EPIPE')) return false;
      if (!isErrno(thrown, 'EAGAIN')) throw thrown;
      Atomics.wait(pause, 0, 0, 2); // milliseconds; the pipe is in non-blocking mode and full
    }
  }
  return true;
}

/** Text may hold names of files, clusters and packets; bytes are of the engine, which has its own rule (native/base/shown.h), or a capture. */
export const processIo: CommandIo = {
  out: (chunk) => writeAll(1, typeof chunk === 'string' ? Buffer.from(escapeTerminal(chunk)) : chunk),
  err: (line) => void writeAll(2, Buffer.from(`${escapeTerminal(line)}\n`)),
};
