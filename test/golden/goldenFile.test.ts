import { describe, expect, test } from 'vitest';
import { UNIT } from './captures.ts';
import { sameValue } from './compare.ts';
import { formatGolden, parseFields, parseGolden, shorten, type Golden } from './goldenFile.ts';

const first = new Map([['frame.number', '1'], ['ip.addr', `192.0.2.1${UNIT}192.0.2.2`], ['http.request.line', 'a=b\r\nc']]);
const golden: Golden = {
  version: '# tshark x, no preferences (WIRESHARK_CONFIG_DIR points nowhere), TZ=UTC; fields: test/golden/fields.txt',
  rows: { exit: 2, rows: ['    1   0.000000 a → b'] },
  rows2: { exit: 2, rows: ['    1   0.000000 a → b [changed]'] },
  fields: { exit: 2, packets: [first, new Map([['frame.number', '2'], ['tcp.len', '5']])] },
  fields2: { exit: 0, packets: [new Map([...first, ['dns.response_in', '2']]), new Map([['frame.number', '2']])] },
};

describe('the golden file', () => {
  test('is read as it was written: separators, line ends, cells that a second pass adds and takes away', () => {
    const text = formatGolden({ ...golden, version: 'tshark x' });
    expect(text).not.toContain(UNIT);
    expect(text).not.toContain('\r');
    expect(parseGolden(text)).toEqual(golden);
  });

  test('without a section is refused with the remedy', () => {
    expect(() => parseGolden('# x\n@ rows (exit 0): a\n')).toThrow(/golden:update/);
  });

  test('keeps long values as a beginning and a hash that tells them apart', () => {
    const [a, b] = ['x'.repeat(200), `${'x'.repeat(199)}y`];
    expect(shorten(a)).not.toBe(shorten(b));
    expect(shorten(a).length).toBeLessThan(80);
    expect(shorten('short')).toBe('short');
  });
});

test('the output of -T fields: empty cells are no cells', () => {
  expect(parseFields('1\t\tb\n2\ta\t\n', ['n', 'x', 'y'])).toEqual([new Map([['n', '1'], ['y', 'b']]), new Map([['n', '2'], ['x', 'a']])]);
});

test.each([
  ['1', '1', true], ['0.1', '0.10', true], ['1772366400.000001', '1772366400.000001000', true], ['1772366400.000001', '1772366400.9', false], ['5', '6', false], ['', '0', false],
  ['0x10', '16', false], [`1${UNIT}2`, `1${UNIT}2.0`, true], [`1${UNIT}2`, '1', false], ['abc', 'ABC', false],
])('sameValue(%j, %j) is %s', (a, b, same) => {
  expect(sameValue(a, b)).toBe(same);
});
