import { decode } from 'cborg';
import { expect, test } from 'vitest';
import { cborOf, integer } from './cbor.ts';

const integers = [0, 1, 23, 24, 255, 256, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER, -1, -24, -25, -256, -257, -(2 ** 31), -(2 ** 32), Number.MIN_SAFE_INTEGER];

test('integers stay integers, however large: read by another library', () => {
  const bytes = cborOf(integers.map(integer));
  expect(decode(bytes)).toEqual(integers);
  // RFC 8949, 3.1: no item of major type 7, which numbers with a fraction are of.
  expect([...integers].flatMap((value) => [...cborOf(integer(value)).subarray(0, 1)].map((first) => first >> 5)).every((major) => major < 2)).toBe(true);
  expect(decode(cborOf([2n ** 64n - 1n, -(2n ** 63n), 1_795_890_000_000_000_000n]))).toEqual([2n ** 64n - 1n, -(2n ** 63n), 1_795_890_000_000_000_000n]);
});

test('maps, lists, bytes and texts without tags', () => {
  const value = { pod: 'web → \u{1F988}', sure: true, ports: [80, 1.5], address: new Uint8Array([10, 0, 0, 1]), none: null, long: 'x'.repeat(100_000), spec: { deep: [{}] } };
  expect(decode(cborOf(value))).toEqual(value);
  expect(Buffer.from(cborOf({ a: new Uint8Array([1]) })).toString('hex')).toBe('a161614101');
});

test('what was written before stays as it was', () => {
  const first = cborOf({ name: 'first' });
  for (let n = 0; n < 2000; n++) cborOf({ name: 'x'.repeat(n) });
  expect(decode(first)).toEqual({ name: 'first' });
});
