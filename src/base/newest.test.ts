import { expect, test } from 'vitest';
import { Newest } from './newest.ts';

test('runs the first and the last of a burst, and rejects those between', async () => {
  const newest = new Newest<number>();
  const started: number[] = [];
  const finish = new Map<number, () => void>();
  const ask = (value: number): Promise<number> => newest.run(() => new Promise((resolve) => {
    started.push(value);
    finish.set(value, () => { resolve(value); });
  }));

  const [first, second, third] = [ask(1), ask(2), ask(3)];
  await expect(second).rejects.toMatchObject({ problem: { code: 'cancelled' } });
  expect(started).toEqual([1]);
  finish.get(1)?.();
  await expect(first).resolves.toBe(1);
  expect(started).toEqual([1, 3]);
  finish.get(3)?.();
  await expect(third).resolves.toBe(3);
});

test('goes on after a failure', async () => {
  const newest = new Newest<string>();
  await expect(newest.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(newest.run(() => Promise.resolve('yes'))).resolves.toBe('yes');
});
