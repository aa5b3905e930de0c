import { expect, test } from 'vitest';
import type { TreeNode } from '../../src/contract/capture.ts';
import { fieldAt, isWithin, keyOf } from './fields.ts';

const node = (field: string, offset: number, length: number, more: Partial<TreeNode> = {}): TreeNode =>
  ({ label: field, field, source: 0, offset, length, filter: '', ...more });

const flag = node('ip.flags.df', 20, 1);
const flags = node('ip.flags', 20, 1, { children: [flag] });
const checked = node('ip.checksum.status', 24, 2, { generated: true });
const body = node('http.file_data', 0, 500, { source: 1 });
const ip = node('ip', 14, 20, { children: [node('ip.len', 16, 2), flags, node('ip.checksum', 24, 2), checked] });
const tcp = node('tcp', 34, 20, { children: [body, node('tcp.hidden', 34, 1, { hidden: true }), node('tcp.srcport', 34, 2)] });
const tree = [node('frame', 0, 100), node('eth', 0, 14), ip, tcp];

test.each([
  [0, 'eth'],
  [16, 'ip.len'],
  [17, 'ip.len'],
  [18, 'ip'],
  [20, 'ip.flags.df'],
  [24, 'ip.checksum'],
  [34, 'tcp.srcport'],
  [99, 'frame'],
])('byte %i belongs to %s', (offset, field) => {
  expect(fieldAt(tree, 0, offset)?.field).toBe(field);
});

test('bytes of another source are found below a node that does not cover them', () => {
  expect(fieldAt(tree, 1, 3)).toBe(body);
  expect(fieldAt(tree, 1, 500)).toBeUndefined();
});

test('a byte past the packet belongs to nothing', () => {
  expect(fieldAt(tree, 0, 100)).toBeUndefined();
});

test('text-only nodes are known by their words before the value', () => {
  expect(keyOf(node('', 0, 0, { label: 'Flags: 0x018 (PSH, ACK)' }))).toBe('Flags');
  expect(keyOf(node('', 0, 0, { label: 'Queries' }))).toBe('Queries');
  expect(keyOf(node('tcp.flags', 0, 2, { label: 'Flags: 0x018' }))).toBe('tcp.flags');
});

test('a node is within its own tree only', () => {
  expect(isWithin(ip, flag)).toBe(true);
  expect(isWithin(tcp, flag)).toBe(false);
});
