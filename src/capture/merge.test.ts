import { decode } from 'cborg';
import { expect, it } from 'vitest';
import { blocksOf, BlockError, BlockSplitter, BlockType, ticksOf } from './blocks.ts';
import { customPayload, flowOption, identitiesBlock, kIdentities } from './captureBlocks.ts';
import { Merger } from './merge.ts';

const start = 1_700_000_000_000_000_000n;

function block(type: number, body: Buffer): Buffer {
  const out = Buffer.alloc(12 + ((body.length + 3) & ~3));
  out.writeUInt32LE(type, 0);
  out.writeUInt32LE(out.length, 4);
  body.copy(out, 8);
  out.writeUInt32LE(out.length, out.length - 4);
  return out;
}

/** An interface with nanoseconds. */
const device = (): Buffer => block(BlockType.interface, Buffer.from('01000000000004000900010009000000' + '00000000', 'hex'));
const section = (): Buffer => block(BlockType.section, Buffer.from('4d3c2b1a01000000ffffffffffffffff', 'hex'));

function packet(on: number, nanoseconds: number, data: string, options = Buffer.alloc(0)): Buffer {
  const body = Buffer.alloc(20 + ((data.length + 3) & ~3));
  const time = start + BigInt(nanoseconds);
  body.writeUInt32LE(on, 0);
  body.writeUInt32LE(Number(time >> 32n), 4);
  body.writeUInt32LE(Number(time & 0xffffffffn), 8);
  body.writeUInt32LE(data.length, 12);
  body.writeUInt32LE(data.length, 16);
  body.write(data, 20);
  return block(BlockType.packet, Buffer.concat([body, options]));
}

class Sink {
  public readonly blocks: Buffer[] = [];
  public readonly later: (() => void)[] = [];
  public write = (blocks: readonly Uint8Array[], done: () => void): void => {
    this.blocks.push(...blocks.map((one) => Buffer.from(one)));
    this.later.push(done);
  };

  public get packets(): readonly string[] {
    return this.blocks.filter((one) => one.readUInt32LE(0) === BlockType.packet)
      .map((one) => `${one.readUInt32LE(8)}:${String(ticksOf(one) - start)}:${one.toString('latin1', 28, 28 + one.readUInt32LE(20))}`);
  }
}

const second = 1_000_000_000;
const at = (nanoseconds: number): bigint => start + BigInt(nanoseconds);
const nothing = (): void => undefined;

function two(): { sink: Sink; merger: Merger; a: ReturnType<Merger['add']>; b: ReturnType<Merger['add']> } {
  const sink = new Sink();
  const merger = new Merger(sink);
  const [a, b] = [merger.add('node1'), merger.add('node2')];
  a.present = b.present = true;
  return { sink, merger, a, b };
}

it('writes packets of two streams by time, each on an interface of its own', () => {
  const { sink, merger, a, b } = two();
  merger.push(a, Buffer.concat([section(), device(), packet(0, 10, 'a1'), packet(0, 30, 'a2')]), nothing);
  expect(sink.packets).toEqual([]);
  merger.push(b, Buffer.concat([section(), device(), device(), packet(1, 20, 'b1'), packet(0, 40, 'b2')]), nothing);
  merger.complete(a, at(35));
  expect(sink.packets).toEqual([]);
  merger.complete(b, at(second));
  expect(sink.packets).toEqual(['0:10:a1', '2:20:b1', '0:30:a2']);
  merger.complete(a, at(second));
  expect(sink.packets.at(-1)).toBe('1:40:b2');
  expect([a.late, b.late, merger.packets]).toEqual([0, 0, 4]);
});

it('writes what comes too late where it comes, counts it and says of which time it is', () => {
  const { sink, merger, a, b } = two();
  merger.push(a, Buffer.concat([device(), packet(0, second, 'a1')]), nothing);
  b.present = false;
  merger.complete(a, at(2 * second));
  expect(sink.packets).toEqual([`0:${second}:a1`]);
  b.present = true;
  merger.push(b, Buffer.concat([device(), packet(0, 5, 'b1'), packet(0, 7, 'b2')]), nothing);
  expect(sink.packets.slice(1)).toEqual(['1:5:b1', '1:7:b2']);
  expect([a.late, b.late, b.lateFrom, b.lateUntil]).toEqual([0, 2, at(5), at(7)]);
});

it('says that a frame is safe when all of its packets are written and on the disk', () => {
  const { sink, merger, a, b } = two();
  const safe: string[] = [];
  merger.push(a, Buffer.concat([device(), packet(0, 10, 'a1')]), () => { safe.push('first'); });
  merger.push(a, packet(0, 2 * second, 'a2'), () => { safe.push('second'); });
  merger.complete(b, at(20));
  for (const done of sink.later.splice(0)) done();
  // Of the first frame the packet is written, of the second it waits for node2.
  expect(safe).toEqual(['first']);
  merger.finish();
  expect(safe).toEqual(['first']);
  for (const done of sink.later.splice(0)) done();
  expect(safe).toEqual(['first', 'second']);
});

it('gives flows of the second agent numbers of their own, in the table and in packets', () => {
  const { sink, merger, a, b } = two();
  const tuple = { a: { ip: '10.0.0.1', port: 1 }, b: { ip: '10.0.0.2', port: 2 } };
  const table = Buffer.from(identitiesBlock({ source: 's', flows: [{ flow: 7, protocol: 6, tuple, a: { pod: 'p' } }] }));
  const option = Buffer.concat([flowOption(7), Buffer.alloc(4)]);
  merger.push(a, Buffer.concat([device(), table, packet(0, 1, 'a', option)]), nothing);
  merger.push(b, Buffer.concat([device(), table, packet(0, 2, 'b', option)]), nothing);
  merger.finish();
  const ids = sink.blocks.map((one) => customPayload(one, kIdentities)).filter((one) => one !== undefined)
    .map((one) => decode(one) as { ends: unknown[]; flows: { flow: number; a: number }[] }).map(({ ends, flows }) => flows.map(({ flow, a: end }) => ({ flow, a: ends[end] })));
  expect(ids).toEqual([[{ flow: 7, a: { pod: 'p' } }], [{ flow: 2 ** 32 + 7, a: { pod: 'p' } }]]);
  const inPackets = sink.blocks.filter((one) => one.readUInt32LE(0) === BlockType.packet).map((one) => one.readBigUInt64LE(one.indexOf('StratoShark:flow') + 16));
  expect(inPackets).toEqual([7n, 2n ** 32n + 7n]);
});

it('begins interfaces anew with a new section of the same agent', () => {
  const { sink, merger, a } = two();
  merger.push(a, Buffer.concat([section(), device(), packet(0, 1, 'x')]), nothing);
  merger.push(a, Buffer.concat([section(), device(), packet(0, 2, 'y')]), nothing);
  merger.finish();
  expect(sink.packets).toEqual(['0:1:x', '1:2:y']);
  expect(() => { merger.push(a, packet(3, 1, 'z'), nothing); }).toThrow(BlockError);
});

it('takes no more packets than asked for', () => {
  const { sink, merger, a } = two();
  merger.most = 2;
  merger.push(a, Buffer.concat([device(), packet(0, 3, 'c'), packet(0, 1, 'a'), packet(0, 2, 'b')]), nothing);
  merger.finish();
  expect(sink.packets).toEqual(['0:1:a', '0:2:b']);
});

it('keeps the order of many packets', () => {
  const { sink, merger, a, b } = two();
  let seed = 1;
  const times = Array.from({ length: 3000 }, () => (seed = (seed * 48271) % 2147483647) % 100_000);
  merger.push(a, Buffer.concat([device(), ...times.filter((_, n) => n % 2 === 0).map((time) => packet(0, time, 'p'))]), nothing);
  merger.push(b, Buffer.concat([device(), ...times.filter((_, n) => n % 2 === 1).map((time) => packet(0, time, 'p'))]), nothing);
  merger.finish();
  expect(sink.packets.map((line) => Number(line.split(':')[1]))).toEqual(times.toSorted((x, y) => x - y));
});

it('cuts a stream of blocks at their ends, whatever its boundaries', () => {
  const stream = Buffer.concat([section(), device(), packet(0, 1, 'abcde')]);
  for (let size = 1; size <= stream.length; size += 3) {
    const splitter = new BlockSplitter();
    const parts: Buffer[] = [];
    for (let from = 0; from < stream.length; from += size) parts.push(splitter.push(stream.subarray(from, from + size)));
    expect([...blocksOf(Buffer.concat(parts))].map(({ type }) => type)).toEqual([BlockType.section, BlockType.interface, BlockType.packet]);
    for (const part of parts) expect(() => [...blocksOf(part)]).not.toThrow();
  }
  expect(() => new BlockSplitter().push(Buffer.alloc(16))).toThrow(BlockError);
});
