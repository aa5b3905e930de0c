import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LiveStatus } from '../contract/live.ts';
import { agentSessions, SessionRecord } from './sessions.ts';
import { usage } from './usage.ts';

let dir: string;
beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'sessions-')); });
afterEach(() => { rmSync(dir, { recursive: true, force: true }); });

const status = (packets: number, dropped: number, state: LiveStatus['state'] = 'running'): LiveStatus =>
  ({ state, milliseconds: 1, packets, bytes: 1, dropped, file: '/tmp/a', files: 1, fileBytes: 1, leftOut: 0 });

test('running, ended and killed captures are counted once each', () => {
  const folder = join(dir, 's');
  expect(agentSessions(folder)).toEqual({ running: [], ended: 0, totals: { packets: 0, dropped: 0 } });
  const ended = new SessionRecord(folder, 7);
  ended.update(status(10, 1));
  ended.update(status(30, 2, 'ended'));
  new SessionRecord(folder).update(status(5, 0));
  writeFileSync(join(folder, '999999999.json'), JSON.stringify({ pid: 999_999_999, started: 0, file: 'x', packets: 100, dropped: 4 }));
  writeFileSync(join(folder, '8.json'), 'half a li');
  const { running, ended: over, totals } = agentSessions(folder);
  expect(running.map(({ pid, packets }) => [pid, packets])).toEqual([[process.pid, 5]]);
  expect({ over, totals }).toEqual({ over: 2, totals: { packets: 135, dropped: 6 } });
  expect(readdirSync(folder).sort()).toEqual([`${String(process.pid)}.json`, '8.json', '999999999.json', 'ended'].sort());
});

test('use of CPU and memory by either version of control groups', () => {
  writeFileSync(join(dir, 'cpu.stat'), 'usage_usec 1234\nuser_usec 1000\n');
  writeFileSync(join(dir, 'memory.current'), '4096\n');
  writeFileSync(join(dir, 'memory.max'), 'max\n');
  expect(usage(dir)).toEqual({ cpuMicroseconds: 1234, memoryBytes: 4096, memoryHeld: 4096, memoryLimit: undefined });
  writeFileSync(join(dir, 'memory.stat'), 'anon 1000\nfile 3000\nshmem 500\n');
  expect(usage(dir).memoryHeld).toBe(4096 - 3000 + 500);
  const old = join(dir, 'v1');
  for (const [path, text] of [['cpuacct/cpuacct.usage', '5000000'], ['memory/memory.usage_in_bytes', '8192'], ['memory/memory.limit_in_bytes', '2147483648'], ['memory/memory.stat', 'cache 1\nshmem 1\ntotal_cache 4096\ntotal_shmem 96']] as const) {
    mkdirSync(join(old, path, '..'), { recursive: true });
    writeFileSync(join(old, path), `${text}\n`);
  }
  expect(usage(old)).toEqual({ cpuMicroseconds: 5000, memoryBytes: 8192, memoryHeld: 4192, memoryLimit: 2_147_483_648 });
  writeFileSync(join(old, 'memory/memory.limit_in_bytes'), '9223372036854771712\n');
  expect(usage(old).memoryLimit).toBeUndefined();
});
