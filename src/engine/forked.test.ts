import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { connect } from '../base/rpc.ts';
import type { EngineApi, EngineEvents } from '../contract/engine.ts';
import type { Problem } from '../contract/rpc.ts';
import { engineEnded, forkEngine, type EngineProcess } from './forked.ts';

/** The engine's own entry, run from source: there is no addon beside it, which it must say. */
const script = join(import.meta.dirname, 'process.ts');
const running: EngineProcess[] = [];

function start(): EngineProcess {
  const engine = forkEngine(script, () => undefined)('a.pcap');
  running.push(engine);
  return engine;
}

const isAlive = (pid: number | undefined): boolean => {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
};

afterEach(() => {
  running.splice(0).forEach((engine) => { engine.stop(); });
});

test('a real engine process without an addon answers with cause and remedy', async () => {
  const { api } = connect<EngineApi, EngineEvents>(start().channel);
  await expect(api.open({ path: '/tmp/a.pcap', settings: {} })).rejects.toMatchObject({
    problem: { code: 'engineMissing', remedy: expect.stringContaining('Install') as string },
  });
});

test('a killed engine is reported with its signal', async () => {
  const engine = start();
  const ends: Problem[] = [];
  engine.onEnded((problem) => ends.push(problem));
  expect(isAlive(engine.pid)).toBe(true);
  process.kill(engine.pid ?? 0, 'SIGSEGV');
  await vi.waitFor(() => { expect(ends).toHaveLength(1); }, 5000);
  expect(ends[0]).toMatchObject({ code: 'engineEnded', cause: 'The engine of a.pcap crashed (SIGSEGV).' });
});

test('an engine ends when its host lets go, and that is not reported as a failure', async () => {
  const engine = start();
  const ends: Problem[] = [];
  engine.onEnded((problem) => ends.push(problem));
  const { api } = connect<EngineApi, EngineEvents>(engine.channel);
  await api.open({ path: '/tmp/a.pcap', settings: {} }).catch(() => undefined);
  engine.stop();
  await vi.waitFor(() => { expect(isAlive(engine.pid)).toBe(false); }, 5000);
  expect(ends).toEqual([]);
});

test.each([
  [null, 'SIGBUS', /shrank.*\(SIGBUS\)/],
  [null, 'SIGKILL', /killed \(SIGKILL\)/],
  [1, null, /exit code 1/],
] as const)('exit (%s, %s) is put into words', (code, signal, words) => {
  expect(engineEnded('a.pcap', code, signal).cause).toMatch(words);
});

test('the last words of an engine that ended by itself are told', () => {
  const { cause } = engineEnded('a.pcap', 127, null, 'loading\nundefined symbol: x\n');
  expect(cause).toBe('The engine of a.pcap ended unexpectedly (exit code 127: undefined symbol: x).');
});
