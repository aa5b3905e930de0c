/** The few lines of test runner that live inside the extension host: tests one after the other, each with a limit. */
import { writeFileSync } from 'node:fs';
import { RESULT_VARIABLE, type HostResult } from './result.ts';

const LIMIT_MS = 60_000;

export interface HostTest {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** Asks again and again until `look` answers something, or says what was awaited. */
export async function eventually<T>(what: string, look: () => T | undefined | false, limit = 15_000): Promise<T> {
  const end = Date.now() + limit;
  for (;;) {
    const seen = look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > end) throw new Error(`waited ${limit / 1000} s in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function runOne(test: HostTest): Promise<HostResult['tests'][number]> {
  const started = Date.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${LIMIT_MS / 1000} s`)), LIMIT_MS);
  });
  try {
    await Promise.race([test.run(), late]);
    return { name: test.name, seconds: (Date.now() - started) / 1000 };
  } catch (error) {
    return { name: test.name, seconds: (Date.now() - started) / 1000, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** Runs all and writes the result file; throws when one failed, so that the workbench knows it too. */
export async function runAll(tests: readonly HostTest[]): Promise<void> {
  const done: HostResult['tests'][number][] = [];
  for (const test of tests) done.push(await runOne(test));
  const failed = done.filter((t) => t.error !== undefined).length;
  const result: HostResult = { passed: done.length - failed, failed, tests: done };
  const file = process.env[RESULT_VARIABLE];
  if (file === undefined) throw new Error(`${RESULT_VARIABLE} is not set`);
  writeFileSync(file, JSON.stringify(result));
  if (failed > 0) throw new Error(`${failed} of ${done.length} tests failed`);
}
