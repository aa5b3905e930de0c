/** The shared truth tables: where they are, and what to do where they are not. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { test } from 'vitest';
import type { PolicyDocument, Probe, Verdict, DeniedBy } from '../../src/policy/types.ts';

const root = process.env['STRATOSHARK_SHARED'] ?? join(import.meta.dirname, '../../../shared');
const folder = join(root, 'policy');

export interface CaseProbe extends Probe {
  readonly expected: Verdict;
  readonly denied_by?: DeniedBy;
}

export interface TruthCase {
  readonly name: string;
  readonly policies: readonly PolicyDocument[];
  readonly probes: readonly CaseProbe[];
}

export const sharedPresent = existsSync(folder);

/** Says that the tables are missing; on machines of continuous integration (CI=true) that is a failure. */
export function reportMissing(what: string): void {
  if (sharedPresent) return;
  if (process.env['CI'] === 'true') {
    test(`${what}: the shared truth tables are there`, () => {
      throw new Error(`There is no ${folder}: set STRATOSHARK_SHARED to the folder that holds policy/.`);
    });
    return;
  }
  process.stderr.write(`\nSKIPPED, ${what}: there is no ${folder}. Set STRATOSHARK_SHARED to the folder that holds policy/.\n`);
  test.skip(`${what}: there is no ${folder}`);
}

/** Names of the tables (`np-hand.jsonl.gz`, …); empty where they are missing. */
export function tableNames(): readonly string[] {
  return sharedPresent ? readdirSync(folder).filter((name) => name.endsWith('.jsonl.gz')).sort() : [];
}

export function readTable(name: string): readonly TruthCase[] {
  return gunzipSync(readFileSync(join(folder, name)))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TruthCase);
}

export function readSharedJson(name: string): unknown {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}
