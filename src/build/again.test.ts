/** A second try counts what passed then, and keeps what failed twice. Reports as vitest writes them, made by hand. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { commandFor, failedFiles, merge } from './again.ts';
import { tally } from './counts.ts';

const folder = mkdtempSync(join(tmpdir(), 'again-'));
const result = join(folder, 'result.json');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const file = (name: string, tests: Readonly<Record<string, 'passed' | 'failed'>>): object => ({
  name,
  status: Object.values(tests).includes('failed') ? 'failed' : 'passed',
  assertionResults: Object.entries(tests).map(([fullName, status]) => ({ fullName, status })),
});
const report = (...testResults: object[]): string => JSON.stringify({ numTotalTests: 0, testResults });

test('what failed once and passed then is counted as passed, and named', () => {
  const first = report(file('/a.ts', { one: 'passed', two: 'failed' }), file('/b.ts', { three: 'passed' }));
  writeFileSync(result, first);
  expect(failedFiles(result)).toEqual(['/a.ts']);
  writeFileSync(result, report(file('/a.ts', { one: 'passed', two: 'passed' })));
  expect(merge(first, result)).toEqual(['two']);
  expect(tally('vitest', result, 0)).toEqual({ passed: 3, failed: 0, skipped: [] });
});

test('what fails twice has failed, and so has a file that breaks only the second time', () => {
  const first = report(file('/a.ts', { one: 'failed', two: 'failed' }), file('/b.ts', { three: 'passed' }));
  writeFileSync(result, report(file('/a.ts', { one: 'passed', two: 'failed' })));
  expect(merge(first, result)).toEqual(['one']);
  expect(tally('vitest', result, 1)).toEqual({ passed: 2, failed: 1, skipped: [] });
  writeFileSync(result, report({ name: '/a.ts', status: 'failed', assertionResults: [] }));
  expect(merge(first, result)).toEqual([]);
  expect(tally('vitest', result, 1)).toEqual({ passed: 1, failed: 1, skipped: [] });
});

test('many failed files are no accident', () => {
  writeFileSync(result, report(...[1, 2, 3, 4, 5].map((n) => file(`/${n}.ts`, { one: 'failed' }))));
  expect(failedFiles(result)).toEqual([]);
  expect(readFileSync(result, 'utf8')).toContain('/5.ts');
});

test('the command keeps its options and loses its folders', () => {
  expect(commandFor(['vitest', 'run', '--config', 'src/build/vitest.config.ts', '--reporter=json', 'test/page'], ['/a.ts'])).toEqual(
    ['vitest', 'run', '--config', 'src/build/vitest.config.ts', '--reporter=json', '/a.ts']);
});
