import { expect, it } from 'vitest';
import { decode } from 'cborg';
import type { EndIdentity, FlowIdentity, ObjectVersion } from '../contract/captureBlocks.ts';
import { bytesOf, flowComment, flowOption, identitiesBlock, ledgerBlock, namesBlock, namesOf, objectsBlock } from './captureBlocks.ts';

const hex = (bytes: Uint8Array | undefined): string => (bytes === undefined ? '' : Buffer.from(bytes).toString('hex'));
/** Bytes stated by hand: hex with blanks, and text in quotes. */
const bytes = (text: string): string => [...text.matchAll(/'([^']*)'|([0-9a-f]+)/g)].map(([, quoted, digits]) => (quoted === undefined ? digits : hex(Buffer.from(quoted)))).join('');

interface Table {
  readonly ends: readonly { readonly pod: string }[];
  readonly flows: readonly { readonly a?: number; readonly b?: number }[];
}

/** Bodies of the custom blocks in a buffer. */
function payloads(all: Uint8Array): readonly unknown[] {
  const out: unknown[] = [];
  const view = Buffer.from(all);
  for (let at = 0; at < view.length; at += view.readUInt32LE(at + 4)) {
    expect(view.readUInt32LE(at + view.readUInt32LE(at + 4) - 4)).toBe(view.readUInt32LE(at + 4));
    out.push(decode(view.subarray(at + 36, at + 36 + view.readUInt32LE(at + 32))));
  }
  return out;
}

it('writes a ledger to the byte', () => {
  const block = ledgerBlock({ source: 'a', entries: [{ what: 'late', where: 'x', count: 2, from: 1_700_000_000_000_000_000n, why: 'y' }] });
  // RFC 8949, 3: a2 map of two, 6x text of x bytes, 81 array of one, 1b eight bytes of a number; keys in the order they are given
  const payload = "a2 66 'source' 61 'a' 67 'entries' 81 a5 64 'what' 64 'late' 65 'where' 61 'x' 65 'count' 02 64 'from' 1b 17979cfe362a0000 63 'why' 61 'y'";
  const length = bytes(payload).length / 2;
  expect(length).toBe(65);
  expect(hex(block)).toBe(bytes(`ad0b0000 6c000000 d97e0000 'StratoShark:k8s' 00 01 03 0000 41000000 ${payload} 000000 6c000000`));
});

it('writes addresses of flows as bytes', () => {
  const tuple = { a: { ip: '10.244.1.5', port: 40000 }, b: { ip: 'fd00::1', port: 80 } };
  expect(payloads(identitiesBlock({ source: 's', flows: [{ flow: 7, protocol: 6, tuple, a: { pod: 'p' }, until: 5n }] }))).toEqual([{
    source: 's', ends: [{ pod: 'p' }],
    flows: [{ flow: 7, protocol: 6, until: 5, a: 0, tuple: [Uint8Array.of(10, 244, 1, 5), 40000, Uint8Array.of(0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), 80] }],
  }]);
});

it('writes each end of flows once, in each block', () => {
  const tuple = { a: { ip: '10.0.0.1', port: 1 }, b: { ip: '10.0.0.2', port: 2 } };
  const [one, other, long] = [{ pod: 'p' }, { pod: 'q' }, { pod: 'x'.repeat(700_000) }];
  const entry = (flow: number, a?: EndIdentity, b?: EndIdentity): FlowIdentity => ({ flow, protocol: 6, tuple, ...(a && { a }), ...(b && { b }) });
  const numbers = (flows: readonly FlowIdentity[]): unknown => (payloads(identitiesBlock({ source: 's', flows })) as readonly Table[])
    .map(({ ends, flows: entries }) => [ends.map(({ pod }) => pod.slice(0, 3)), entries.map(({ a, b }) => [a, b])]);
  expect(numbers([entry(1, one, other), entry(2, other, one), entry(3, undefined, one), entry(4)])).toEqual([[['p', 'q'], [[0, 1], [1, 0], [undefined, 0], [undefined, undefined]]]]);
  expect(numbers([entry(1, one, long), entry(2, { pod: 'y'.repeat(700_000) }, one)])).toEqual([[['p', 'xxx'], [[0, 1]]], [['yyy', 'p'], [[0, 1]]]]);
});

it('makes several blocks of a table that is large', () => {
  const objects = Array.from({ length: 40 }, (_, n): ObjectVersion => ({ kind: 'Pod', name: `p${n}`, namespace: 'a', uid: 'x'.repeat(60_000), from: 0n }));
  const found = payloads(objectsBlock({ source: 's', objects })) as readonly { readonly objects: readonly { readonly name: string }[] }[];
  expect(found.length).toBeGreaterThan(1);
  expect(found.flatMap((part) => part.objects.map(({ name }) => name))).toEqual(objects.map(({ name }) => name));
});

it.each([
  ['10.0.0.1', '0a000001'], ['::1', '00000000000000000000000000000001'], ['::', '0'.repeat(32)], ['1::', `0001${'0'.repeat(28)}`],
  ['2001:db8::8:800:200c:417a', '20010db80000000000080800200c417a'], ['::ffff:10.1.2.3', '0a010203'], ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'], ['fe80::1%eth0', 'fe800000000000000000000000000001'], ['None', ''], ['', ''], ['10.0.0', ''],
])('takes %s for the bytes %s', (text, expected) => {
  expect(hex(bytesOf(text))).toBe(expected);
});

it('names pods, Services and nodes for Wireshark, the newer one of an address', () => {
  const names = namesOf([
    { kind: 'Pod', name: 'new', namespace: 'shop', uid: '2', from: 20n, addresses: ['10.0.0.1'] },
    { kind: 'Pod', name: 'old', namespace: 'shop', uid: '1', from: 10n, addresses: ['10.0.0.1'] },
    { kind: 'Pod', name: 'host', namespace: 'shop', uid: '3', from: 10n, addresses: ['192.168.0.1'], hostNetwork: true },
    { kind: 'Service', name: 'web', namespace: 'shop', uid: '4', from: 10n, addresses: ['10.96.0.9'] },
    { kind: 'Node', name: 'worker', uid: '5', from: 10n, addresses: ['192.168.0.1'] },
  ]);
  expect(names).toEqual([{ address: '10.0.0.1', name: 'new.shop' }, { address: '10.96.0.9', name: 'web.shop.svc' }, { address: '192.168.0.1', name: 'worker' }]);
  expect(hex(namesBlock([{ address: '10.0.0.1', name: 'ab' }, { address: 'None', name: 'x' }]))).toBe(bytes("04000000 1c000000 0100 0700 0a000001 'ab' 00 00 00000000 1c000000"));
});

it('writes a flow option to the byte', () => {
  expect(hex(flowOption(258))).toBe(bytes("ad0b 1c00 d97e0000 'StratoShark:flow' 0201000000000000"));
});

it('says in one line who talks to whom', () => {
  const tuple = { a: { ip: '10.0.0.1', port: 1 }, b: { ip: '10.0.0.2', port: 2 } };
  expect(flowComment({
    flow: 1, protocol: 6, tuple, a: { pod: 'front-1', namespace: 'shop', container: 'web', process: { pid: 4711, comm: 'nginx' } },
    b: { pod: 'back-2', namespace: 'shop', sure: 'likely' },
  })).toBe('shop/front-1 (nginx, pid 4711, container web) → shop/back-2 (likely)');
  expect(flowComment({ flow: 1, protocol: 6, tuple, b: { service: 'web', namespace: 'shop' } })).toBe('unknown → shop/service web');
});
