/** The table of suites can be run: names are unique, and nothing waits for what comes later in its own lane. */
import { expect, test } from 'vitest';
import { suites } from '../../src/build/suites.ts';

const names = suites.map((suite) => suite.name);

test('names of suites are unique', () => {
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

test('a suite waits only for rows above it, so that lanes cannot wait for each other', () => {
  const wrong = suites.flatMap((suite, at) => (suite.after ?? []).filter((other) => !names.slice(0, at).includes(other)).map((other) => `${suite.name} after ${other}`));
  expect(wrong).toEqual([]);
});
