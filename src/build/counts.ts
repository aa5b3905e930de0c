/** Reads what a suite left in its result file into one form. */
import { existsSync, readFileSync } from 'node:fs';
import type { Count } from './suites.ts';

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** What was skipped, with the reason. */
  readonly skipped: readonly string[];
}

interface VitestReport {
  readonly numTotalTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function vitestTally(report: VitestReport): Tally {
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  // A file that fails before its tests are known (a syntax error) has no assertion to count.
  const broken = report.testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'));
  return {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: tests.filter((test) => test.status === 'failed').length + broken.length,
    skipped: tests.filter((test) => test.status !== 'passed' && test.status !== 'failed').map((test) => test.fullName),
  };
}

interface GtestReport {
  readonly testsuites: readonly {
    readonly name: string;
    readonly testsuite: readonly { readonly name: string; readonly status: string; readonly result: string; readonly failures?: readonly unknown[] }[];
  }[];
}

function gtestTally(report: GtestReport): Tally {
  const tests = report.testsuites.flatMap((suite) => suite.testsuite.map((test) => ({ ...test, full: `${suite.name}.${test.name}` })));
  const skipped = tests.filter((test) => test.result === 'SKIPPED' || test.status === 'NOTRUN');
  const failed = tests.filter((test) => test.failures !== undefined);
  return { passed: tests.length - skipped.length - failed.length, failed: failed.length, skipped: skipped.map((test) => test.full) };
}

function eslintTally(report: readonly { readonly errorCount: number; readonly warningCount: number }[]): Tally {
  const failed = report.filter((file) => file.errorCount + file.warningCount > 0).length;
  return { passed: report.length - failed, failed, skipped: [] };
}

/**
 * Counts of a suite whose last command ended with `status`. A result that is missing, or a bad status beside a
 * result without failures (a crash after the tests), counts as one more failure: never as a success.
 */
export function tally(count: Count, file: string, status: number): Tally {
  if (count === 'exit') return status === 0 ? { passed: 1, failed: 0, skipped: [] } : { passed: 0, failed: 1, skipped: [] };
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: [] };
  const report: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const read = { vitest: vitestTally, gtest: gtestTally, eslint: eslintTally, own: (own: Tally): Tally => own }[count] as (report: unknown) => Tally;
  const result = read(report);
  // A suite that was skipped whole says so by name; one that counted nothing at all is broken.
  if (result.failed === 0 && (status !== 0 || result.passed + result.skipped.length === 0)) return { ...result, failed: 1 };
  return result;
}
