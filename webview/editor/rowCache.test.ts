import { expect, it } from 'vitest';
import type { PacketRow, RowPage } from '../../src/contract/capture.ts';
import { RowCache } from './rowCache.ts';

interface Asked {
  readonly from: number;
  readonly count: number;
  readonly answer: (text: string) => void;
}

/** A cache of a list of 100 rows whose pages arrive when the test says so. */
function cacheOf(): { readonly cache: RowCache; readonly asked: Asked[]; readonly arrived: number[] } {
  const asked: Asked[] = [];
  const arrived: number[] = [];
  const cache = new RowCache((from, count) => new Promise<RowPage>((resolve) => {
    asked.push({ from, count, answer: (text) => { resolve({ from, total: 100, rows: Array.from({ length: count }, () => ({ cells: [text] }) as unknown as PacketRow) } as unknown as RowPage); } });
  }), ({ from }) => arrived.push(from));
  cache.setTotal(100);
  return { cache, asked, arrived };
}

const textOf = (cache: RowCache, row: number): unknown => (cache.get(row) as unknown as { cells: readonly string[] } | undefined)?.cells[0];

it('shows a page that was outdated on its way, and asks for it again', async () => {
  const { cache, asked, arrived } = cacheOf();
  cache.want(0, 10);
  cache.invalidate();
  asked[0]?.answer('old');
  await expect.poll(() => arrived.length).toBe(1);
  expect(textOf(cache, 0)).toBe('old');
  await expect.poll(() => asked.length).toBe(2);
  asked[1]?.answer('new');
  await expect.poll(() => textOf(cache, 0)).toBe('new');
});

it('shows nothing of another list', async () => {
  const { cache, asked, arrived } = cacheOf();
  cache.want(0, 10);
  cache.reset();
  asked[0]?.answer('other');
  await expect.poll(() => asked.length).toBe(2);
  expect([textOf(cache, 0), arrived]).toEqual([undefined, []]);
});
