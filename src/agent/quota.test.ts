/** Limits of memory and disk from figures made up here; sums by hand beside them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bytesIn, framedBytes, kOverheadBytes, Quota } from './quota.ts';
import type { Session } from './sessions.ts';

const MiB = 1024 ** 2;
let dir: string;
beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'quota-')); });
afterEach(() => { rmSync(dir, { recursive: true, force: true }); });

const session = (pid: number, bufferMiB: number, file = '-', started = pid): Session => ({ pid, started, file, packets: 0, dropped: 0, bufferBytes: bufferMiB * MiB });
function quotaOf(pid: number, sessions: readonly Session[], heldMiB = 100, folderMiB = 10): Quota {
  const usage = () => ({ cpuMicroseconds: 0, memoryBytes: heldMiB * MiB, memoryHeld: heldMiB * MiB, memoryLimit: 1000 * MiB });
  return new Quota({ sessions: () => sessions, usage, folders: [{ folder: dir, bytes: folderMiB * MiB }] }, pid);
}

test('memory is given until 80 % of the limit are given', () => {
  expect(kOverheadBytes).toBe(96 * MiB);
  // The agent 96, two captures (96 + 100 each), this one 96: 584 of 800 MiB, so that 216 are left.
  const others = [session(1, 100), session(2, 100)];
  expect(quotaOf(3, others).refusal(216 * MiB, '-')).toBeUndefined();
  expect(quotaOf(3, others).refusal(217 * MiB, '-')).toBe(
    'The agent has no memory for this: 2 captures have 488 MiB of the 800 MiB (80 % of its limit) that captures may take, 313 MiB more is asked for. End one (stratoshark --stats lists them), or ask for a smaller --buffer-size.');
  // Written down already, it does not count twice; and what it asks for later counts on top.
  const all = [...others, session(3, 16)];
  expect(quotaOf(3, all).refusal(216 * MiB, '-')).toBeUndefined();
  expect(quotaOf(3, all).growth(200 * MiB)).toBeUndefined();
  expect(quotaOf(3, all).growth(201 * MiB)).toContain('no memory for this');
});

test('what is kept for a user, and who serves him, counts before it is taken; what is taken does not count twice', () => {
  expect(framedBytes(32 * MiB)).toBe(128 * MiB);
  const served = { ...session(1, 100), servingBytes: framedBytes(32 * MiB) };
  // The agent 96, the capture 96 + 100 + 128, this one 96: 284 are left.
  expect(quotaOf(3, [served]).refusal(284 * MiB, '-')).toBeUndefined();
  expect(quotaOf(3, [served]).refusal(285 * MiB, '-')).toContain('1 capture has 420 MiB of the 800 MiB');
  expect(quotaOf(1, [served], 700).excess('-')).toBeUndefined();
  expect(quotaOf(1, [served], 701).excess('-')).toContain('take 801 MiB');
});

test('where more is taken than may be, the youngest ends and no other', () => {
  const all = [session(1, 200, '-', 10), session(2, 200, '-', 30), session(3, 200, '-', 20)];
  for (const pid of [1, 2, 3]) expect(quotaOf(pid, all, 200).excess('-'), String(pid)).toBeUndefined();
  expect([1, 2, 3].map((pid) => quotaOf(pid, all, 201).excess('-') !== undefined)).toEqual([false, true, false]);
  expect(quotaOf(2, all, 201).excess('-')).toContain('take 801 MiB, more than 80 % of its memory (1000 MiB)');
});

test('a folder that is full for captures takes no other, and the youngest in it ends', () => {
  const file = join(dir, 'a.pcapng');
  mkdirSync(join(dir, 'below'));
  writeFileSync(file, Buffer.alloc(7 * MiB));
  writeFileSync(join(dir, 'below', 'b'), Buffer.alloc(MiB));
  expect(bytesIn(dir)).toBe(8 * MiB);
  const all = [session(1, 1, file), session(2, 1, join(dir, 'c')), session(3, 1, '-'), session(4, 1, `${dir}x/d`)];
  expect(quotaOf(1, all).excess(file)).toBeUndefined();
  writeFileSync(join(dir, 'below', 'c'), 'x');
  expect(all.map(({ pid, file: own }) => quotaOf(pid, all).excess(own) !== undefined)).toEqual([false, true, false, false]);
  expect(quotaOf(2, all).excess(join(dir, 'c'))).toContain(`Captures take 80 % of the 10 MiB of ${dir}`);
  expect(quotaOf(9, all).refusal(MiB, join(dir, 'new'))).toContain('delete some');
  expect(quotaOf(9, all).refusal(MiB, '-')).toBeUndefined();
  expect(quotaOf(9, all).refusal(MiB, join(dir, '..', 'new'))).toBeUndefined();
});

test('without a limit nothing is refused', () => {
  const unlimited = new Quota({ sessions: () => [session(1, 5000)], folders: [], usage: () => ({ cpuMicroseconds: undefined, memoryBytes: 5, memoryHeld: 5, memoryLimit: undefined }) }, 1);
  expect([unlimited.refusal(1e12, '/tmp/a'), unlimited.growth(1e12), unlimited.excess('/tmp/a')]).toEqual([undefined, undefined, undefined]);
});
