/** How a row of a stream reads in each format. */
import { escapeTerminal } from '../../src/base/escape.ts';
import type { FollowView } from '../../src/contract/follow.ts';

export const formats = ['ascii', 'utf8', 'hex', 'raw'] as const;
export type Format = (typeof formats)[number];

export const formatNames: Readonly<Record<Format, string>> = { ascii: 'ASCII', utf8: 'UTF-8', hex: 'Hex dump', raw: 'Raw (hex digits)' };

/** Rows as the engine makes them for a format. */
export const viewOf = (format: Format, side: FollowView['side']): FollowView => {
  switch (format) {
    case 'ascii':
    case 'utf8': return { kind: 'text', width: 120, side };
    case 'hex': return { kind: 'bytes', width: 16, side };
    case 'raw': return { kind: 'bytes', width: 48, side };
  }
};

const isPrintable = (byte: number): boolean => byte >= 0x20 && byte < 0x7f;
const hexOf = (byte: number): string => byte.toString(16).padStart(2, '0');
const charOf = (byte: number): string => (isPrintable(byte) ? String.fromCharCode(byte) : '.');

/** Bytes that are no UTF-8 show as U+FFFD, control characters as their pictures, others that act by their number. */
const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });
const pictures = (text: string): string =>
  escapeTerminal(text.replace(/[\u0000-\u001f\u007f]/g, (one) => (one === '\u007f' ? '\u2421' : String.fromCharCode(0x2400 + one.charCodeAt(0)))));

/** A line's own end is shown by the row's end. */
const withoutEnd = (bytes: Uint8Array): Uint8Array => {
  const end = bytes.at(-1) === 0x0a ? bytes.length - 1 : bytes.length;
  return bytes.subarray(0, end > 0 && end < bytes.length && bytes[end - 1] === 0x0d ? end - 1 : end);
};

/** `offset` is the row's place in the stream. */
export function rowText(format: Format, bytes: Uint8Array, offset: number): string {
  switch (format) {
    case 'ascii': return Array.from(withoutEnd(bytes), (byte) => (byte === 0x09 ? '\t' : charOf(byte))).join('');
    case 'utf8': return pictures(decoder.decode(withoutEnd(bytes))).replaceAll('\u2409', '\t');
    case 'raw': return Array.from(bytes, hexOf).join('');
    case 'hex': return hexLine(bytes, offset);
  }
}

/** Columns that a text takes in a font of fixed width, at most: tabs go to every fourth, letters beyond Latin may be two wide. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const letter of text) {
    columns += letter === '\t' ? 4 : letter > '\u00ff' ? 2 : 1;
  }
  return columns;
}

function hexLine(bytes: Uint8Array, offset: number): string {
  const cells = Array.from({ length: 16 }, (_unused, index) => (index < bytes.length ? hexOf(bytes[index] ?? 0) : '  '));
  const text = Array.from(bytes, charOf).join('');
  return `${offset.toString(16).padStart(8, '0')}  ${cells.slice(0, 8).join(' ')}  ${cells.slice(8).join(' ')}  ${text}`;
}
