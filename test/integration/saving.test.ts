/** Saving from the editor's engine: which packets, what users changed of them, and what is never overwritten. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SaveRequest } from '../../src/contract/save.ts';
import { EnginePool, type EngineLease } from '../../src/engine/client.ts';
import { captures, startEngine } from '../page/enginePage.ts';

let folder: string;
let pool: EnginePool;
let lease: EngineLease;
let input: string;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'saving-'));
  input = path.join(folder, 'in.pcapng');
  copyFileSync(path.join(captures, 'pcapng-options.pcapng'), input);
  pool = new EnginePool(startEngine, () => ({}));
  lease = await pool.acquire(input);
  await lease.session.opened();
  await expect.poll(async () => (await lease.session.api.rows({ view: lease.view, from: 0, count: 1, filtered: false })).total).toBe(4);
});
afterEach(() => {
  lease.dispose();
  pool.dispose();
  rmSync(folder, { recursive: true });
});

const fields = (file: string, ...names: string[]): string =>
  spawnSync('tshark', ['-n', '-r', file, '-T', 'fields', ...names.flatMap((name) => ['-e', name])], { encoding: 'utf8' }).stdout;

async function save(more: Partial<SaveRequest>): Promise<string> {
  const target = path.join(folder, 'out.pcapng');
  await lease.session.api.save({
    path: target, format: 'pcapng', which: 'all', ranges: [], keepSecrets: false, mayReplaceInput: false, view: lease.view, ...more,
  });
  return target;
}

test('displayed packets are those of the tab\'s own filter', async () => {
  await lease.session.api.setFilter({ view: lease.view, text: 'udp' });
  const times = fields(input, 'frame.time_epoch', 'udp.srcport').split('\n').filter((line) => !line.endsWith('\t')).join('\n');
  expect(fields(await save({ which: 'displayed' }), 'frame.time_epoch', 'udp.srcport')).toBe(times);
});

test('packets by number, overlapping or beyond the end', async () => {
  const all = fields(input, 'frame.time_epoch').trim().split('\n');
  const saved = fields(await save({ which: 'ranges', ranges: [[1, 2], [2, 2], [4, 99]] }), 'frame.time_epoch').trim().split('\n');
  expect(saved).toEqual([all[0], all[1], all[3]]);
});

test('comments laid over the file are what is shown, and are saved; the file stays as it is', async () => {
  const before = readFileSync(input);
  await lease.session.api.setEdits({ edits: [{ frame: 1, comments: ['<b>retry</b>', 'second'] }, { frame: 2, comments: [] }, { frame: 4, comments: ['late'] }] });
  const { detail } = await lease.session.api.packet({ frame: 1 });
  expect(JSON.stringify(detail.tree)).toContain('<b>retry</b>');
  await lease.session.api.setFilter({ view: lease.view, text: 'frame.comment contains "late"' });
  expect((await lease.session.api.rows({ view: lease.view, from: 0, count: 9, filtered: true })).rows.map(({ n }) => n)).toEqual([4]);
  await lease.session.api.setFilter({ view: lease.view, text: 'pkt_comment' });
  const page = await lease.session.api.rows({ view: lease.view, from: 0, count: 9, filtered: true });
  expect(page.rows.map(({ n, commented }) => [n, commented])).toEqual([[1, true], [4, true]]);
  expect(detail.comments).toEqual(['<b>retry</b>', 'second']);
  expect(fields(await save({}), 'frame.comment')).toBe('<b>retry</b>,second\n\n\nlate\n');
  expect(readFileSync(input).equals(before)).toBe(true);
});

test('marks are saved with the packet and read again', async () => {
  await lease.session.api.setEdits({ edits: [{ frame: 2, marked: true }, { frame: 3, marked: true }, { frame: 3 }] });
  expect(await lease.session.api.marked(undefined)).toEqual([2]);
  await lease.session.api.setFilter({ view: lease.view, text: 'frame.marked == 1' });
  expect((await lease.session.api.rows({ view: lease.view, from: 0, count: 9, filtered: true })).rows.map(({ n, marked }) => [n, marked])).toEqual([[2, true]]);
  const saved = await save({ which: 'all' });
  const again = await pool.acquire(saved);
  await again.session.opened();
  await expect.poll(() => again.session.api.marked(undefined)).toEqual([2]);
  // What tshark reads of the packet is as before.
  expect(fields(saved, 'frame.comment', 'frame.len')).toBe(fields(input, 'frame.comment', 'frame.len'));
  again.dispose();
});

test('the file itself is only replaced when that was allowed, and nothing half-written stays', async () => {
  await expect(save({ path: input })).rejects.toThrow('it is never overwritten');
  await lease.session.api.setEdits({ edits: [{ frame: 1, comments: ['new'] }] });
  await save({ path: input, mayReplaceInput: true });
  expect(fields(input, 'frame.comment').split('\n')[0]).toBe('new');
  expect(readdirSync(folder)).toEqual(['in.pcapng']);
});

test('what cannot be written again is not taken from the file itself: it stays, and a copy says what it lacks', async () => {
  const blocks = path.join(folder, 'blocks.pcapng');
  // Type of a local use, 16 bytes, one word in it.
  const local = Buffer.from(Uint32Array.of(0x80000001, 16, 0xabcd, 16).buffer);
  writeFileSync(blocks, Buffer.concat([readFileSync(input), local]));
  const before = readFileSync(blocks);
  const other = await pool.acquire(blocks);
  await expect.poll(async () => (await other.session.opened()).state).toBe('ready');
  const request = { format: 'pcapng', which: 'all', ranges: [], keepSecrets: true, view: other.view } as const;
  await expect(other.session.api.save({ ...request, path: blocks, mayReplaceInput: true })).rejects.toThrow('left as it is');
  expect(readFileSync(blocks).equals(before)).toBe(true);
  expect(readdirSync(folder).toSorted()).toEqual(['blocks.pcapng', 'in.pcapng']);
  const { lost } = await other.session.api.save({ ...request, path: path.join(folder, 'copy.pcapng'), mayReplaceInput: false });
  expect(lost).toEqual(['1 block that is not understood was left out.']);
  other.dispose();
});

test('sections are the file\'s own when it is written into', async () => {
  const sections = path.join(folder, 'sections.pcapng');
  copyFileSync(path.join(captures, 'pcapng-sections.pcapng'), sections);
  const other = await pool.acquire(sections);
  await expect.poll(async () => (await other.session.opened()).state).toBe('ready');
  const said = (): string => spawnSync('capinfos', ['-k', sections], { encoding: 'utf8' }).stdout;
  const [before, numbers] = [said(), fields(sections, 'frame.section_number', 'frame.time_epoch')];
  expect(before.split('Capture comment')).toHaveLength(4);
  await other.session.api.setEdits({ edits: [{ frame: 5, comments: ['in the third'] }] });
  await other.session.api.save({ path: sections, format: 'pcapng', which: 'all', ranges: [], keepSecrets: true, mayReplaceInput: true, view: other.view });
  expect(said()).toBe(before);
  expect(fields(sections, 'frame.section_number', 'frame.time_epoch')).toBe(numbers);
  expect(fields(sections, 'frame.comment').split('\n')[4]).toBe('in the third');
  other.dispose();
});

/** The 64-bit counters of a little-endian file's interface statistics blocks, by option code (4 received, 5 dropped …). */
function countersOf(file: string): readonly (readonly [code: number, count: bigint])[] {
  const bytes = readFileSync(file);
  const found: [number, bigint][] = [];
  for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at + 4)) {
    for (let o = at + 20; bytes.readUInt32LE(at) === 5 && bytes.readUInt16LE(o) !== 0; o += 4 + bytes.readUInt16LE(o + 2)) {
      if (bytes.readUInt16LE(o) >= 4) found.push([bytes.readUInt16LE(o), bytes.readBigUInt64LE(o + 4)]);
    }
  }
  return found;
}

/** An interface statistics block of interface 0 (draft-ietf-opsawg-pcapng, 4.6): 3 received, 1 dropped. */
function statistics(): Uint8Array {
  const block = Buffer.alloc(52);
  [[5, 0], [52, 4], [52, 48]].forEach(([value = 0, at = 0]) => block.writeUInt32LE(value, at));
  [[4, 3], [5, 1]].forEach(([code = 0, count = 0], index) => {
    block.writeUInt16LE(code, 20 + index * 12);
    block.writeUInt16LE(8, 22 + index * 12);
    block.writeBigUInt64LE(BigInt(count), 24 + index * 12);
  });
  return block;
}

test('what the file says was dropped stays with it', async () => {
  const counted = path.join(folder, 'counted.pcapng');
  writeFileSync(counted, Buffer.concat([readFileSync(input), statistics()]));
  const other = await pool.acquire(counted);
  await expect.poll(async () => (await other.session.opened()).state).toBe('ready');
  const target = path.join(folder, 'out.pcapng');
  await other.session.api.save({ path: target, format: 'pcapng', which: 'all', ranges: [], keepSecrets: true, mayReplaceInput: false, view: other.view });
  expect(countersOf(target)).toEqual([[4, 3n], [5, 1n]]);
  other.dispose();
});
