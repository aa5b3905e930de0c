/** Rows of followed streams, by hand. */
import { expect, test } from 'vitest';
import { columnsOf, rowText, viewOf } from './rows.ts';

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

test('ASCII shows what is no ASCII as dots, and a line without its end', () => {
  expect(rowText('ascii', utf8('GET / é\r\n'), 0)).toBe('GET / ..');
  expect(rowText('ascii', bytes(0x1b, 0x5b, 0x33, 0x31, 0x6d), 0)).toBe('.[31m');
  expect(rowText('ascii', utf8('\r\n'), 0)).toBe('');
});

test('UTF-8 shows letters; what would act is a picture', () => {
  expect(rowText('utf8', utf8('naïve 東京\n'), 0)).toBe('naïve 東京');
  expect(rowText('utf8', utf8('a\u001b[31m\u202eb'), 0)).toBe('a\u241b[31m\\u202eb');
  expect(rowText('utf8', bytes(0x61, 0xff, 0x62), 0)).toBe('a\ufffdb');
});

test('a hex dump has its place, two groups of eight, and text', () => {
  expect(rowText('hex', utf8('0123456789abcdef'), 0x1f0)).toBe(
    '000001f0  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  0123456789abcdef');
  expect(rowText('hex', bytes(0x00, 0x41), 16)).toBe(`00000010  00 41${'   '.repeat(6)}  ${' '.repeat(23)}  .A`);
  expect(rowText('raw', bytes(0, 255, 16), 0)).toBe('00ff10');
});

test('text rows break after line ends, bytes at a width', () => {
  expect(viewOf('utf8', 1)).toEqual({ kind: 'text', width: 120, side: 1 });
  expect(viewOf('hex', -1)).toMatchObject({ kind: 'bytes', width: 16 });
});

test('the room a text takes, at most', () => {
  expect(columnsOf('')).toBe(0);
  expect(columnsOf('GET /é')).toBe(6);
  expect(columnsOf('\ta\t')).toBe(9);
  expect(columnsOf('東京 🦈')).toBe(7);
});
