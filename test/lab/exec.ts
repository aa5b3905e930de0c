/** Running programs, asynchronously and with their output, with failures that name the program and its last words. */
import { spawn } from 'node:child_process';
import { BuildError } from '../../src/build/say.mjs';

export interface Result {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Seconds after which the program is killed; it then answers 124. */
  readonly timeout?: number;
}

/** Runs a program to its end; a bad status is the caller's to judge. */
export async function attempt(command: string, args: readonly string[], options: RunOptions = {}): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: options.env ?? process.env, stdio: ['pipe', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let late = false;
    const timer = options.timeout === undefined ? undefined : setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, options.timeout * 1000);
    child.stdout.on('data', (part: Buffer) => out.push(part));
    child.stderr.on('data', (part: Buffer) => err.push(part));
    // A program that ends without reading its input is judged by its status.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(new BuildError(`cannot run ${command}: ${error.message}`));
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      const stderr = Buffer.concat(err).toString() + (late ? `\nstopped after ${options.timeout} s` : '');
      resolve({ status: late ? 124 : (code ?? 1), stdout: Buffer.concat(out).toString(), stderr });
    });
  });
}

/** As `attempt`; a bad status is a failure that says what the program was to do. Answers its stdout. */
export async function run(why: string, command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await attempt(command, args, options);
  if (result.status === 0) return result.stdout;
  const words = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-8).join('\n');
  throw new BuildError(`could not ${why}: ${command} ended with ${result.status}\n${words}`);
}

export async function sleep(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Asks every 100 ms until the answer is not undefined; after `seconds` fails with what `late` says. */
export async function until<T>(seconds: number, ask: () => Promise<T | undefined> | T | undefined, late: () => string): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new BuildError(late());
    await sleep(100);
  }
}
