/**
 * Suite `variants`: at least 20,000 damaged captures (ours and the shared corpus) read whole under ASan+UBSan.
 * A crash, a report of a sanitizer, a hang or unbounded memory ends the driver, and the variant at hand is told.
 *   node test/fuzz/run.ts [--variants N] [--seed S]
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../src/build/cache.mjs';
import { option, runDriver } from './driver.ts';

const driver = join(root, 'build/asan/variants');
const corpus = process.env.STRATOSHARK_CORPUS ?? join(root, '../shared/corpus');
/** Two cores are the smallest machine this is run on. */
const shards = 2;

interface Shard {
  readonly variants: number;
  readonly files: number;
  /** What went wrong, with how to repeat it. */
  readonly broken?: string;
}

function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort();
}

async function read(files: readonly string[], perFile: number, seed: number, index: number): Promise<Shard> {
  const work = join(root, 'test-results', 'variants');
  mkdirSync(work, { recursive: true });
  const trace = join(work, `trace-${index}.txt`);
  rmSync(trace, { force: true });
  const { code, signal, stdout } = await runDriver(driver, ['--per-file', String(perFile), '--seed', String(seed), '--trace', trace, ...files]);
  if (code !== 0) {
    const at = existsSync(trace) ? readFileSync(trace, 'utf8').split('\n')[0] : 'before the first';
    return { variants: 0, files: files.length, broken: `ended with ${signal ?? code ?? ''} at variant "${at ?? ''}" (number, file) of seed ${seed}` };
  }
  return { variants: (JSON.parse(stdout) as { variants: number }).variants, files: files.length };
}

/** Deals the files out so that both shards get as many bytes' worth of work whatever the order of names. */
function deal(files: readonly string[]): readonly (readonly string[])[] {
  const shardOf = (file: string): number => createHash('sha256').update(file.slice(file.lastIndexOf('/'))).digest().readUInt8(0) % shards;
  return Array.from({ length: shards }, (_, index) => files.filter((file) => shardOf(file) === index));
}

const wanted = option('--variants', 20_000);
const seed = option('--seed', 1);
const ours = ['test/fixtures/captures', 'test/fixtures/recorded', 'test/fixtures/malformed'].flatMap((folder) => filesBelow(join(root, folder)));
const theirs = filesBelow(join(corpus, 'pcaps'));
const files = [...ours, ...theirs];
const perFile = Math.ceil(wanted / files.length);
const done = await Promise.all(deal(files).map((part, index) => read(part, perFile, seed, index)));

const broken = done.flatMap((shard) => shard.broken ?? []);
const variants = done.reduce((sum, shard) => sum + shard.variants, 0);
for (const what of broken) console.log(`FAILED: ${what}`);
const skipped: string[] = [];
let failed = broken.length;
if (theirs.length === 0) {
  const what = `variants of the shared corpus: there is no ${corpus}`;
  console.log(`SKIPPED: ${what}`);
  if (process.env.CI === 'true') failed++;
  else skipped.push(what);
}
if (broken.length === 0 && variants < wanted) {
  console.log(`FAILED: only ${variants} variants were read, ${wanted} are wanted`);
  failed++;
}
console.log(`${variants} variants of ${files.length} captures read`);
// One check per capture: all its variants were read to the end.
const passed = done.filter((shard) => shard.broken === undefined).reduce((sum, shard) => sum + shard.files, 0);
if (process.env.STRATOSHARK_RESULT) writeFileSync(process.env.STRATOSHARK_RESULT, JSON.stringify({ passed, failed, skipped }));
process.exitCode = failed === 0 ? 0 : 1;
