/**
 * `npm test [-- --only suite,suite] [-- --list]`: runs the table of suites.ts and closes with `N passed, N failed`.
 * Each suite's whole output is in test-results/SUITE.log; it is shown where it failed.
 */
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { commandFor, failedFiles, merge } from './again.ts';
import { root } from './cache.mjs';
import { tally, type Tally } from './counts.ts';
import { BuildError, fail } from './say.mjs';
import { suites, type Suite } from './suites.ts';

const results = join(root, 'test-results');

interface Outcome extends Tally {
  readonly suite: Suite;
  readonly ok: boolean;
}

/** Process groups of what runs now: they end with this script. */
const running = new Set<number>();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    for (const group of running) process.kill(-group, 'SIGTERM');
    process.exit(130);
  });
}

/** Runs one command with its output in the log; answers its exit status (124: stopped for its time limit). */
async function runLogged(command: readonly string[], log: string, env: NodeJS.ProcessEnv, seconds: number): Promise<number> {
  const [program = '', ...args] = command;
  const stream = createWriteStream(log, { flags: 'a' });
  stream.write(`$ ${command.join(' ')}\n`);
  return new Promise((resolve) => {
    // An own process group: a stopped suite takes its children (browsers, servers) with it.
    const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    if (child.pid !== undefined) running.add(child.pid);
    const timer = setTimeout(() => {
      stream.write(`\nstopped: not done after ${seconds} s\n`);
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, seconds * 1000);
    child.stdout.pipe(stream, { end: false });
    child.stderr.pipe(stream, { end: false });
    const done = (status: number): void => {
      clearTimeout(timer);
      if (child.pid !== undefined) running.delete(child.pid);
      stream.end(() => {
        resolve(status);
      });
    };
    child.on('error', (error) => {
      stream.write(`cannot run ${program}: ${error.message}\n`);
      done(127);
    });
    child.on('close', (code) => {
      done(code ?? 124);
    });
  });
}

/** A third run, so that one test in an unlucky moment refuses no change; each is told of. */
const kRunsAgain = 2;

/** Runs the failed files of a suite once more; answers the status of that, undefined where there is nothing to run. */
async function secondTry(suite: Suite, words: readonly string[], result: string, run: (command: readonly string[]) => Promise<number>): Promise<number | undefined> {
  const files = failedFiles(result);
  if (files.length === 0) return undefined;
  const first = readFileSync(result, 'utf8');
  rmSync(result);
  const status = await run(commandFor(words, files));
  const mended = existsSync(result) ? merge(first, result) : [];
  for (const name of mended) process.stdout.write(`   FAILED AT FIRST, PASSED WHEN RUN AGAIN (${suite.name}): ${name}\n`);
  return status;
}

async function runSuite(suite: Suite): Promise<Outcome> {
  const log = join(results, `${suite.name}.log`);
  const result = join(results, `${suite.name}.json`);
  rmSync(log, { force: true });
  rmSync(result, { force: true });
  const env = { ...process.env, STRATOSHARK_RESULT: result, NO_COLOR: '1' };
  const started = Date.now();
  process.stdout.write(`… ${suite.name}: ${suite.title}\n`);
  let sum: Tally = { passed: 0, failed: 0, skipped: [] };
  let ok = true;
  for (const command of suite.commands) {
    const words = command.map((word) => word.replace('$RESULT', result));
    const run = async (what: readonly string[]): Promise<number> => runLogged(what, log, env, suite.timeout ?? 1800);
    let status = await run(words);
    for (let n = 0; n < kRunsAgain && suite.again === true && status !== 0; n++) status = (await secondTry(suite, words, result, run)) ?? status;
    const part = tally(suite.count ?? 'exit', result, status);
    sum = { passed: sum.passed + part.passed, failed: sum.failed + part.failed, skipped: [...sum.skipped, ...part.skipped] };
    ok = ok && status === 0 && part.failed === 0;
    if (status !== 0 && suite.count !== 'exit') break;
  }
  report(suite, sum, ok, (Date.now() - started) / 1000, log);
  return { suite, ok, ...(suite.count === undefined ? { passed: 0, failed: ok ? 0 : 1, skipped: [] } : sum) };
}

function report(suite: Suite, sum: Tally, ok: boolean, seconds: number, log: string): void {
  const counts = suite.count === undefined ? (ok ? 'done' : 'FAILED') : `${sum.passed} passed, ${sum.failed} failed`;
  process.stdout.write(`\n== ${suite.name} (${suite.title}): ${counts}, ${seconds.toFixed(1)} s\n`);
  for (const what of sum.skipped) process.stdout.write(`   SKIPPED: ${what}\n`);
  if (ok) return;
  const lines = readFileSync(log, 'utf8').split('\n');
  process.stdout.write(`${lines.slice(-120).join('\n')}\n   whole output: ${log}\n`);
}

/** The suites asked for, with what they come after. */
function select(only: readonly string[] | undefined): readonly Suite[] {
  const present = suites.filter((suite) => suite.exists?.some((file) => existsSync(join(root, file))) ?? true);
  if (only === undefined) return present;
  const wanted = new Set<string>();
  const add = (name: string): void => {
    const suite = present.find((row) => row.name === name);
    if (suite === undefined) throw new BuildError(`no suite "${name}"; there are ${present.map((row) => row.name).join(', ')}`);
    wanted.add(name);
    suite.after?.forEach(add);
  };
  only.forEach(add);
  return present.filter((suite) => wanted.has(suite.name));
}

/** Runs both lanes; a suite whose predecessor failed fails without being run. */
async function runAll(selected: readonly Suite[]): Promise<readonly Outcome[]> {
  const outcomes = new Map<string, PromiseWithResolvers<Outcome>>(selected.map((suite) => [suite.name, Promise.withResolvers<Outcome>()]));
  const lane = async (name: Suite['lane']): Promise<void> => {
    for (const suite of selected.filter((row) => row.lane === name)) {
      const before = await Promise.all((suite.after ?? []).flatMap((other) => outcomes.get(other)?.promise ?? []));
      const broken = before.find((other) => !other.ok);
      if (broken) process.stdout.write(`\n== ${suite.name} (${suite.title}): FAILED, ${broken.suite.name} failed before it\n`);
      const outcome = broken ? { suite, ok: false, passed: 0, failed: 1, skipped: [] } : await runSuite(suite);
      outcomes.get(suite.name)?.resolve(outcome);
    }
  };
  await Promise.all([lane('build'), lane('run')]);
  return Promise.all([...outcomes.values()].map(({ promise }) => promise));
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--list')) {
    for (const suite of suites) process.stdout.write(`${suite.name.padEnd(12)} ${suite.title}\n`);
    return;
  }
  const at = args.indexOf('--only');
  const selected = select(at < 0 ? undefined : (args[at + 1] ?? '').split(','));
  mkdirSync(results, { recursive: true });
  const started = Date.now();
  const outcomes = await runAll(selected);
  const sum = (pick: (outcome: Outcome) => number): number => outcomes.reduce((total, outcome) => total + pick(outcome), 0);
  const failed = sum((outcome) => outcome.failed);
  const skipped = sum((outcome) => outcome.skipped.length);
  process.stdout.write(`\n${((Date.now() - started) / 1000).toFixed(0)} s\n`);
  const tail = skipped > 0 ? `, ${skipped} skipped` : '';
  process.stdout.write(`${sum((outcome) => outcome.passed)} passed, ${failed} failed${tail}\n`);
  process.exitCode = failed === 0 && outcomes.every((outcome) => outcome.ok) ? 0 : 1;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  fail(error);
}
