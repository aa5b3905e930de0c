/** Running the drivers of test/fuzz: what a program said and how it ended, and options of the suites that run them. */
import { spawn } from 'node:child_process';

export interface DriverEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
}

/** What its sanitizers say goes to this process's standard error. */
export async function runDriver(program: string, args: readonly string[]): Promise<DriverEnd> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout });
    });
  });
}

/** `--name N` of this process. */
export function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}
