import { decode, encode } from 'cborg';
import { expect, test } from 'vitest';
import { cborOf, Encoded } from './cbor.ts';

/** Numbers from a seed (LCG of Numerical Recipes). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const integers = [0, 1, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER, -1, -24, -25, -256, -257, -(2 ** 32), Number.MIN_SAFE_INTEGER];

function anything(draw: (below: number) => number, depth: number): unknown {
  const texts = ['', 'pod', 'a longer text → with more than twenty-four bytes', '\u{1F988}', 'x'.repeat(300), '\0'];
  const most = depth === 0 ? 30 : 5;
  switch (draw(depth > 3 ? 6 : 8)) {
    case 0: return integers[draw(integers.length)];
    case 1: return texts[draw(texts.length)];
    case 2: return draw(2) === 0;
    case 3: return new Uint8Array(draw(40)).fill(draw(256));
    case 4: return BigInt(draw(2 ** 32)) * BigInt(2 ** draw(31));
    case 5: return [null, 1.5, -0.1, Number.POSITIVE_INFINITY][draw(4)];
    case 6: return Array.from({ length: draw(most) }, () => anything(draw, depth + 1));
    default: return Object.fromEntries(Array.from({ length: draw(most) }, () => [`${'k'.repeat(draw(4))}${String(draw(50))}é`.slice(draw(3)), anything(draw, depth + 1)]));
  }
}

test('the bytes are those of cborg', () => {
  for (let seed = 0; seed < 200; seed++) {
    const draw = random(seed);
    const value = Array.from({ length: 8 }, () => anything(draw, 0));
    expect(Buffer.from(cborOf(value)).toString('hex'), `seed ${String(seed)}`).toBe(Buffer.from(encode(value)).toString('hex'));
  }
  for (const value of [...integers, ...integers.map(BigInt), 2n ** 64n - 1n, -(2n ** 63n), 'x'.repeat(100_000)]) expect(Buffer.from(cborOf(value)).equals(encode(value))).toBe(true);
});

test('what is encoded already stands there as it is', () => {
  const end = { pod: 'web', pid: 7 };
  expect(decode(cborOf({ a: new Encoded(end), b: [new Encoded(end)] }))).toEqual({ a: end, b: [end] });
});

test('what is undefined in a map is left out', () => {
  expect(decode(cborOf({ a: 1, b: undefined, c: { d: undefined } }))).toEqual({ a: 1, c: {} });
});
