/** The files of the project as the tidy tests see them: what git tracks plus what is new and not ignored. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../src/build/cache.mjs';

/** Paths relative to the root, with `/`, sorted. */
export function projectFiles(): readonly string[] {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
  return [...new Set(list.split('\0'))].filter((file) => file !== '' && existsSync(join(root, file))).sort();
}

/** Text of a project file. */
export function textOf(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
