/** Files stay readable in one sitting. */
import { expect, test } from 'vitest';
import { projectFiles, textOf } from './files.ts';

const limit = 600;

/** Longer files, each with the reason. */
const longer: Readonly<Record<string, string>> = {
  'native/filter/known_names_table.cc': 'one table, sorted by name and searched as one',
};

const code = projectFiles().filter((file) => /\.(ts|mts|mjs|cc|h|c|css|cmake|sh|py)$/.test(file) && !file.includes('/generated_'));
const tooLong = code.filter((file) => textOf(file).split('\n').length > limit + 1);

test(`no source file is longer than ${limit} lines without a listed reason`, () => {
  expect(code.length).toBeGreaterThan(20);
  expect(tooLong.filter((file) => longer[file] === undefined)).toEqual([]);
});

test('every listed exception still is one', () => {
  expect(Object.keys(longer).filter((file) => !tooLong.includes(file))).toEqual([]);
});
