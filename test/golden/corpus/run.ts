/**
 * Scores our command line on the shared corpus of real captures (../shared/corpus beside the repository) and
 * compares each figure with corpus-ratchet.json, which may only rise.
 *   node test/golden/corpus/run.ts            every capture (about three minutes of CPU)
 *   node test/golden/corpus/run.ts --sample   a fixed quarter of them, its figures only shown
 *   node test/golden/corpus/run.ts --raise    writes the figures that rose into the ratchet
 * Absent corpus: skipped by name; with CI=true that is a failure.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createHash } from 'node:crypto';

const ROOT = path.join(import.meta.dirname, '../../..');
const CORPUS = process.env['STRATOSHARK_CORPUS'] ?? path.join(ROOT, '../shared/corpus');
const RATCHET = path.join(ROOT, 'test/golden/corpus-ratchet.json');
const CLI = path.join(ROOT, 'dist/cli.js');
/** One capture in SAMPLE, chosen by the hash of its path, so that the choice never moves. */
const SAMPLE = 4;
/** Protocols of Part 1: those whose dissectors exist, so that a change elsewhere in the corpus is no noise. */
const PROTOCOLS = ['frame', 'eth', 'vlan', 'sll', 'arp', 'ip', 'ipv6', 'icmp', 'icmpv6', 'tcp', 'udp', 'vxlan', 'dns', 'dhcp', 'http', 'tls', 'x509af', 'x509sat', 'x509ce', 'x509if', '_ws'] as const;
const PARTS = ['captures read', 'structure', 'columns', 'gui'] as const;

type Counts = Readonly<Record<string, readonly [right: number, wrong: number, examples: readonly string[]]>>;
interface Scores {
  readonly summary: Readonly<Record<string, { readonly ok: number; readonly bad: number }>>;
  readonly keys: Counts;
}
/** Percent right, two digits after the point, rounded down so that a ratchet is never above the truth. */
type Figures = Record<string, number>;

const percent = (right: number, wrong: number): number => Math.floor((10_000 * right) / Math.max(1, right + wrong)) / 100;

function figures(scores: Scores): Figures {
  const result: Figures = {};
  for (const part of PARTS) {
    const s = scores.summary[part];
    if (s !== undefined && s.ok + s.bad > 0) result[part] = percent(s.ok, s.bad);
  }
  for (const protocol of PROTOCOLS) {
    const cells = Object.entries(scores.keys).filter(([field]) => field.startsWith(`${protocol}.`) && !field.startsWith('_ws.col.'));
    const sum = (at: 0 | 1): number => cells.reduce((n, [, counts]) => n + counts[at], 0);
    if (sum(0) + sum(1) > 0) result[`fields of ${protocol}`] = percent(sum(0), sum(1));
  }
  return result;
}

/** A corpus of links whose index holds the sample only. */
function sample(folder: string): string {
  for (const part of ['pcaps', 'truth']) symlinkSync(path.join(CORPUS, part), path.join(folder, part));
  const [head = '', ...rows] = readFileSync(path.join(CORPUS, 'index.csv'), 'utf8').split('\n');
  const chosen = rows.filter((row) => row !== '' && createHash('sha256').update(row.split(',')[0] ?? '').digest().readUInt32BE(0) % SAMPLE === 0);
  writeFileSync(path.join(folder, 'index.csv'), [head, ...chosen, ''].join('\n'));
  return folder;
}

function score(part: boolean): Scores {
  const work = mkdtempSync(path.join(tmpdir(), 'corpus-'));
  try {
    const json = path.join(work, 'score.json');
    const corpus = part ? sample(work) : CORPUS;
    const args = [path.join(CORPUS, 'score.py'), '--cmd', `${process.execPath} ${CLI} -o defaults:wireshark`, '--corpus', corpus, '--what', 'fields,info,gui', '-j', '2', '--json', json];
    const run = spawnSync('python3', args, { stdio: ['ignore', 'inherit', 'inherit'] });
    if (run.status !== 0) throw new Error(`score.py ended with ${run.status ?? run.signal}`);
    return JSON.parse(readFileSync(json, 'utf8')) as Scores;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function report(passed: number, failed: number, skipped: readonly string[]): void {
  const file = process.env['STRATOSHARK_RESULT'];
  if (file !== undefined) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ passed, failed, skipped }));
  }
  process.exitCode = failed === 0 ? 0 : 1;
}

function compare(now: Figures, raise: boolean): void {
  const ratchet: Figures = existsSync(RATCHET) ? (JSON.parse(readFileSync(RATCHET, 'utf8')) as Figures) : {};
  const names = [...new Set([...Object.keys(ratchet), ...Object.keys(now)])];
  const fallen = names.filter((name) => (now[name] ?? 0) < (ratchet[name] ?? 0));
  const risen = names.filter((name) => (now[name] ?? 0) > (ratchet[name] ?? 0));
  for (const name of names) console.log(`${name.padEnd(24)} ${String(now[name] ?? '-').padStart(7)} %   ratchet ${ratchet[name] ?? '-'}${fallen.includes(name) ? '   FELL' : ''}`);
  if (raise) writeFileSync(RATCHET, `${JSON.stringify(Object.fromEntries(names.map((name) => [name, Math.max(now[name] ?? 0, ratchet[name] ?? 0)])), null, 1)}\n`);
  else if (risen.length > 0) console.log(`${risen.length} figures rose: keep them with "npm run corpus:raise"`);
  report(names.length - fallen.length, fallen.length, []);
}

if (!existsSync(path.join(CORPUS, 'score.py'))) {
  const what = `corpus of real captures: ${CORPUS} is not there`;
  console.log(`SKIPPED ${what}`);
  report(0, process.env['CI'] === 'true' ? 1 : 0, [what]);
} else {
  const part = process.argv.includes('--sample');
  const now = figures(score(part));
  if (part) console.log(JSON.stringify(now, null, 1));
  else compare(now, process.argv.includes('--raise'));
}
