import { expect, test, vi } from 'vitest';
import type { PacketRow, RowPage } from '../../src/contract/capture.ts';
import { RowCache } from './rowCache.ts';

const rowFor = (n: number): PacketRow =>
  ({ n, time: '0', source: '', destination: '', protocol: '', length: 60, info: '' });

/** A list of `total` rows whose pages hold at most `most` rows and arrive when told to. */
function cacheOver(total: number, most: number) {
  const asked: [number, number][] = [];
  const deliver: (() => void)[] = [];
  const cache = new RowCache((from, count) => new Promise<RowPage>((resolve) => {
    asked.push([from, count]);
    deliver.push(() => {
      const length = Math.max(0, Math.min(count, most, total - from));
      resolve({ from, total, filtered: false, rows: Array.from({ length }, (_unused, index) => rowFor(from + index + 1)) });
    });
  }), () => undefined);
  cache.setTotal(total);
  const next = async (): Promise<void> => {
    const waiting = asked.length;
    deliver[waiting - 1]?.();
    await vi.waitFor(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { cache, asked, next };
}

test('asks first for what is in view and below, then for the screen above', async () => {
  const { cache, asked, next } = cacheOver(1000, 500);
  cache.want(100, 120);
  await next();
  await next();
  expect(asked).toEqual([[100, 40], [80, 20]]);
  expect(cache.get(80)?.n).toBe(81);
  expect(cache.get(139)?.n).toBe(140);
});

test('asks again for what a short page left out', async () => {
  const { cache, asked, next } = cacheOver(1000, 30);
  cache.want(0, 20);
  await next();
  await next();
  expect(asked).toEqual([[0, 40], [30, 10]]);
});

test('while one page is under way only the newest wish is kept', async () => {
  const { cache, asked, next } = cacheOver(100_000, 500);
  cache.want(0, 20);
  cache.want(5000, 5020);
  cache.want(9000, 9020);
  await next();
  expect(asked).toEqual([[0, 40], [9000, 40]]);
});

test('a page of the list before is dropped after a reset', async () => {
  const { cache, next } = cacheOver(1000, 500);
  cache.want(0, 20);
  cache.reset();
  await next();
  expect(cache.get(0)).toBeUndefined();
});

test('invalid rows stay until they are replaced', async () => {
  const { cache, asked, next } = cacheOver(40, 500);
  cache.want(0, 40);
  await next();
  cache.invalidate();
  expect(cache.get(7)?.n).toBe(8);
  cache.want(0, 40);
  expect(asked).toEqual([[0, 40], [0, 40]]);
});
