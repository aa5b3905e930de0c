/** Packet numbers as people write them, by hand. */
import { expect, test } from 'vitest';
import { parseRanges } from './packetRanges.ts';

test('numbers, ranges and an open end, in ascending order', () => {
  expect(parseRanges('205, 1-100 ,310-')).toEqual([[1, 100], [205, 205], [310, 0xffff_ffff]]);
});

test.each(['', '0', '5-3', 'a', '1,,2', '-5', '1-2-3', '99999999999'])('"%s" is none', (text) => {
  expect(parseRanges(text)).toBeUndefined();
});
