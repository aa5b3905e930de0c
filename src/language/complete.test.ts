/** What is offered where, on the small language of the development page. */
import { expect, test } from 'vitest';
import { fakeTables, fakeValues } from '../../webview/dev/language.ts';
import type { FilterCompletions } from '../contract/language.ts';
import { complete } from './complete.ts';
import { contextAt } from './context.ts';
import { hover, signature } from './hover.ts';
import { FilterRegistry } from './registry.ts';

const registry = new FilterRegistry(fakeTables);

/** `|` is the place. */
function at(marked: string): { readonly text: string; readonly offset: number } {
  const offset = marked.indexOf('|');
  return { text: marked.replace('|', ''), offset };
}

const ask = (marked: string): Promise<FilterCompletions> => {
  const { text, offset } = at(marked);
  return complete(registry, text, offset, (field) => Promise.resolve(fakeValues(field)));
};
const labels = async (marked: string): Promise<readonly string[]> => (await ask(marked)).items.map(({ label }) => label);

test.each([
  ['|', 'operand'], ['tc|', 'operand'], ['tcp && |', 'operand'], ['!(|', 'operand'], ['not |', 'operand'], ['(tcp or u|', 'operand'],
  ['tcp.port |', 'operator'], ['tcp.port =|', 'operator'], ['ip.src#2 |', 'operator'], ['tcp[0:4] |', 'operator'], ['len(http.host) |', 'operator'],
  ['tcp.port == |', 'value'], ['tcp.port==4|', 'value'], ['tcp.port==|', 'operator'], ['tcp.port in {|', 'value'], ['tcp.port in {80, |', 'value'], ['tcp.port not in {8|', 'value'],
  ['tcp.port in {80..|', 'value'], ['http.host == "sh|', 'value'], ['http.host == "sh|op"', 'value'], ['k8s.label["tier"] == |', 'value'],
  ['tcp.port == 80 |', 'join'], ['tcp.port in {80} |', 'join'], ['(tcp) |', 'join'], ['http.host == "a" |', 'join'], ['tcp.port == 80 a|', 'join'],
  ['len(|', 'argument'], ['max(tcp.port, |', 'argument'], ['len(http.h|', 'argument'],
  ['k8s.label["|', 'key'], ['k8s.label[|', 'key'], ['tcp.port == ${|', 'reference'], ['ip.src == ${ip.d|}', 'reference'],
  ['http.host matches |', 'nothing'], ['http.host matches "a|', 'nothing'], ['tcp[0|', 'nothing'], ['tcp.port not |', 'in'],
] as const)('%s expects %s', (marked, kind) => {
  const { text, offset } = at(marked);
  expect(contextAt(registry, text, offset).expected.kind).toBe(kind);
});

test('nothing typed: protocols and functions, no list of all fields', async () => {
  const found = await labels('|');
  expect(found).toContain('tcp');
  expect(found).toContain('len');
  expect(found).not.toContain('tcp.port');
});

test('fields of a protocol by their names, short ones first, with label and type', async () => {
  const { items, start, end } = await ask('ip && tcp.|');
  expect({ start, end }).toEqual({ start: 6, end: 10 });
  expect(items[0]).toMatchObject({ label: 'tcp.dstport', detail: 'Destination Port', note: 'uint16', kind: 'field' });
  expect(items.map(({ label }) => label)).toContain('tcp.flags.syn');
  expect(items.findIndex(({ label }) => label === 'tcp.flags.syn')).toBeGreaterThan(items.findIndex(({ label }) => label === 'tcp.port'));
});

test('a field is found by a part of its name and by its label', async () => {
  expect(await labels('retrans|')).toEqual(['tcp.analysis.retransmission']);
  expect(await labels('status|')).toEqual(['http.response.code']);
});

test('operators follow what the type can do', async () => {
  const ofNumber = await labels('tcp.port |');
  expect(ofNumber).toEqual(expect.arrayContaining(['==', '<', 'in', '&', '&&']));
  expect(ofNumber).not.toContain('contains');
  expect(ofNumber).not.toContain('~=');
  expect(await labels('http.host |')).toEqual(expect.arrayContaining(['==', 'contains', 'matches', 'in']));
  expect(await labels('tcp.analysis.retransmission |')).toEqual(['&&', '||']);
  expect(await labels('len(http.host) |')).not.toContain('&&');
  expect(await labels('tcp.port co|')).toEqual([]);
  expect(await labels('http.host co|')).toEqual(['contains']);
});

test('values: those seen first, the most frequent on top, then the names of the field', async () => {
  expect(await labels('tcp.port == |')).toEqual(['8080', '443', '51234']);
  const { items } = await ask('ip.proto == |');
  expect(items.map(({ label, insert, note }) => [label, insert, note])).toEqual([
    ['TCP (6)', '"TCP"', 'seen 275×'], ['ICMP (1)', '"ICMP"', ''], ['UDP (17)', '"UDP"', ''],
  ]);
  expect((await ask('ip.proto == 1|')).items.find(({ label }) => label === 'UDP (17)')).toMatchObject({ insert: '17', match: '17' });
  expect((await ask('eth.type == |')).items.map(({ label }) => label)).toContain('IPv6 (0x86dd)');
  expect((await ask('tcp.flags.syn == |')).items.map(({ label, insert }) => [label, insert])).toEqual([['Set (1)', '1'], ['Not set (0)', '0']]);
});

test('a string is offered quoted, with and without its quote typed', async () => {
  const bare = await ask('http.host == sh|');
  expect(bare.items[0]).toMatchObject({ label: '"shop.example"', insert: '"shop.example"', match: 'shop.example' });
  const quoted = await ask('http.host == "sh|"');
  expect(quoted).toMatchObject({ start: 13, end: 17 });
});

test('a field of the same type may stand on the right', async () => {
  expect(await labels('ip.src == ip.d|')).toEqual(['ip.dst']);
});

test('arguments are the fields a function takes', async () => {
  expect(await labels('lower(http.|')).toEqual(['http.host', 'http.request.method']);
});

test('keys and values of key=value strings', async () => {
  expect(await labels('k8s.label["|')).toEqual(['"app.kubernetes.io/name"', '"tier"']);
  expect(await labels('k8s.label["tier"] == |')).toEqual(['"front"']);
});

test('text of a capture that means something in a snippet is escaped', async () => {
  const { items } = await complete(registry, 'http.host == ', 13, () => Promise.resolve({ values: [['"${1:x}\\\\"', 1]], packets: 1, whole: true }));
  expect(items[0]?.insert).toBe('"\\${1:x\\}\\\\\\\\"');
});

test('signatures say which argument is written', () => {
  const place = at('tcp && max(tcp.port, |');
  expect(signature(registry, place.text, place.offset)).toMatchObject({ label: 'max(field, ...)', active: 1, parameters: [[4, 9], [11, 14]] });
  expect(signature(registry, 'tcp', 2)).toBeUndefined();
});

test.each([
  ['ip.pr|oto == 6', 'ip.proto: Protocol', ['An unsigned 8-bit number of Internet Protocol Version 4.', 'Values: 1 ICMP, 6 TCP, 17 UDP.']],
  ['ip.proto == 6|', 'ip.proto 6', ['TCP']],
  ['len|(http)', 'len(field)', ['Length of the value in bytes']],
  ['ip.src ~|= 1', '~=', ['Not equal (some value is not).', 'Deprecated: write "!==".']],
  ['qu|ic', 'quic', ['A protocol.', 'Known, but not dissected yet: it is never there.']],
])('hover over %s', (marked, title, lines) => {
  const place = at(marked);
  expect(hover(registry, place.text, place.offset)).toMatchObject({ title, lines });
});
