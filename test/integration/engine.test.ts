/** The engine as shipped: dist/engine.js forked with the built addon, through the host's own client. */
import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { root } from '../../src/build/cache.mjs';
import type { CaptureStatus } from '../../src/contract/capture.ts';
import { EnginePool, type EngineLease } from '../../src/engine/client.ts';
import { forkEngine } from '../../src/engine/forked.ts';

const script = join(root, 'dist', 'engine.js');
const sample = join(root, 'test', 'fixtures', 'demo', 'shop.pcapng');

let folder: string;
let pool: EnginePool;
const log: string[] = [];
const hosts: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engine-'));
  pool = new EnginePool(forkEngine(script, (line) => log.push(line)), () => ({}));
});

afterEach(() => {
  pool.dispose();
  hosts.splice(0).forEach((host) => host.kill('SIGKILL'));
  rmSync(folder, { recursive: true });
});

/** Enhanced packet blocks (type 6) of a little-endian pcapng file, counted by hand. */
function packetsOf(path: string): number {
  const bytes = readFileSync(path);
  let count = 0;
  for (let at = 0; at + 8 <= bytes.length; at += bytes.readUInt32LE(at + 4)) {
    count += bytes.readUInt32LE(at) === 6 ? 1 : 0;
  }
  return count;
}

/** The file's lease once all of it is indexed. */
async function openWhole(path: string): Promise<{ readonly lease: EngineLease; readonly status: CaptureStatus }> {
  const lease = await pool.acquire(path);
  const first = await lease.session.opened();
  if (first.state !== 'indexing') {
    return { lease, status: first };
  }
  const status = await new Promise<CaptureStatus>((resolve) => {
    lease.session.onStatus((next) => { if (next.state !== 'indexing') resolve(next); });
  });
  return { lease, status };
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('reads every packet of a file and answers rows', async () => {
  const { lease, status } = await openWhole(sample);
  expect(status).toMatchObject({ state: 'ready', packets: packetsOf(sample), fileKind: 'pcapng' });
  const page = await lease.session.api.rows({ view: lease.view, from: 5, count: 3, filtered: false });
  expect(page.rows.map(({ n }) => n)).toEqual([6, 7, 8]);
});

test('two tabs of a file filter apart on one engine', async () => {
  const { lease: one } = await openWhole(sample);
  const { lease: two } = await openWhole(sample);
  const { api } = one.session;
  await api.setFilter({ view: one.view, text: 'frame.number <= 10' });
  await api.setFilter({ view: two.view, text: 'frame.number in {20, 30}' });
  const first = await api.rows({ view: one.view, from: 0, count: 100, filtered: true });
  const second = await api.rows({ view: two.view, from: 0, count: 100, filtered: true });
  expect(first.rows.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(second.rows.map(({ n }) => n)).toEqual([20, 30]);
  expect(await api.rowOf({ view: two.view, frame: 21, filtered: true })).toBe(1);
  expect(two.session.pid).toBe(one.session.pid);
});

test('a packet says the same in any order of asking, and its bytes are the file\'s', async () => {
  const { lease } = await openWhole(sample);
  const { api } = lease.session;
  const before = await api.packet({ frame: 200 });
  await api.packet({ frame: 3 });
  await api.packet({ frame: 280 });
  expect(await api.packet({ frame: 200 })).toEqual(before);
  const [frame] = before.sources;
  expect(frame?.length).toBe(before.detail.sources[0]?.length);
  expect(readFileSync(sample).includes(Buffer.from(frame ?? []))).toBe(true);
});

test('an invalid filter is refused at its position', async () => {
  const { lease } = await openWhole(sample);
  const check = await lease.session.api.checkFilter({ text: 'ip.src == 1.2.3 && tcp' });
  expect(check).toMatchObject({ ok: false, error: { start: 10, end: 15 } });
  await expect(lease.session.api.setFilter({ view: lease.view, text: 'ip.src ==' })).rejects.toMatchObject({
    problem: { code: 'invalid' },
  });
});

test('a killed engine costs its own file only, and is started again', async () => {
  const copy = join(folder, 'copy.pcapng');
  copyFileSync(sample, copy);
  const { lease: dying } = await openWhole(copy);
  const { lease: other } = await openWhole(sample);
  process.kill(dying.session.pid ?? 0, 'SIGSEGV');
  await vi.waitFor(() => { expect(dying.session.problem?.cause).toBe('The engine of copy.pcapng crashed (SIGSEGV).'); });
  await expect(other.session.api.rows({ view: other.view, from: 0, count: 1, filtered: false })).resolves.toMatchObject({ from: 0 });
  dying.session.restart();
  await expect(dying.session.opened()).resolves.toMatchObject({ fileKind: 'pcapng' });
});

test('an engine is started as one that stays small', async () => {
  const { lease } = await openWhole(sample);
  const told = (what: string): readonly string[] => readFileSync(`/proc/${String(lease.session.pid)}/${what}`, 'utf8').split('\0');
  expect(told('environ')).toContain('MALLOC_ARENA_MAX=1');
  expect(told('cmdline')).toContain('--max-semi-space-size=1');
});

test('a file cut while it is open gives its cause, not a crash', async () => {
  const copy = join(folder, 'copy.pcapng');
  copyFileSync(sample, copy);
  const { lease } = await openWhole(copy);
  truncateSync(copy, 5000);
  await expect(lease.session.api.packet({ frame: 250 })).rejects.toMatchObject({ problem: { code: 'fileChanged' } });
});

test('an engine dies with its host, however that dies', async () => {
  const program = `
    const { fork } = require('node:child_process');
    const engine = fork(process.argv[1], [], { serialization: 'advanced', execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    engine.on('message', () => console.log(engine.pid));
    engine.send({ kind: 'call', id: 1, method: 'open', argument: { path: process.argv[2], settings: {} } });
    setInterval(() => {}, 1000);`;
  const host = spawn(process.execPath, ['-e', program, script, sample], { stdio: ['ignore', 'pipe', 'inherit'] });
  hosts.push(host);
  const pid = await new Promise<number>((resolve) => {
    host.stdout.once('data', (chunk: Buffer) => { resolve(Number(chunk.toString().split('\n')[0])); });
  });
  expect(isAlive(pid)).toBe(true);
  // Stopped, it cannot hear 'disconnect': only the kernel can end it.
  process.kill(pid, 'SIGSTOP');
  host.kill('SIGKILL');
  await vi.waitFor(() => { expect(isAlive(pid)).toBe(false); }, 5000);
});
