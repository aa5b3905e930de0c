/** Our command line against tshark's answers, capture by capture, field by field. See known.ts for what is excused. */
import { existsSync } from 'node:fs';
import { beforeAll, describe as group, expect, test } from 'vitest';
import { fieldNames, fixtures } from './captures.ts';
import { describe, differences, registryNames, type Difference } from './compare.ts';
import { isListed, readKnown } from './known.ts';

const known = readKnown();
let names: ReadonlySet<string>;
beforeAll(async () => {
  names = await registryNames();
});

/** Those of one capture that the list does not excuse: a kind with more differences than listed is shown whole. */
function unexcused(capture: string, found: readonly Difference[]): readonly Difference[] {
  const kind = (d: { readonly section: string; readonly field: string }): string => `${d.section} ${d.field}`;
  const allowed = new Map(known.cells.filter((c) => c.capture === capture).map((c) => [kind(c), c.count]));
  const counts = new Map<string, number>();
  for (const d of found) counts.set(kind(d), (counts.get(kind(d)) ?? 0) + 1);
  return found.filter((d) => (counts.get(kind(d)) ?? 0) > (allowed.get(kind(d)) ?? 0));
}

group('goldens', () => {
  test('every capture has one', () => {
    expect(fixtures.length).toBeGreaterThanOrEqual(60);
    expect(fixtures.filter((f) => !existsSync(f.golden)).map((f) => f.path)).toEqual([]);
  });

  test('the registry has every field that tshark found, but those listed with a reason', () => {
    const missing = fieldNames.filter((f) => !f.startsWith('_ws.col.') && !names.has(f) && !isListed(f, known));
    expect(missing).toEqual([]);
  });

  test.concurrent.for(fixtures.map((f) => ({ name: f.name, fixture: f })))('$name as tshark', { timeout: 240_000 }, async ({ fixture }) => {
    const found = unexcused(fixture.name, await differences(fixture, names));
    if (found.length > 0) expect.fail(describe(found));
  });
});
