/** The referee of page tests: tshark run on the same capture. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { captures } from './enginePage.ts';

export function tshark(file: string, ...args: readonly string[]): readonly string[] {
  const output = execFileSync('tshark', ['-n', '-2', '-r', path.resolve(captures, file), ...args], {
    encoding: 'utf8', env: { ...process.env, WIRESHARK_CONFIG_DIR: '/nonexistent', TZ: 'UTC' }, stdio: ['ignore', 'pipe', 'ignore'],
  });
  return output.split('\n').slice(0, -1);
}

/** Numbers of the frames that a display filter shows. */
export const framesOf = (file: string, filter: string): readonly number[] =>
  tshark(file, '-Y', filter, '-T', 'fields', '-e', 'frame.number').map(Number);

/** A custom column's texts, as Wireshark's packet list shows it. */
export const customColumn = (file: string, field: string, occurrence: number): readonly string[] =>
  tshark(file, '-o', `gui.column.format:"X","%Cus:${field}:${occurrence}:R"`).map((line) => line.trimEnd());
