/** Finding programs on a PATH made for the test. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findProgram } from './programs.ts';

const folder = mkdtempSync(join(tmpdir(), 'programs-'));
afterAll(() => { rmSync(folder, { recursive: true }); });

test('the first executable file wins; folders, plain files and relative places do not count', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => join(folder, name)) as [string, string, string];
  [a, b, c].forEach((one) => { mkdirSync(one); });
  mkdirSync(join(a, 'shark'));
  writeFileSync(join(b, 'shark'), '');
  chmodSync(join(b, 'shark'), 0o644);
  writeFileSync(join(c, 'shark'), '');
  chmodSync(join(c, 'shark'), 0o755);
  expect(findProgram('shark', ['.', 'bin', a, b, c].join(':'), [''])).toBe(join(c, 'shark'));
  expect(findProgram('shark', [a, b].join(':'), [''])).toBeUndefined();
  expect(findProgram('shark', '', [''])).toBeUndefined();
});
