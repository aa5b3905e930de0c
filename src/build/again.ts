/**
 * A second try for tests that wait for other programs (browsers, a workbench, kernels, a cluster): on a loaded
 * machine one of some hundred may miss its moment. Files with a failed test are run once more, whole; what fails twice
 * has failed, and what did not is named in the output, so that it is mended and not forgotten.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

interface FileReport {
  readonly name: string;
  readonly status: string;
  readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
}
interface Report {
  readonly testResults: readonly FileReport[];
}

/** More failed files than these are no accident: nothing is run again. */
const kMostFiles = 4;

/** What a second try would run: the failed files of vitest's report, none where there is no report or too many. */
export function failedFiles(result: string): readonly string[] {
  if (!existsSync(result)) return [];
  const files = (JSON.parse(readFileSync(result, 'utf8')) as Report).testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);
  return files.length <= kMostFiles ? files : [];
}

/** The vitest command for these files only. */
export function commandFor(command: readonly string[], files: readonly string[]): readonly string[] {
  const options = command.filter((word, at) => at < 2 || word.startsWith('-') || command[at - 1] === '--config');
  return [...options, ...files];
}

/**
 * Puts the second try's files in the place of the first's and writes the whole to `result`.
 * @returns full names of the tests that failed at first and then passed
 */
export function merge(first: string, result: string): readonly string[] {
  const before = JSON.parse(first) as Report;
  const after = JSON.parse(readFileSync(result, 'utf8')) as Report;
  const again = new Map(after.testResults.map((file) => [file.name, file]));
  const passedNow: string[] = [];
  const testResults = before.testResults.map((file) => {
    const second = again.get(file.name);
    if (second === undefined) return file;
    const failed = new Set(file.assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName));
    passedNow.push(...second.assertionResults.filter(({ status, fullName }) => status === 'passed' && failed.has(fullName)).map(({ fullName }) => fullName));
    if (second.status === 'passed' && failed.size === 0) passedNow.push(file.name);
    return second;
  });
  writeFileSync(result, JSON.stringify({ ...before, testResults }));
  return passedNow;
}
