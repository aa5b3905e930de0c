/**
 * Writes the goldens anew with the tshark of this machine (a separate program, never linked).
 *   npm run golden:update [-- NAME…]     all captures, or those whose path contains a NAME
 * Only tshark 4.0.17 is the referee: another version gives other answers, so it is refused.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fail, BuildError } from '../../src/build/say.mjs';
import { fieldArgs, fieldNames, fixtures, type Fixture } from './captures.ts';
import { formatGolden, parseFields, type Golden } from './goldenFile.ts';

const REFEREE = '4.0.17';
const ENV = { ...process.env, WIRESHARK_CONFIG_DIR: '/nonexistent', TZ: 'UTC', LC_ALL: 'C.UTF-8' };

function tshark(args: readonly string[]): Promise<{ exit: number; stdout: string }> {
  return new Promise((resolve, reject) => {
    execFile('tshark', args, { env: ENV, maxBuffer: 64 << 20 }, (error, stdout) => {
      if (error !== null && typeof error.code !== 'number') {
        reject(new BuildError(`tshark could not be run (${error.message}): apt-get install tshark, and try again.`));
        return;
      }
      resolve({ exit: error === null ? 0 : Number(error.code), stdout });
    });
  });
}

const lines = (text: string): string[] => text.split('\n').slice(0, -1);

async function ask(version: string, fixture: Fixture): Promise<Golden> {
  const read = ['-n', '-r', fixture.file];
  const [rows, rows2, fields, fields2] = await Promise.all([
    tshark(read), tshark(['-2', ...read]), tshark([...read, ...fieldArgs(fieldNames)]), tshark(['-2', ...read, ...fieldArgs(fieldNames)]),
  ]);
  return {
    version,
    rows: { exit: rows.exit, rows: lines(rows.stdout) }, rows2: { exit: rows2.exit, rows: lines(rows2.stdout) },
    fields: { exit: fields.exit, packets: parseFields(fields.stdout, fieldNames) }, fields2: { exit: fields2.exit, packets: parseFields(fields2.stdout, fieldNames) },
  };
}

async function main(wanted: readonly string[]): Promise<void> {
  const version = /TShark \(Wireshark\) (\S+)/.exec((await tshark(['--version'])).stdout)?.[1] ?? 'unknown';
  if (version !== REFEREE) throw new BuildError(`this tshark is ${version}, and the goldens are made with ${REFEREE}: use Debian 12's package.`);
  const chosen = fixtures.filter((f) => wanted.length === 0 || wanted.some((w) => f.path.includes(w)));
  for (const fixture of chosen) {
    mkdirSync(path.dirname(fixture.golden), { recursive: true });
    writeFileSync(fixture.golden, formatGolden(await ask(`tshark ${version}`, fixture)));
  }
  console.log(`${chosen.length} goldens written`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  fail(error);
}
