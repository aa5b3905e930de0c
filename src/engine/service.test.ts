import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CaptureStatus, PacketDetail, PacketRow } from '../contract/capture.ts';
import type { EngineEvents } from '../contract/engine.ts';
import type { Native, NativeCapture } from './native.d.ts';
import { EngineService } from './service.ts';

const kSettings = {};
const noSignal = new AbortController().signal;

let folder: string;
let path: string;
let service: EngineService;
let events: { readonly event: keyof EngineEvents; readonly data: unknown }[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engine-service-'));
  path = join(folder, 'a.pcap');
  writeFileSync(path, Buffer.alloc(10_000, 1));
  events = [];
});

afterEach(() => {
  vi.useRealTimers();
  service.dispose();
  rmSync(folder, { recursive: true });
});

const status = (more: Partial<CaptureStatus> = {}): CaptureStatus => ({
  state: 'ready', packets: 1000, bytesRead: 10_000, bytesTotal: 10_000, fileKind: 'pcap', interfaces: [],
  growing: true, analysed: 0, indexSeconds: 0, ...more,
});

const row = (n: number, info: string): PacketRow =>
  ({ n, time: '0.000000', source: '10.0.0.1', destination: '10.0.0.2', protocol: 'TCP', length: 60, info });

/** A capture of 1000 packets with this info text each, and one packet of 50,000 bytes. */
function fake(info: string, more: Partial<NativeCapture> = {}): Native {
  const detail: PacketDetail = { n: 1, tree: [], sources: [{ name: 'Frame', length: 50_000 }] };
  const bytes = Uint8Array.from({ length: 50_000 }, (_unused, index) => index % 251);
  const capture: NativeCapture = {
    index: (onStatus) => { onStatus(JSON.stringify(status())); },
    status: () => JSON.stringify(status()),
    rows: (from, count, filtered) => Promise.resolve(JSON.stringify({
      from, total: 1000, filtered, rows: Array.from({ length: count }, (_unused, index) => row(from + index + 1, info)),
    })),
    packet: () => Promise.resolve({ json: JSON.stringify(detail), sources: [bytes] }),
    rowOf: (frame) => frame - 1,
    filter: (text) => Promise.resolve(JSON.stringify({ text, state: 'done', scanned: 1000, matched: 3 })),
    fieldValues: () => Promise.resolve(JSON.stringify({ values: [['443', 7]], packets: 1000, whole: true })),
    conversations: () => Promise.resolve('{"packets":1000,"whole":true,"omitted":0,"pods":[],"nodes":[],"policies":[],"flows":[]}'),
    setLook: () => '{"problems":[]}',
    find: () => Promise.resolve('{"frame":3,"wrapped":false,"cancelled":false}'),
    sort: () => Promise.resolve(true),
    cancelSort: () => undefined,
    cancelFind: () => undefined,
    refresh: () => Promise.resolve(JSON.stringify(status({ packets: 1001 }))),
    followOffers: () => Promise.resolve('[]'),
    follow: () => Promise.reject(new Error('not in this test')),
    followRows: () => Promise.reject(new Error('not in this test')),
    followFind: () => Promise.resolve(-1),
    followRowOf: () => Promise.resolve(0),
    followSave: () => Promise.resolve(''),
    followClose: () => undefined,
    setEdit: () => undefined,
    save: () => Promise.reject(new Error('not in this test')),
    saveCancel: () => undefined,
    marked: () => Promise.resolve('{"frames":[]}'),
    cancel: () => undefined,
    close: () => undefined,
    ...more,
  };
  return {
    version: () => 'test',
    open: () => capture,
    fields: () => '[]',
    decodeTables: () => '{}',
    language: () => JSON.stringify({ fields: [], operators: [], functions: [], types: [], known: [] }),
    checkFilter: (text) => JSON.stringify(text.includes('!!')
      ? { ok: false, error: { start: 0, end: 2, code: 'syntax', message: 'Two exclamation marks say nothing.' } }
      : { ok: true, warnings: [] }),
    explainFilter: () => '',
    read: () => 0,
    follow: () => { throw new Error('not asked here'); },
    openLive: () => { throw new Error('not asked here'); },
    liveInterfaces: () => '[]',
    checkCaptureFilter: () => '{}',
    linkPeer: () => 0,
    giveWay: () => undefined,
    matchFilters: () => 0,
    openOwners: () => { throw new Error('not asked for here'); },
    openNat: () => { throw new Error('not asked for here'); },
    ebpfFeatures: () => '[]',
    dieWithParent: () => true,
  };
}

function openWith(native: Native): CaptureStatus {
  service = new EngineService(() => native, (event, data) => { events.push({ event, data }); });
  return service.open({ path, settings: kSettings });
}

const firstPage = () => service.rows({ view: 1, from: 0, count: 300, filtered: false }, noSignal);

test('a page of rows stays below 32 KiB and is cut between rows', async () => {
  openWith(fake('x'.repeat(500)));
  const page = await firstPage();
  const bytes = Buffer.byteLength(JSON.stringify(page.rows));
  expect(bytes).toBeLessThanOrEqual(32 * 1024 + 2);
  expect(bytes).toBeGreaterThan(31 * 1024);
  expect(page.rows.at(-1)).toEqual(row(page.rows.length, 'x'.repeat(500)));
});

test('a row with an endless text is shortened rather than left out', async () => {
  openWith(fake('x'.repeat(1_000_000)));
  const { rows } = await firstPage();
  expect(rows.length).toBeGreaterThan(10);
  expect(rows[0]?.info).toBe(`${'x'.repeat(2000)}…`);
});

test('a packet travels with the start of its bytes, the rest by pieces of at most 32 KiB', async () => {
  openWith(fake(''));
  const { sources } = await service.packet({ frame: 1 }, noSignal);
  expect(sources[0]?.length).toBe(8192);
  const piece = await service.bytes({ frame: 1, source: 0, offset: 9000, length: 1_000_000 });
  expect(piece.length).toBe(32 * 1024);
  expect(piece[0]).toBe(9000 % 251);
  const end = await service.bytes({ frame: 1, source: 0, offset: 49_990, length: 100 });
  expect([...end]).toEqual([...Array(10).keys()].map((index) => (49_990 + index) % 251));
});

test('a file that shrank gives no page', async () => {
  openWith(fake(''));
  truncateSync(path, 5000);
  await expect(firstPage()).rejects.toMatchObject({
    problem: { code: 'fileChanged', cause: expect.stringContaining('shrank from 10000 to 5000 bytes') as string, remedy: 'Reopen it.' },
  });
});

test('a file that was replaced, or deleted, still gives pages of the old one; this is told once', async () => {
  vi.useFakeTimers();
  openWith(fake(''));
  const other = join(folder, 'other');
  writeFileSync(other, Buffer.alloc(20_000, 1));
  renameSync(other, path);
  await vi.advanceTimersByTimeAsync(2000);
  await expect(firstPage()).resolves.toMatchObject({ total: 1000 });
  const problems = (): readonly unknown[] => events.filter(({ event }) => event === 'problem').map(({ data }) => data);
  expect(problems()).toMatchObject([{ code: 'fileGone', cause: expect.stringContaining('was replaced') as string }]);
  rmSync(path);
  await vi.advanceTimersByTimeAsync(2000);
  expect(problems()).toMatchObject([{}, { code: 'fileGone', cause: expect.stringContaining('was deleted or moved') as string }]);
  await expect(firstPage()).resolves.toMatchObject({ total: 1000 });
});

test('a file that was written anew, longer, gives no page', async () => {
  openWith(fake(''));
  await new Promise((resolve) => setTimeout(resolve, 20));
  writeFileSync(path, Buffer.alloc(20_000, 2));
  await expect(firstPage()).rejects.toMatchObject({ problem: { code: 'fileChanged' } });
});

test('a file that grew or was deleted still gives pages', async () => {
  openWith(fake(''));
  appendFileSync(path, Buffer.alloc(100, 2));
  await expect(firstPage()).resolves.toMatchObject({ total: 1000 });
  rmSync(path);
  await expect(firstPage()).resolves.toMatchObject({ total: 1000 });
});

test('growth of the file is noticed and told', async () => {
  vi.useFakeTimers();
  openWith(fake(''));
  appendFileSync(path, Buffer.alloc(100, 2));
  await vi.advanceTimersByTimeAsync(1100);
  expect(events.at(-1)).toMatchObject({ event: 'status', data: { packets: 1001 } });
  const told = events.length;
  await vi.advanceTimersByTimeAsync(5000);
  expect(events.length).toBe(told);
});

test('a file cut while nobody asks is told once', async () => {
  vi.useFakeTimers();
  openWith(fake(''));
  truncateSync(path, 10);
  await vi.advanceTimersByTimeAsync(5000);
  expect(events.filter(({ event }) => event === 'problem')).toMatchObject([{ data: { code: 'fileChanged' } }]);
});

test.each([
  ['a folder', () => folder, 'is a folder'],
  ['a missing file', () => join(folder, 'none'), 'does not exist'],
  ['an empty file', () => { writeFileSync(join(folder, 'empty'), ''); return join(folder, 'empty'); }, 'is empty'],
])('%s is refused with cause and remedy', (_what, name, cause) => {
  service = new EngineService(() => fake(''), () => undefined);
  const open = (): unknown => service.open({ path: name(), settings: kSettings });
  expect(open).toThrow(cause);
  expect(open).toThrow(/\. .+\.$/);
});

test('what the addon says of an unreadable file is the answer', () => {
  service = new EngineService(() => ({ ...fake(''), open: () => { throw new Error('No capture file: it is text.'); } }), () => undefined);
  expect(() => service.open({ path, settings: kSettings })).toThrow(expect.objectContaining({
    problem: { code: 'file', cause: 'No capture file: it is text.', remedy: '' },
  }));
});

test('a filter that is not valid is refused with its message, one that was overtaken is cancelled', async () => {
  openWith(fake(''));
  await expect(service.setFilter({ view: 1, text: '!!' })).rejects.toMatchObject({
    problem: { code: 'invalid', cause: 'Two exclamation marks say nothing.' },
  });
  service.dispose();
  openWith(fake('', {
    filter: (text) => Promise.resolve(JSON.stringify({ text, state: 'cancelled', scanned: 1, matched: 0 })),
  }));
  await expect(service.setFilter({ view: 1, text: 'tcp' })).rejects.toMatchObject({ problem: { code: 'cancelled' } });
});

test('each view asks with its own number', async () => {
  const views: (number | undefined)[] = [];
  openWith(fake('', {
    filter: (text, _progress, view) => {
      views.push(view);
      return Promise.resolve(JSON.stringify({ text, state: 'done', scanned: 1, matched: 1 }));
    },
    rowOf: (_frame, _filtered, view) => view ?? -1,
  }));
  await service.setFilter({ view: 1, text: 'tcp' });
  await service.setFilter({ view: 2, text: 'udp' });
  await service.closeView({ view: 2 });
  expect(views).toEqual([1, 2, 2]);
  expect(service.rowOf({ view: 2, frame: 5, filtered: true })).toBe(2);
});
