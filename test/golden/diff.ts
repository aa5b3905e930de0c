/**
 * `npm run golden:diff [-- NAME…]`: every kind of difference from the goldens with its first example, for those who
 * write dissectors; captures whose path contains a NAME, or all. Nothing is excused here.
 */
import { fixtures } from './captures.ts';
import { differences, registryNames, type Difference } from './compare.ts';

const wanted = process.argv.slice(2);
const names = await registryNames();
let total = 0;
for (const fixture of fixtures.filter((f) => wanted.length === 0 || wanted.some((w) => f.path.includes(w)))) {
  const kinds = new Map<string, { readonly first: Difference; count: number }>();
  for (const d of await differences(fixture, names)) {
    const kind = kinds.get(`${d.section} ${d.field}`);
    if (kind === undefined) kinds.set(`${d.section} ${d.field}`, { first: d, count: 1 });
    else kind.count += 1;
  }
  if (kinds.size === 0) continue;
  console.log(`\n${fixture.name}`);
  for (const [kind, { first, count }] of kinds) {
    // The second pass repeats most of what the first says.
    if (kind.endsWith('-2') || (first.section === 'fields-2' && kinds.has(`fields ${first.field}`)) || (first.section === 'rows-2' && kinds.has('rows line'))) continue;
    total += count;
    console.log(`  ${kind} ×${count}, first in frame ${first.frame}\n    tshark: ${JSON.stringify(first.theirs)}\n    ours:   ${JSON.stringify(first.ours)}`);
  }
}
console.log(`\n${total} differences`);
