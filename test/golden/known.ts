/**
 * Differences from tshark that are known and explained (known-differences.json). The list may only shrink:
 * `npm run golden:shrink` lowers counts and removes what is gone; nothing ever adds to it but a person, with a reason.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export type Section = 'rows' | 'rows-2' | 'fields' | 'fields-2';

export interface KnownCells {
  /** `captures/x.pcap`. */
  readonly capture: string;
  readonly section: Section;
  /** Field name; `line` for rows. */
  readonly field: string;
  /** How many cells (or lines) differ. */
  readonly count: number;
  readonly reason: string;
}

export interface Known {
  /** Reason to fields (`proto.*` for all of a protocol) that the registry does not have. */
  readonly fieldsNotKnown: Readonly<Record<string, readonly string[]>>;
  readonly cells: readonly KnownCells[];
}

const FILE = path.join(import.meta.dirname, 'known-differences.json');

export function readKnown(): Known {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Known;
}

export function writeKnown(known: Known): void {
  const cells = known.cells.map((c) => `  ${JSON.stringify(c)}`).join(',\n');
  const fields = Object.entries(known.fieldsNotKnown).map(([reason, list]) => `  ${JSON.stringify(reason)}: [\n    ${list.map((f) => JSON.stringify(f)).join(',\n    ')}\n  ]`).join(',\n');
  writeFileSync(FILE, `{\n"fieldsNotKnown": {\n${fields}\n},\n"cells": [\n${cells}\n]\n}\n`);
}

export function isListed(field: string, known: Known): boolean {
  return Object.values(known.fieldsNotKnown).flat().some((f) => (f.endsWith('.*') ? field.startsWith(f.slice(0, -1)) : f === field));
}
