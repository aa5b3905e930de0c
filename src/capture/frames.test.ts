import { expect, it } from 'vitest';
import { FrameKind, type Frame } from '../contract/agent.ts';
import { FrameError, frameOf, FrameReader, jsonFrame, jsonOf } from './frames.ts';

const shown = ({ kind, sequence, payload }: Frame): unknown => [kind, sequence, payload.toString()];

it('lays a frame out as the contract says, byte for byte', () => {
  // CRC-32 of the 16 bytes and "abc", by zlib of Python: zlib.crc32(bytes.fromhex("03000000020000000700000000000000") + b"abc")
  expect(frameOf(FrameKind.packets, 7, Buffer.from('abc')).toString('hex')).toBe('0300000002000000070000000000000004738632616263');
});

it('finds frames whatever the boundaries of what comes are', () => {
  const stream = Buffer.concat([frameOf(2, 1, Buffer.from('one')), frameOf(4, 2, Buffer.alloc(0)), jsonFrame(5, 2 ** 40, { status: 0 })]);
  const whole = [[2, 1, 'one'], [4, 2, ''], [5, 2 ** 40, '{"status":0}']];
  for (let size = 1; size <= stream.length; size++) {
    const reader = new FrameReader();
    const frames: Frame[] = [];
    for (let at = 0; at < stream.length; at += size) frames.push(...reader.push(stream.subarray(at, at + size)));
    expect(frames.map(shown)).toEqual(whole);
  }
});

it('says that a frame was damaged, wherever it was', () => {
  const good = frameOf(2, 1, Buffer.from('payload'));
  for (let at = 0; at < good.length; at++) {
    const bad = Buffer.from(good);
    bad[at] = (bad[at] ?? 0) ^ 0x10;
    const reader = new FrameReader();
    // A longer length waits for more, which then is wrong.
    expect(() => { reader.push(Buffer.concat([bad, Buffer.alloc(2 ** 21)])); }, `byte ${at}`).toThrow(FrameError);
  }
});

it('refuses JSON that is no object', () => {
  for (const text of ['', '7', 'null', '{']) expect(() => jsonOf({ kind: 1, sequence: 0, payload: Buffer.from(text) })).toThrow(FrameError);
});
