/** Saving from the editor's engine: which packets, what users changed of them, and what is never overwritten. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
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
  expect(fields(await save({}), 'frame.comment')).toBe('<b>retry</b>,second\n\n\nlate\n');
  expect(readFileSync(input).equals(before)).toBe(true);
});

test('marks are saved with the packet and read again', async () => {
  await lease.session.api.setEdits({ edits: [{ frame: 2, marked: true }, { frame: 3, marked: true }, { frame: 3 }] });
  expect(await lease.session.api.marked(undefined)).toEqual([2]);
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
