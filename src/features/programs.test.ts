/** Programs: found on a PATH made for the test, and started with what they are to get. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findProgram, startProgram, wiresharkArguments } from './programs.ts';

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

test('Wireshark is found on PATH and gets the name of the capture as it is, whatever is in it', async () => {
  const place = join(folder, 'a place', 'bin');
  mkdirSync(place, { recursive: true });
  // A program that writes down what it was started with.
  writeFileSync(join(place, 'wireshark'), `#!/bin/sh\nprintf '%s\\0' "$@" > "$(dirname "$0")/part"\nmv "$(dirname "$0")/part" "$(dirname "$0")/started"\n`);
  chmodSync(join(place, 'wireshark'), 0o755);
  const program = findProgram('wireshark', ['/nonexistent', place].join(':'), ['']);
  expect(program).toBe(join(place, 'wireshark'));
  for (const file of ['/captures/shop.pcapng', `/captures/-k $(touch ${join(place, 'ran')}) "a b"; 'c' & \`id\` ä\n*.pcapng`]) {
    await startProgram(program ?? '', wiresharkArguments(file));
    await expect.poll(() => readdirSync(place)).toContain('started');
    expect(readFileSync(join(place, 'started'), 'utf8').split('\0')).toEqual(['-r', file, '']);
    rmSync(join(place, 'started'));
  }
  expect(readdirSync(place)).toEqual(['wireshark']);
  await expect(startProgram(join(folder, 'none'), [])).rejects.toThrow('ENOENT');
});
