/**
 * A file that is written whole or not at all: bytes go to a private file beside it (mode 0600), which takes its name
 * at the end. What is no regular file (a pipe, a device) is written to as it is.
 */
import { closeSync, fstatSync, fsyncSync, openSync, realpathSync, renameSync, statSync, unlinkSync, type Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ProblemError } from '../base/problem.ts';

const codeOf = (thrown: unknown): string => (thrown as NodeJS.ErrnoException).code ?? 'unknown error';

/** What people are told of an error of the file system. */
function causeOf(code: string): string {
  switch (code) {
    case 'ENOSPC': return 'the disk is full';
    case 'EDQUOT': return 'the disk quota is used up';
    case 'EACCES':
    case 'EPERM': return 'there is no permission to write there';
    case 'EROFS': return 'the file system is read-only';
    case 'ENOENT':
    case 'ENOTDIR': return 'the folder does not exist';
    default: return code;
  }
}

const cannotWrite = (path: string, thrown: unknown): ProblemError =>
  new ProblemError('file', `${path} cannot be written: ${causeOf(codeOf(thrown))}.`, 'Name another file or folder.');

export class OutputFile {
  /** Open for writing. */
  public readonly fd: number;
  private readonly target: string;
  /** The file that becomes the target; undefined where the target is written to directly. */
  private readonly temporary: string | undefined;

  private constructor(fd: number, target: string, temporary: string | undefined) {
    this.fd = fd;
    this.target = target;
    this.temporary = temporary;
  }

  /**
   * Opens it. `input` is the file that is read meanwhile: the target may not be the same one unless `mayReplaceInput`
   * (the reader then keeps the old file, which has lost its name). Throws a ProblemError (code 'file').
   */
  public static open(path: string, input: string, options: { readonly mayReplaceInput?: boolean } = {}): OutputFile {
    const existing = statSync(path, { throwIfNoEntry: false });
    if (existing?.isDirectory() === true) {
      throw new ProblemError('file', `${path} is a folder.`, 'Name a file in it.');
    }
    if (existing !== undefined && options.mayReplaceInput !== true && isSame(existing, input)) {
      throw new ProblemError('file', `${path} is the capture that is being read: it is never overwritten.`, 'Name another file.');
    }
    try {
      // A link stays a link: what it names is replaced.
      const target = existing === undefined ? resolve(path) : realpathSync(path);
      if (existing !== undefined && !existing.isFile()) {
        return new OutputFile(openSync(target, 'w'), target, undefined);
      }
      // the global one: it is loaded when it is first asked for, and most commands write no file
      const random = Buffer.from(crypto.getRandomValues(new Uint8Array(6))).toString('hex');
      const temporary = join(dirname(target), `.${basename(target).slice(0, 200)}.${random}.part`);
      return new OutputFile(openSync(temporary, 'wx', 0o600), target, temporary);
    } catch (thrown) {
      throw cannotWrite(path, thrown);
    }
  }

  /** All is written: gives the file its name. Throws a ProblemError when even that fails; nothing is left then. */
  public finish(): void {
    try {
      this.close();
      if (this.temporary !== undefined) {
        renameSync(this.temporary, this.target);
      }
    } catch (thrown) {
      this.removeTemporary();
      throw cannotWrite(this.target, thrown);
    }
  }

  /** Leaves what stood under the name as it was. */
  public discard(): void {
    closeSync(this.fd);
    this.removeTemporary();
  }

  private close(): void {
    try {
      if (fstatSync(this.fd).isFile()) {
        // Some file systems say only now that they have no room.
        fsyncSync(this.fd);
      }
    } finally {
      closeSync(this.fd);
    }
  }

  private removeTemporary(): void {
    if (this.temporary !== undefined) {
      try {
        unlinkSync(this.temporary);
      } catch {
        // It is gone already.
      }
    }
  }
}

function isSame(existing: Stats, input: string): boolean {
  const read = statSync(input, { throwIfNoEntry: false });
  return read !== undefined && read.ino === existing.ino && read.dev === existing.dev;
}
