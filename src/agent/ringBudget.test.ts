/** How a session's memory is divided; sums by hand. */
import { expect, test } from 'vitest';
import { RingBudget } from './ringBudget.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

test('few pods share what there is, with room for some more; none has less than a link and lo need', () => {
  const few = new RingBudget(16 * MiB);
  few.expect(4);
  // An eighth of the session for each of four and four that may come; of that an eighth for lo.
  expect([few.take(false), few.take(true), few.isCrowded]).toEqual([1792 * KiB, 256 * KiB, false]);
  const many = new RingBudget(16 * MiB);
  many.expect(128);
  expect([many.take(false), many.take(true), many.isCrowded]).toEqual([256 * KiB, 128 * KiB, false]);
});

test('beyond that pods share a ring for each filter, which is taken once', () => {
  const crowd = new RingBudget(16 * MiB);
  crowd.expect(129, 2);
  expect(crowd.isCrowded).toBe(true);
  expect([crowd.takeShared('tcp'), crowd.takeShared('')]).toEqual([8 * MiB, 8 * MiB]);
  // Not until it is there: opening it may fail.
  expect(crowd.takeShared('tcp')).toBe(8 * MiB);
  crowd.hasShared('tcp');
  expect([crowd.takeShared('tcp'), crowd.takeShared('')]).toEqual([0, 8 * MiB]);
  const small = new RingBudget(MiB, 1);
  small.expect(2, 4);
  expect([small.isCrowded, small.takeShared('')]).toEqual([true, MiB]);
});

test('few pods that share a ring have one like that of a pod', () => {
  const few = new RingBudget(16 * MiB);
  few.expect(4, 2);
  expect([few.takeShared('ip host 10.96.0.9'), few.isCrowded]).toEqual([1792 * KiB, false]);
  few.hasShared('ip host 10.96.0.9');
  expect(few.takeShared('ip host 10.96.0.9')).toBe(0);
});
