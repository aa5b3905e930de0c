/** `npm run golden:shrink`: measures all captures and lowers or removes what known-differences.json excuses too much. */
import { fixtures } from './captures.ts';
import { differences, registryNames, type Difference } from './compare.ts';
import { readKnown, writeKnown, type KnownCells } from './known.ts';

async function measure(): Promise<Map<string, { readonly example: Difference; count: number }>> {
  const names = await registryNames();
  const found = new Map<string, { readonly example: Difference; count: number }>();
  for (const fixture of fixtures) {
    for (const d of await differences(fixture, names)) {
      const key = [fixture.name, d.section, d.field].join('\t');
      const entry = found.get(key);
      if (entry === undefined) found.set(key, { example: d, count: 1 });
      else entry.count += 1;
    }
  }
  return found;
}

const known = readKnown();
const names = await registryNames();
const found = await measure();
const countOf = (c: KnownCells): number => found.get([c.capture, c.section, c.field].join('\t'))?.count ?? 0;
const cells = known.cells.map((c) => ({ ...c, count: Math.min(c.count, countOf(c)) })).filter((c) => c.count > 0);
const fieldsNotKnown = Object.fromEntries(Object.entries(known.fieldsNotKnown).map(([reason, list]) => [reason, list.filter((f) => f.endsWith('.*') || !names.has(f))] as const).filter(([, list]) => list.length > 0));
writeKnown({ fieldsNotKnown, cells });
const sum = (list: readonly KnownCells[]): number => list.reduce((n, c) => n + c.count, 0);
console.log(`known differences: ${sum(known.cells)} cells before, ${sum(cells)} now, in ${cells.length} entries`);
