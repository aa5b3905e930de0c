/**
 * Where things made or fetched once are kept between clones: `~/.cache/stratoshark`, each entry named
 * by its version or by a hash of all it was made from. Runs on node >= 18 without dependencies.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the repository. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The cache directory; STRATOSHARK_CACHE moves it. */
export function cacheDir() {
  return process.env.STRATOSHARK_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'stratoshark');
}

/**
 * Twelve hex digits over the given strings and the contents of the given files.
 * @param {{texts?: readonly string[], files?: readonly string[]}} parts
 */
export function contentHash({ texts = [], files = [] }) {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text}\0`);
  for (const file of files) hash.update(readFileSync(file)).update('\0');
  return hash.digest('hex').slice(0, 12);
}

/**
 * The directory `name` of the cache; made by `make(dir)` in a temporary place and renamed when whole,
 * so that an interrupted or a second, simultaneous run never leaves or sees half of it.
 * @param {string} name
 * @param {(dir: string) => void} make
 * @returns {string}
 */
export function cached(name, make) {
  const target = join(cacheDir(), name);
  if (existsSync(target)) return target;
  const work = join(cacheDir(), `.making-${name}-${randomBytes(4).toString('hex')}`);
  mkdirSync(work, { recursive: true });
  try {
    make(work);
    try {
      renameSync(work, target);
    } catch (error) {
      if (!existsSync(target)) throw error;
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return target;
}
