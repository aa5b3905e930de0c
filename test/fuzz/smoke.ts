/**
 * Suite `fuzz`: every fuzz entry under ASan+UBSan on the inputs that once broke something (test/fuzz/kept), on inputs made
 * from our captures and filters, and on damaged variants of all these for a minute in total.
 *   node test/fuzz/smoke.ts [--seconds N] [--seed S]
 * What breaks lies in test-results/fuzz/trace-ENTRY afterwards; `build/asan/ENTRY_fuzz FILE` repeats it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../src/build/cache.mjs';
import { option, runDriver } from './driver.ts';

const entries = ['capture_file', 'link_transport', 'application', 'filter_text', 'tls_keys'] as const;
type Entry = (typeof entries)[number];
/** Fewer runs than that in an entry's share of the minute say that it does not run at all. */
const leastRuns = 5;
const work = join(root, 'test-results', 'fuzz');

const filesOf = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder, { withFileTypes: true }).filter((file) => file.isFile()).map((file) => join(folder, file.name)) : [];

/** One record of tls_keys_fuzz: side and content type, length, bytes that it seals. */
function record(side: number, type: number, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([side | (type - 20) << 1, body.length >> 8, body.length & 0xff]), body]);
}

/** Handshakes that end, data both ways, and a change of keys between: one per suite. */
function tlsSeeds(): Buffer[] {
  const finished = Buffer.concat([Buffer.from([20, 0, 0, 32]), Buffer.alloc(32, 1)]);
  const talk = [
    record(1, 22, Buffer.from([8, 0, 0, 2, 0, 0])), record(1, 22, finished), record(0, 22, finished),
    record(0, 23, Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')),
    record(1, 23, Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')),
    record(0, 22, Buffer.from([24, 0, 0, 1, 0])), record(0, 23, Buffer.from('GET /more HTTP/1.1\r\n\r\n')), record(1, 21, Buffer.from([1, 0])),
  ];
  return [0, 1, 2].map((suite) => Buffer.concat([Buffer.from([suite]), ...talk]));
}

function makeSeeds(): void {
  rmSync(work, { recursive: true, force: true });
  for (const entry of entries) mkdirSync(join(work, entry), { recursive: true });
  const captures = ['captures', 'recorded'].flatMap((folder) => filesOf(join(root, 'test/fixtures', folder)));
  const made = spawnSync(join(root, 'build/asan/fuzz_seeds'), [work, ...captures], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`fuzz_seeds ended with ${made.signal ?? made.status}: ${made.stderr}`);
  const filters = readFileSync(join(root, 'test/golden/filter/mixed.filters.tsv'), 'utf8').split('\n').filter((line) => line.includes('\t') && !line.startsWith('#'));
  filters.forEach((line, n) => {
    writeFileSync(join(work, 'filter_text', `filter-${n}`), line.slice(0, line.indexOf('\t')));
  });
  tlsSeeds().forEach((seed, n) => {
    writeFileSync(join(work, 'tls_keys', `suite-${n}`), seed);
  });
}

interface Ended {
  readonly entry: Entry;
  readonly runs: number;
  readonly files: number;
  /** What went wrong. */
  readonly broken?: string;
}

async function run(entry: Entry, seconds: number, seed: number): Promise<Ended> {
  const files = [...filesOf(join(root, 'test/fuzz/kept', entry)), ...filesOf(join(work, entry))];
  const trace = join(work, `trace-${entry}`);
  const { code, signal, stdout } = await runDriver(join(root, `build/asan/${entry}_fuzz`), ['--seconds', String(seconds), '--seed', String(seed), '--trace', trace, ...files]);
  if (code !== 0) return { entry, runs: 0, files: 0, broken: `${entry} ended with ${signal ?? code ?? ''} at ${trace}` };
  const said = JSON.parse(stdout) as { readonly files: number; readonly variants: number };
  if (said.variants < leastRuns) return { entry, runs: said.variants, files: said.files, broken: `${entry} made only ${said.variants} runs` };
  return { entry, runs: said.variants, files: said.files };
}

makeSeeds();
const seconds = option('--seconds', 60) / entries.length, seed = option('--seed', 1);
const waiting: Entry[] = [...entries];
const ended: Ended[] = [];
const lane = async (): Promise<void> => {
  for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) ended.push(await run(entry, seconds, seed));
};
// two at a time: the smallest machine this is run on has two cores
await Promise.all([lane(), lane()]);
for (const { entry, runs, files, broken } of ended) console.log(broken === undefined ? `${entry}: ${files} inputs, ${runs} variants` : `FAILED: ${broken}`);
const failed = ended.filter(({ broken }) => broken !== undefined).length;
if (process.env.STRATOSHARK_RESULT) writeFileSync(process.env.STRATOSHARK_RESULT, JSON.stringify({ passed: ended.length - failed, failed, skipped: [] }));
process.exitCode = failed === 0 ? 0 : 1;
