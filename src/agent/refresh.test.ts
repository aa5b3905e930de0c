/** How often it is asked, by a clock of the test. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Refresh } from './refresh.ts';

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

test('every ten seconds where the answer is quick, less often where it is not, never two at once, and after a failure again', async () => {
  const asked: number[] = [];
  const began = Date.now();
  let takes = 0;
  const refresh = new Refresh(async () => {
    asked.push(Math.round((Date.now() - began) / 1000));
    if (takes < 0) throw new Error('no answer');
    await new Promise((resolve) => setTimeout(resolve, takes));
  });
  await vi.advanceTimersByTimeAsync(21_000);
  expect(asked).toEqual([10, 20]);
  takes = 2000;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toEqual([10, 20, 30, 72]);
  takes = -1;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toEqual([10, 20, 30, 72, 114, 124, 134]);
  refresh.close();
  await vi.advanceTimersByTimeAsync(100_000);
  expect(asked).toHaveLength(7);
});
