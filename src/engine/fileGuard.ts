/**
 * Watches over the one file an engine serves. The engine maps the file into memory, so a file that shrinks
 * or is replaced under it must be noticed before a page is answered from it (a read past the end is SIGBUS).
 */
import { closeSync, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs';
import type { Disposable } from '../base/disposable.ts';
import { ProblemError } from '../base/problem.ts';
import type { Problem } from '../contract/rpc.ts';

/** How much of the file's start is remembered to tell "appended" from "written anew". */
const kHeadBytes = 4096;

const fileChanged = (path: string, how: string): ProblemError =>
  new ProblemError('fileChanged', `The file changed: ${path} ${how} since it was opened.`, 'Reopen it.');

export class FileGuard implements Disposable {
  private readonly path: string;
  private readonly descriptor: number;
  private readonly device: number;
  private readonly inode: number;
  private readonly head: Buffer;
  private size: number;
  private modified: number;

  private constructor(path: string, descriptor: number, stats: Stats) {
    this.path = path;
    this.descriptor = descriptor;
    this.device = stats.dev;
    this.inode = stats.ino;
    this.size = stats.size;
    this.modified = stats.mtimeMs;
    this.head = this.readHead(Math.min(kHeadBytes, stats.size));
  }

  /** Throws a ProblemError (code 'file') when the path is no readable file with something in it. */
  public static open(path: string): FileGuard {
    const descriptor = openForReading(path);
    try {
      const stats = fstatSync(descriptor);
      if (stats.isDirectory()) {
        throw new ProblemError('file', `${path} is a folder, not a capture file.`, 'Open a capture file inside it.');
      }
      if (!stats.isFile()) {
        throw new ProblemError('file', `${path} is not a regular file.`, 'Copy what it delivers to a file and open that.');
      }
      if (stats.size === 0) {
        throw new ProblemError('file', `${path} is empty (0 bytes).`, 'Check whether the capture was written at all.');
      }
      return new FileGuard(path, descriptor, stats);
    } catch (thrown) {
      closeSync(descriptor);
      throw thrown;
    }
  }

  /** Throws a ProblemError (code 'fileChanged') when what was read is lost: the bytes are cut off or others. */
  public check(): void {
    const stats = fstatSync(this.descriptor);
    if (stats.size < this.size) {
      throw fileChanged(this.path, `shrank from ${String(this.size)} to ${String(stats.size)} bytes`);
    }
    if (stats.mtimeMs !== this.modified) {
      if (!this.readHead(this.head.length).equals(this.head)) {
        throw fileChanged(this.path, 'was written anew');
      }
      this.modified = stats.mtimeMs;
      this.size = stats.size;
    }
  }

  /** Bytes of the file now. */
  public currentSize(): number {
    return fstatSync(this.descriptor).size;
  }

  /** What became of the file's name; what was read stays readable through the open descriptor. Code 'fileGone' if there is something. */
  public nameProblem(): Problem | undefined {
    const named = statSync(this.path, { throwIfNoEntry: false });
    if (named === undefined) {
      return {
        code: 'fileGone', cause: `${this.path} was deleted or moved since it was opened.`,
        remedy: 'What was read of it is still shown: save a copy of it, or reopen it when it is there again.',
      };
    }
    return named.ino === this.inode && named.dev === this.device ? undefined : {
      code: 'fileGone', cause: `${this.path} was replaced by another file since it was opened.`,
      remedy: 'The old one is still shown: reopen it, or save a copy of the old one first.',
    };
  }

  public dispose(): void {
    closeSync(this.descriptor);
  }

  private readHead(length: number): Buffer {
    const head = Buffer.alloc(length);
    return head.subarray(0, readSync(this.descriptor, head, 0, length, 0));
  }
}

function openForReading(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    switch (code) {
      case 'ENOENT':
        throw new ProblemError('file', `${path} does not exist.`, 'It may have been moved or deleted: open it from where it is now.');
      case 'EACCES':
      case 'EPERM':
        throw new ProblemError('file', `No permission to read ${path}.`, 'Give yourself read access (chmod, chown) and reopen it.');
      default:
        throw new ProblemError('file', `${path} cannot be opened (${code ?? 'unknown error'}).`, 'Check the disk and the path, then reopen it.');
    }
  }
}
