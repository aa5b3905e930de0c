/**
 * Reading side by side with tshark: CPU seconds (user + system, as the kernel accounts them to a finished process) of
 * whole commands, run in turn, medians of the ratios pair by pair. Exit codes and row counts are checked first.
 *
 *   npm run build && npm run exec -- node test/bench/read.ts CAPTURE [--rounds N] [--only NAME] [--reread]
 *
 * --reread: the capture is dropped from the page cache and read from disk once before. A file that was written in small
 * pieces lies in memory page by page, which makes it dearer to map, by 15 ms for 100 MB; one that was read from disk does
 * not. Without it the file is taken as it lies there.
 * Needs tshark and bash. Not a test: these machines are noisy, and a figure is worth what the peer shows beside it.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { median } from './pairs.ts';

interface Run {
  readonly cpu: number;
  readonly rows: number;
  readonly status: number;
}

/** Runs a command, its output counted by wc; CPU seconds by bash's own `time`. */
function run(command: readonly string[]): Run {
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const text = `TIMEFORMAT='%U %S'; set -o pipefail; { time ${quoted} 2>/dev/null; } 2>&3 | wc -l; exit \${PIPESTATUS[0]}`;
  const result = spawnSync('bash', ['-c', `exec 3>&2; ${text}`], { encoding: 'utf8', maxBuffer: 1 << 24 });
  const [user = '0', system = '0'] = result.stderr.trim().split(/\s+/).slice(-2);
  return { cpu: Number(user) + Number(system), rows: Number(result.stdout.trim()), status: result.status ?? 1 };
}

interface Contest {
  readonly name: string;
  readonly goal: number;
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
  readonly sameRows: boolean;
}

/** Drops a file's pages, then reads it from disk. */
function reread(file: string): void {
  execFileSync('dd', [`of=${file}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0'], { stdio: 'ignore' });
  execFileSync('dd', [`if=${file}`, 'of=/dev/null', 'bs=1M'], { stdio: 'ignore' });
}

function contest({ name, goal, ours, theirs, sameRows }: Contest, rounds: number): void {
  if (!name.includes(values.only)) return;
  const pairs: { readonly ours: Run; readonly theirs: Run }[] = [];
  for (let i = 0; i < rounds; i++) pairs.push({ ours: run(ours), theirs: run(theirs) });
  const wrong = pairs.find((p) => p.ours.status !== p.theirs.status || (sameRows && p.ours.rows !== p.theirs.rows));
  if (wrong !== undefined) throw new Error(`${name}: the two did not do the same: ${JSON.stringify(wrong)}`);
  const ratio = median(pairs.map((p) => p.theirs.cpu / p.ours.cpu));
  const cpu = (side: 'ours' | 'theirs'): string => median(pairs.map((p) => p[side].cpu)).toFixed(2);
  console.log(
    `${name.padEnd(34)} ours ${cpu('ours')} s   tshark ${cpu('theirs')} s   ${ratio.toFixed(1)} x (goal ${goal} x)   ${rounds} rounds`,
  );
}

const options = { rounds: { type: 'string', default: '5' }, only: { type: 'string', default: '' }, reread: { type: 'boolean', default: false } } as const;
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const [capture] = positionals;
if (capture === undefined) throw new Error('name a capture: node test/bench/read.ts CAPTURE');
const ours = [process.execPath, 'dist/cli.js', '-o', 'defaults:wireshark', '-n', '-r', capture];
const theirs = ['tshark', '-n', '-r', capture];
const rounds = Number(values.rounds);
if (values.reread) reread(capture);
console.log(`load ${loadavg().map((l) => l.toFixed(1)).join(' ')}${values.reread ? ', read from disk before' : ''}`);

contest({ name: 'every row printed', goal: 10, ours, theirs, sameRows: true }, rounds);
// without a tap tshark -q dissects nothing at all: a conversation table makes it do what our index holds afterwards
contest({ name: 'open + index (-q)', goal: 60, ours: [...ours, '-q'], theirs: [...theirs, '-q', '-z', 'conv,tcp'], sameRows: false }, rounds);
const filter = ['-Y', 'tcp.flags.reset==1'];
contest({ name: 'rows of a filter (-Y)', goal: 10, ours: [...ours, ...filter], theirs: [...theirs, ...filter], sameRows: true }, rounds);
