import { linkSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Emitter } from '../base/event.ts';
import { ProblemError } from '../base/problem.ts';
import { serve } from '../base/rpc.ts';
import type { CaptureStatus } from '../contract/capture.ts';
import type { EngineApi, EngineEvents, ViewId } from '../contract/engine.ts';
import type { Problem, ReplyMessage, RequestMessage } from '../contract/rpc.ts';
import { EnginePool } from './client.ts';
import { engineEnded, type EngineProcess } from './forked.ts';

/** An engine process without a process: it can be made to crash. */
class FakeEngine implements EngineProcess {
  public readonly pid: number;
  public readonly closedViews: ViewId[] = [];
  public readonly channel: EngineProcess['channel'];
  public stopped = false;

  private readonly ended = new Emitter<Problem>();
  private toHost: (message: ReplyMessage<EngineEvents>) => void = () => undefined;
  private toEngine: (message: RequestMessage<EngineApi>) => void = () => undefined;
  public readonly onEnded = this.ended.event;

  public constructor(pid: number, refusal?: ProblemError) {
    this.pid = pid;
    const missing = (): never => { throw new Error('not in this fake'); };
    serve<EngineApi, EngineEvents>({
      send: (message) => { queueMicrotask(() => { this.toHost(message); }); },
      onMessage: (receive) => { this.toEngine = receive; },
    }, {
      open: () => {
        if (refusal !== undefined) {
          throw refusal;
        }
        return kStatus;
      },
      rows: () => new Promise(() => undefined),
      packet: missing, bytes: missing, rowOf: missing, setFilter: missing, checkFilter: missing, fields: missing,
      checkFilters: missing, language: missing, fieldValues: missing, conversations: missing,
      cancel: missing, setLook: missing, decodeTables: missing, find: missing, sort: missing,
      followOffers: missing, follow: missing, followRows: missing, followFind: missing, followRowOf: missing,
      followSave: missing, followClose: missing, setEdits: missing, save: missing, saveCancel: missing, marked: missing,
      closeView: ({ view }) => { this.closedViews.push(view); },
    });
    this.channel = {
      send: (message) => { queueMicrotask(() => { this.toEngine(message); }); },
      onMessage: (receive) => { this.toHost = receive; },
    };
  }

  public crash(): void {
    this.ended.fire(engineEnded('a.pcap', null, 'SIGSEGV'));
  }

  public stop(): void {
    this.stopped = true;
  }
}

const kStatus: CaptureStatus = {
  state: 'ready', packets: 7, analysed: 7, bytesRead: 1, bytesTotal: 1, fileKind: 'pcap', interfaces: [], growing: false, indexSeconds: 0,
};

let folder: string;
let path: string;
let started: FakeEngine[];
let pool: EnginePool;
let refusal: ProblemError | undefined;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  folder = mkdtempSync(join(tmpdir(), 'engine-pool-'));
  path = join(folder, 'a.pcap');
  writeFileSync(path, 'x');
  started = [];
  refusal = undefined;
  pool = new EnginePool(() => {
    const engine = new FakeEngine(started.length + 1, refusal);
    started.push(engine);
    return engine;
  }, () => ({}));
});

afterEach(() => {
  pool.dispose();
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

test('tabs of one file share one engine, each with a view of its own', async () => {
  symlinkSync(path, join(folder, 'link.pcap'));
  const first = await pool.acquire(path);
  const second = await pool.acquire(join(folder, 'link.pcap'));
  expect(started).toHaveLength(1);
  expect(second.session).toBe(first.session);
  expect(second.view).not.toBe(first.view);
  await expect(first.session.opened()).resolves.toEqual(kStatus);
});

test('another file, also under another name of the same content, has its own engine', async () => {
  linkSync(path, join(folder, 'hard.pcap'));
  await pool.acquire(path);
  await pool.acquire(join(folder, 'hard.pcap'));
  expect(started).toHaveLength(2);
});

test('a file that took another\'s place under its name is another file', async () => {
  await pool.acquire(path);
  writeFileSync(join(folder, 'new'), 'z');
  renameSync(join(folder, 'new'), path);
  await pool.acquire(path);
  expect(started).toHaveLength(2);
});

test('the engine ends 5 s after its last tab, not before', async () => {
  const first = await pool.acquire(path);
  const second = await pool.acquire(path);
  first.dispose();
  first.dispose();
  vi.advanceTimersByTime(10_000);
  expect(started[0]?.stopped).toBe(false);
  await vi.waitFor(() => { expect(started[0]?.closedViews).toEqual([first.view]); });
  second.dispose();
  vi.advanceTimersByTime(4_900);
  expect(started[0]?.stopped).toBe(false);
  vi.advanceTimersByTime(200);
  expect(started[0]?.stopped).toBe(true);
  await pool.acquire(path);
  expect(started).toHaveLength(2);
});

test('a tab opened while the engine lingers keeps it', async () => {
  (await pool.acquire(path)).dispose();
  vi.advanceTimersByTime(3000);
  await pool.acquire(path);
  vi.advanceTimersByTime(60_000);
  expect(started).toHaveLength(1);
  expect(started[0]?.stopped).toBe(false);
});

test('a crash fails what is under way, is told with its cause, and leaves other files alone', async () => {
  const other = join(folder, 'b.pcap');
  writeFileSync(other, 'y');
  const [one, two] = [await pool.acquire(path), await pool.acquire(other)];
  const told: Problem[] = [];
  one.session.onProblem((problem) => told.push(problem));
  two.session.onProblem(() => { throw new Error('the other file was told'); });
  const page = one.session.api.rows({ view: one.view, from: 0, count: 1, filtered: false });
  started[0]?.crash();
  await expect(page).rejects.toMatchObject({ problem: { code: 'engineEnded' } });
  expect(told).toMatchObject([{ cause: 'The engine of a.pcap crashed (SIGSEGV).', remedy: 'Reopen the file; other open captures are not affected.' }]);
  expect(one.session.pid).toBeUndefined();
  expect(two.session.pid).toBe(2);
  await expect(one.session.opened()).rejects.toMatchObject({ problem: { code: 'engineEnded' } });
});

test('"Reopen" starts a fresh engine and tells all tabs', async () => {
  const { session } = await pool.acquire(path);
  const restarted = vi.fn();
  session.onRestarted(restarted);
  started[0]?.crash();
  session.restart();
  expect(restarted).toHaveBeenCalledOnce();
  expect(session.problem).toBeUndefined();
  await expect(session.opened()).resolves.toEqual(kStatus);
  started[0]?.crash();
  expect(session.pid).toBe(2);
});

test('opening a crashed file again restarts it by itself three times, then only the user does', async () => {
  const { session } = await pool.acquire(path);
  for (let restarts = 1; restarts <= 3; restarts++) {
    started.at(-1)?.crash();
    await pool.acquire(path);
    expect(started).toHaveLength(1 + restarts);
  }
  started.at(-1)?.crash();
  await pool.acquire(path);
  expect(started).toHaveLength(4);
  session.restart();
  expect(started).toHaveLength(5);
});

test('a file that cannot be opened says why, and needs no engine', async () => {
  refusal = new ProblemError('file', 'It is text.', 'Open a capture.');
  const { session } = await pool.acquire(path);
  await expect(session.opened()).rejects.toMatchObject({ problem: { cause: 'It is text.' } });
  expect(started[0]?.stopped).toBe(true);
  refusal = undefined;
  session.restart();
  await expect(session.opened()).resolves.toEqual(kStatus);
});

test('after "Reopen" on a replaced file a new tab shares that engine', async () => {
  const { session } = await pool.acquire(path);
  writeFileSync(join(folder, 'new'), 'z');
  renameSync(join(folder, 'new'), path);
  // Opened just before: its look at the file ends before that of "Reopen".
  const before = pool.acquire(path);
  session.restart();
  expect((await before).session).toBe(session);
  expect((await pool.acquire(path)).session).toBe(session);
});
