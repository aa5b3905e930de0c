/**
 * What the editor waits for, asked as it asks: by the pool of engine processes, its own process started. Milliseconds from
 * opening to the first rows, seconds to the end of indexing, and of sorting all rows by columns; the median of five openings.
 *
 *   npm run build && npm run exec -- node test/bench/editor.ts CAPTURE [FIELD…]
 */
import path from 'node:path';
import { root } from '../../src/build/cache.mjs';
import { EnginePool, type EngineLease } from '../../src/engine/client.ts';
import { forkEngine } from '../../src/engine/forked.ts';

const kRounds = 5;
/** As many as a window shows, and two more screens. */
const kRows = 120;

const [, , file, ...fields] = process.argv;
if (file === undefined) throw new Error('name a capture: node test/bench/editor.ts CAPTURE');
const start = forkEngine(path.join(root, 'dist/engine.js'), (line) => { console.error(line); });

async function opened(): Promise<{ readonly lease: EngineLease; readonly pool: EnginePool; readonly milliseconds: number }> {
  const before = performance.now();
  const pool = new EnginePool(start, () => ({}));
  const lease = await pool.acquire(path.resolve(file ?? ''));
  await lease.session.opened();
  while ((await lease.session.api.rows({ view: lease.view, from: 0, count: kRows, filtered: false })).rows.length < kRows);
  return { lease, pool, milliseconds: performance.now() - before };
}

const times: number[] = [];
for (let round = 0; round < kRounds; round++) {
  const { lease, pool, milliseconds } = await opened();
  times.push(milliseconds);
  lease.dispose();
  pool.dispose();
}
console.info(`first rows after ${(times.toSorted((a, b) => a - b)[Math.floor(kRounds / 2)] ?? NaN).toFixed(0)} ms (${times.map((one) => one.toFixed(0)).join(', ')})`);

const since = performance.now();
const { lease, pool } = await opened();
while ((await lease.session.opened()).state === 'indexing') await new Promise((resolve) => { setTimeout(resolve, 20); });
const { packets } = await lease.session.opened();
console.info(`${packets.toLocaleString('en-US')} packets indexed after ${((performance.now() - since) / 1000).toFixed(1)} s`);
for (const field of fields) {
  const before = performance.now();
  await lease.session.api.sort({ view: lease.view, by: 'field', field, occurrence: 0, descending: false, filtered: false });
  console.info(`sorted by ${field} in ${((performance.now() - before) / 1000).toFixed(1)} s`);
}
lease.dispose();
pool.dispose();
