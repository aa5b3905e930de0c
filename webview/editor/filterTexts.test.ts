import { expect, test } from 'vitest';
import type { TreeNode } from '../../src/contract/capture.ts';
import { csvCell } from './actions/copy.ts';
import { titleOf } from './actions/columns.ts';
import { decodeTargets, withRule } from './actions/decodeAs.ts';
import { conversationFilters, joinFilter, valueOf } from './filterTexts.ts';

const node = (field: string, value: string, children: readonly TreeNode[] = []): TreeNode =>
  ({ label: `${field}: ${value}`, field, source: 0, offset: 0, length: 0, filter: value === '' ? field : `${field} == ${value}`, children });

test.each([
  ['selected', 'b', 'b'], ['not', '!(b)', '!(b)'], ['and', 'b', '(a || c) && (b)'], ['or', 'b', '(a || c) || (b)'],
  ['andNot', '!(b)', '(a || c) && !(b)'], ['orNot', '!(b)', '(a || c) || !(b)'],
] as const)('%s: with nothing before, and with a filter', (join, alone, joined) => {
  expect(joinFilter('  ', 'b', join)).toBe(alone);
  expect(joinFilter('a || c', 'b', join)).toBe(joined);
});

test('a value is taken out of its filter', () => {
  expect(valueOf(node('tcp.srcport', '443'))).toBe('443');
  expect(valueOf(node('http.host', '"a\\"b\\\\c"'))).toBe('a"b\\c');
  expect(valueOf(node('tcp', ''))).toBe('');
});

test('conversations: the innermost addresses count', () => {
  const tree = [
    node('eth', '', [node('eth.src', '02:00:00:00:00:01'), node('eth.dst', '02:00:00:00:00:02')]),
    node('ip', '', [node('ip.src', '10.0.0.1'), node('ip.dst', '10.0.0.2')]),
    node('ip', '', [node('ip.src', '10.244.0.5'), node('ip.dst', '10.244.0.6')]),
    node('tcp', '', [node('tcp.stream', '7')]),
  ];
  expect(conversationFilters({ n: 1, tree, sources: [] })).toEqual([
    { label: 'TCP', filter: 'tcp.stream == 7' },
    { label: 'IPv4', filter: 'ip.addr == 10.244.0.5 && ip.addr == 10.244.0.6' },
    { label: 'Ethernet', filter: 'eth.addr == 02:00:00:00:00:01 && eth.addr == 02:00:00:00:00:02' },
  ]);
  expect(conversationFilters({ n: 1, tree: [node('frame', '')], sources: [] })).toEqual([]);
});

test('what of a packet can be decoded otherwise: the lower port first, then what is below', () => {
  const tree = [
    node('eth', '', [node('eth.type', '0x0800')]), node('ip', '', [node('ip.proto', '6')]),
    node('tcp', '', [node('tcp.srcport', '40000'), node('tcp.dstport', '8888')]),
  ];
  expect(decodeTargets({ n: 1, tree, sources: [] })).toEqual(['tcp.port==8888', 'tcp.port==40000', 'ip.proto==6', 'ethertype==0x0800']);
  expect(withRule(['tcp.port==8888,http', 'udp.port==53,dns'], 'tcp.port==8888,tls')).toEqual(['udp.port==53,dns', 'tcp.port==8888,tls']);
});

test("a column's title is the field's label", () => {
  expect(titleOf('Source Port: 443', 'tcp.srcport')).toBe('Source Port');
  expect(titleOf('.... .... ..1. = Syn: Set', 'tcp.flags.syn')).toBe('Syn');
  expect(titleOf('[Stream index: 3]', 'tcp.stream')).toBe('Stream index');
  expect(titleOf('', 'tcp.payload')).toBe('tcp.payload');
});

test('a cell of comma-separated values (RFC 4180)', () => {
  expect(csvCell('say "hi", twice')).toBe('"say ""hi"", twice"');
});
