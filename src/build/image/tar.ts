/** Writes tar archives (POSIX ustar), as much of it as container images need. */

export interface TarEntry {
  /** Without a leading slash. */
  readonly path: string;
  readonly mode: number;
  /** A file's content; absent for folders and links. */
  readonly data?: Uint8Array;
  /** Target of a symbolic link. */
  readonly link?: string;
  readonly uid?: number;
}

const BLOCK = 512;
const NAME = 100;
const PREFIX = 155;

/** Long paths are split at a slash into name and prefix. */
function splitPath(path: string): readonly [name: string, prefix: string] {
  if (Buffer.byteLength(path) <= NAME) return [path, ''];
  for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (Buffer.byteLength(name) <= NAME && Buffer.byteLength(prefix) <= PREFIX) return [name, prefix];
  }
  throw new RangeError(`the path is too long for a tar archive: ${path}`);
}

function header(entry: TarEntry): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number): void => {
    block.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
  };
  const kind = entry.link !== undefined ? '2' : entry.data === undefined ? '5' : '0';
  const [name, prefix] = splitPath(entry.path);
  block.write(name, 0);
  octal(entry.mode, 100, 8);
  octal(entry.uid ?? 0, 108, 8);
  octal(entry.uid ?? 0, 116, 8);
  octal(entry.data?.length ?? 0, 124, 12);
  // No time of making: the same content makes the same image.
  octal(0, 136, 12);
  block.write('        ', 148, 'latin1');
  block.write(kind, 156, 'latin1');
  if (Buffer.byteLength(entry.link ?? '') > NAME) throw new RangeError(`the link target is too long for a tar archive: ${entry.link ?? ''}`);
  block.write(entry.link ?? '', 157);
  block.write('ustar\x0000', 257, 'latin1');
  block.write(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** The archive as pieces, in order: joined only by who writes them. */
export function* tarPieces(entries: Iterable<TarEntry>): Generator<Uint8Array> {
  for (const entry of entries) {
    yield header(entry);
    const size = entry.data?.length ?? 0;
    if (entry.data !== undefined) yield entry.data;
    if (size % BLOCK > 0) yield Buffer.alloc(BLOCK - (size % BLOCK));
  }
  yield Buffer.alloc(2 * BLOCK);
}
