/** The captures the goldens are made of, and where each one's golden lies. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(import.meta.dirname, '../..');
const FOLDERS = ['test/fixtures/captures', 'test/fixtures/recorded'] as const;
/** Not in a folder of fixtures: what is no capture at all has a sentence of its own, not rows. */
const CAPTURE = /\.(pcap|pcapng|cap)(\.(gz|zst|lz4))?$/;

export interface Fixture {
  /** Path from the root of the repository. */
  readonly path: string;
  readonly name: string;
  readonly file: string;
  readonly golden: string;
}

export const fixtures: readonly Fixture[] = FOLDERS.flatMap((folder) => {
  const all = existsSync(path.join(ROOT, folder)) ? readdirSync(path.join(ROOT, folder)) : [];
  return all.filter((name) => CAPTURE.test(name)).sort().map((name) => ({
    path: `${folder}/${name}`, name: `${path.basename(folder)}/${name}`, file: path.join(ROOT, folder, name),
    golden: path.join(import.meta.dirname, path.basename(folder), `${name}.txt`),
  }));
});

/** Fields that tshark found in these captures, of the protocols the engine dissects; one a line. */
export const fieldNames: readonly string[] = readFileSync(path.join(import.meta.dirname, 'fields.txt'), 'utf8').split('\n').filter((l) => l !== '');

/** Separates several values of one field: the unit separator on the command line, its picture in the golden. */
export const UNIT = '\x1f';

/** Options of reading fields, the same for tshark and for us. */
export const fieldArgs = (names: readonly string[]): string[] => [
  '-T', 'fields', '-E', 'separator=/t', '-E', 'occurrence=a', '-E', `aggregator=${UNIT}`, ...names.flatMap((name) => ['-e', name]),
];
