/** Asks our command line what the golden holds, and says where the two differ. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { UNIT, fieldArgs, fieldNames, type Fixture } from './captures.ts';
import { parseFields, parseGolden, type Cells } from './goldenFile.ts';
import { type Section } from './known.ts';

const CLI = path.join(import.meta.dirname, '../../dist/cli.js');

export interface Difference {
  readonly section: Section;
  /** Field name; `line` for rows, `exit` for the exit status. */
  readonly field: string;
  readonly frame: number;
  readonly theirs: string;
  readonly ours: string;
}

export interface Reply {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `stratoshark`; a run that hangs is killed and answers 124. */
export function stratoshark(args: readonly string[]): Promise<Reply> {
  return new Promise((resolve) => {
    const env = { ...process.env, TZ: 'UTC' };
    execFile(process.execPath, [CLI, ...args], { env, maxBuffer: 64 << 20, timeout: 60_000 }, (error, stdout, stderr) => {
      const exit = error === null ? 0 : typeof error.code === 'number' ? error.code : 124;
      resolve({ exit, stdout, stderr });
    });
  });
}

/** Names of all fields and protocols our registry has. */
export async function registryNames(): Promise<ReadonlySet<string>> {
  const { exit, stdout, stderr } = await stratoshark(['fields']);
  if (exit !== 0) throw new Error(`"stratoshark fields" ended with ${exit}: ${stderr}`);
  return new Set(stdout.split('\n').map((line) => line.split('\t')[0] ?? ''));
}

/** What differs between the golden of a capture and our answers, for the fields that the registry has. */
export async function differences(fixture: Fixture, names: ReadonlySet<string>): Promise<Difference[]> {
  const golden = parseGolden(readFileSync(fixture.golden, 'utf8'));
  const asked = fieldNames.filter((f) => f.startsWith('_ws.col.') || names.has(f));
  const read = ['-n', '-r', fixture.file, '-o', 'defaults:wireshark'];
  const sections = [
    { section: 'rows', args: read, golden: golden.rows }, { section: 'rows-2', args: ['-2', ...read], golden: golden.rows2 },
    { section: 'fields', args: [...read, ...fieldArgs(asked)], golden: golden.fields }, { section: 'fields-2', args: ['-2', ...read, ...fieldArgs(asked)], golden: golden.fields2 },
  ] as const;
  const found: Difference[] = [];
  for (const { section, args, golden: want } of sections) {
    const reply = await stratoshark(args);
    if (reply.exit !== want.exit) found.push({ section, field: 'exit', frame: 0, theirs: String(want.exit), ours: `${reply.exit} ${reply.stderr.slice(0, 200)}` });
    found.push(...('rows' in want ? compareRows(section, want.rows, reply.stdout) : compareCells(section, want.packets, parseFields(reply.stdout, asked), asked)));
  }
  return found;
}

function compareRows(section: Section, want: readonly string[], stdout: string): Difference[] {
  const got = stdout.split('\n').slice(0, -1);
  return Array.from({ length: Math.max(want.length, got.length) }, (_, i) => ({ section, field: 'line', frame: i + 1, theirs: want[i] ?? '(no line)', ours: got[i] ?? '(no line)' })).filter((d) => d.theirs !== d.ours);
}

function compareCells(section: Section, want: readonly Cells[], got: readonly Cells[], asked: readonly string[]): Difference[] {
  const packets = Array.from({ length: Math.max(want.length, got.length) }, (_, i) => i);
  return packets.flatMap((i) => {
    if (want[i] === undefined || got[i] === undefined) return [{ section, field: 'packet', frame: i + 1, theirs: want[i] === undefined ? 'none' : 'there', ours: got[i] === undefined ? 'none' : 'there' }];
    const [theirs, ours] = [want[i], got[i]];
    return asked.filter((f) => !sameValue(theirs.get(f) ?? '', ours.get(f) ?? '')).map((f) => ({ section, field: f, frame: i + 1, theirs: theirs.get(f) ?? '', ours: ours.get(f) ?? '' }));
  });
}

/** Numbers may be written with more or fewer digits of the same value . */
export function sameValue(a: string, b: string): boolean {
  if (a === b) return true;
  const [x, y] = [a.split(UNIT), b.split(UNIT)];
  return x.length === y.length && x.every((u, i) => sameScalar(u, y[i] ?? ''));
}

function sameScalar(a: string, b: string): boolean {
  if (a === b) return true;
  if (a === '' || b === '' || !/^-?[\d.]+(e[-+]?\d+)?$/.test(a) || !/^-?[\d.]+(e[-+]?\d+)?$/.test(b)) return false;
  return Math.abs(Number(a) - Number(b)) <= 1e-6;
}

/** The first difference in words, and how many more there are. */
export function describe(list: readonly Difference[]): string {
  const [first] = list;
  if (first === undefined) return '';
  const where = first.field === 'exit' ? 'exit status' : `frame ${first.frame}, ${first.field}`;
  const byField = new Map<string, number>();
  for (const d of list) byField.set(`${d.section} ${d.field}`, (byField.get(`${d.section} ${d.field}`) ?? 0) + 1);
  const rest = [...byField].sort((a, b) => b[1] - a[1]).slice(0, 12).map(([k, n]) => `${k} ×${n}`).join(', ');
  return `${first.section}: ${where}\n  tshark: ${JSON.stringify(first.theirs)}\n  ours:   ${JSON.stringify(first.ours)}\n  ${list.length} differences: ${rest}`;
}
