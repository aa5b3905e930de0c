/** The shared libraries a program needs, as entries of an image. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import type { ImageEntry } from './ociImage.ts';

const MAGIC = Buffer.from('\x7fELF', 'latin1');

function isElf(file: string): boolean {
  const head = Buffer.alloc(4);
  const open = openSync(file, 'r');
  try {
    return readSync(open, head, 0, 4, 0) === 4 && head.equals(MAGIC);
  } finally {
    closeSync(open);
  }
}

/**
 * Libraries and loader of the given programs, with those of theirs, where a program looks for them.
 * Those below `roots` (unpacked packages) come before this machine's.
 */
export function libraryEntries(programs: readonly string[], roots: readonly string[] = []): readonly ImageEntry[] {
  const search = roots.flatMap((root) => ['usr/lib', 'lib'].map((dir) => `${root}/${dir}/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`));
  const found = new Map<string, string>();
  for (const program of programs.filter(isElf)) {
    const text = execFileSync('ldd', [program], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C', LD_LIBRARY_PATH: search.join(':') } });
    for (const line of text.split('\n')) {
      if (line.includes('not found')) throw new Error(`${program} needs ${line.trim().split(' ')[0] ?? 'a library'}, which is not on this machine`);
      // `libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x…)`, and the loader: `/lib64/ld-linux-x86-64.so.2 (0x…)`
      const [, name, path] = /^\s*(\S+)(?: => (\/\S+))? \(0x/.exec(line) ?? [];
      if (name === undefined || name.startsWith('linux-vdso')) continue;
      if (name.startsWith('/')) found.set(name, name);
      else if (path !== undefined) found.set(`/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/${basename(name)}`, path);
    }
  }
  return [...found].map(([path, from]) => ({ path, from }));
}
