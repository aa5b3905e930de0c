import { expect, it } from 'vitest';
import { Addresses } from './addresses.ts';
import { objectsBlock } from './captureBlocks.ts';

/** An enhanced packet block of an Ethernet frame: type, then what stands behind it. */
function packet(type: string, rest: string): Buffer {
  const frame = Buffer.from(`${'00'.repeat(12)}${type}${rest}`, 'hex');
  const head = Buffer.alloc(28);
  head.writeUInt32LE(frame.length, 20);
  return Buffer.concat([head, frame]);
}

const v4 = (from: string, to: string): Buffer => packet('0800', `45${'00'.repeat(11)}${from}${to}`);
const v6 = (from: string, to: string): Buffer => packet('86dd', `60${'00'.repeat(7)}${from}${to}`);

it('collects the addresses of packets as the API server writes them', () => {
  const addresses = new Addresses();
  addresses.take(v4('0af40105', '0a60000a'));
  addresses.take(v4('0a60000a', '0af40105'));
  addresses.take(v6('fd000000000000000000000000000001', '20010db8000000000001000000000001'));
  expect([...addresses.all]).toEqual(['10.244.1.5', '10.96.0.10', 'fd00::1', '2001:db8::1:0:0:1']);
});

it('passes over what has none, and what was cut off', () => {
  const addresses = new Addresses();
  addresses.take(packet('0806', '00'.repeat(28)));
  addresses.take(packet('0800', '45'));
  addresses.take(packet('86dd', '60'.repeat(30)));
  addresses.take(packet('', ''));
  expect(addresses.all.size).toBe(0);
});

it('knows which objects agents have told of', () => {
  const addresses = new Addresses();
  addresses.takeObjects(Buffer.from(objectsBlock({ source: 'agent n', objects: [{ kind: 'Node', name: 'n', uid: 'u-1', from: 1n }] })));
  addresses.takeObjects(Buffer.alloc(64));
  expect([...addresses.known]).toEqual(['u-1']);
});
