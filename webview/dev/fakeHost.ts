/**
 * A host for the capture page in a plain browser: generated packets in place of an engine.
 * Address: ?rows=N &indexing=MS (how long reading seems to take) &filtering=MS &damage=1 &problem=1 &theme=dark|light|hc.
 */
import { serve } from '../../src/base/rpc.ts';
import { ProblemError, cancelled } from '../../src/base/problem.ts';
import type { CaptureStatus, FilterCheck, FilterStatus, PacketRow } from '../../src/contract/capture.ts';
import type { EditorApi, EditorEvents, EditorStart } from '../../src/contract/editor.ts';
import type { FilterLists } from '../../src/contract/language.ts';
import type { RequestMessage } from '../../src/contract/rpc.ts';
import { checkText, fakeLanguage, fakeValues } from './language.ts';
import manifest from '../../package.json';
import { byteOf, classesOf, detailOf, kindCount, rowOf } from './packets.ts';

const query = new URLSearchParams(location.search);
const rows = Number(query.get('rows') ?? 10_000_000);
const indexing = Number(query.get('indexing') ?? 1500);
/** How long a filter seems to take, milliseconds. */
const filtering = Number(query.get('filtering') ?? 360);
const kInline = 8192;
/** One way host → page takes about this long, milliseconds. */
const kDelay = 3;

document.body.className = { light: 'vscode-light', hc: 'vscode-high-contrast' }[query.get('theme') ?? ''] ?? 'vscode-dark';

let receive: (message: RequestMessage<EditorApi>) => void = () => undefined;
const startedAt = performance.now();
let stopped = false;
let classes: readonly number[] | undefined;
let filterRun = 0;
let filteredPackets = 0;
let lists: FilterLists = {
  history: ['arp', 'tcp.port == 8080'],
  saved: [{ name: 'Resets', filter: 'tcp.flags.reset == 1', button: true }, { name: 'Name lookups', filter: 'dns' }],
};

function tellLists(changed: FilterLists): void {
  lists = changed;
  server.emit('filterLists', lists);
}

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

function packetsNow(): number {
  const share = indexing === 0 ? 1 : Math.min(1, (performance.now() - startedAt) / indexing);
  return Math.floor(rows * share);
}

function status(): CaptureStatus {
  const packets = packetsNow();
  const damage = query.has('damage')
    ? { damage: { offset: '81230', message: 'The file is cut off at byte 81,230 in the middle of a packet; the packets before it are shown.' } }
    : {};
  return {
    state: stopped ? 'cancelled' : packets === rows ? 'ready' : 'indexing',
    packets, bytesRead: packets * 700, bytesTotal: rows * 700, fileKind: 'pcapng', interfaces: [],
    growing: false, analysed: packets, indexSeconds: 1, ...damage,
  };
}

/** Rows the filter shows: of the packets there were when it was run, as with an engine. */
const filtered = (): number => (classes === undefined ? 0 : Math.floor(filteredPackets / kindCount) * classes.length);

function filteredRow(row: number): PacketRow {
  const among = classes ?? [];
  return rowOf(Math.floor(row / among.length) * kindCount + (among[row % among.length] ?? 0));
}

function check(text: string): FilterCheck {
  return text === '' || classesOf(text).length > 0 ? { ok: true, warnings: [] } : checkText(text);
}

async function filter(text: string): Promise<FilterStatus> {
  if (text !== '') {
    tellLists({ ...lists, history: [...lists.history.filter((earlier) => earlier !== text), text] });
  }
  const run = ++filterRun;
  classes = text === '' ? undefined : classesOf(text);
  const packets = packetsNow();
  filteredPackets = packets;
  const share = classes === undefined ? 1 : filtering / 360;
  for (let step = 1; step < 10; step++) {
    await wait(40 * share);
    if (run !== filterRun) {
      throw cancelled();
    }
    const scanned = Math.floor((packets * step) / 10);
    server.emit('filterProgress', { text, state: 'running', scanned, matched: Math.floor((filtered() * step) / 10) });
  }
  return { text, state: 'done', scanned: packets, matched: filtered() };
}

const preferences = {
  columns: [], time: 'relative', digits: -1, coloring: true, decodeAs: [],
  rules: manifest.contributes.configuration.properties['stratoshark.coloringRules'].default,
} as const;

const notes = { unsaved: { comments: 0, marks: 0 } };

function start(): EditorStart {
  if (query.has('problem')) {
    throw new ProblemError('engineEnded', 'The engine of capture.pcapng crashed (SIGSEGV).', 'Reopen the file; other open captures are not affected.');
  }
  return { fileName: 'capture.pcapng', status: status(), preferences, notes };
}

const server = serve<EditorApi, EditorEvents>({
  send: (message) => { window.postMessage(message); },
  onMessage: (listener) => { receive = listener; },
}, {
  start,
  reopen: () => ({ fileName: 'capture.pcapng', status: status(), preferences, notes }),
  rows: async ({ from, count, filtered: only }) => {
    await wait(kDelay);
    const total = only ? filtered() : packetsNow();
    const found = Array.from({ length: Math.max(0, Math.min(count, 150, total - from)) }, (_unused, index) =>
      only ? filteredRow(from + index) : rowOf(from + index + 1));
    return { from, total, filtered: only, rows: found };
  },
  packet: async ({ frame }) => {
    await wait(kDelay);
    const detail = detailOf(frame);
    return {
      detail,
      sources: detail.sources.map(({ length }, source) =>
        Uint8Array.from({ length: Math.min(length, kInline) }, (_unused, offset) => byteOf(frame, source, offset))),
    };
  },
  bytes: async ({ frame, source, offset, length }) => {
    await wait(kDelay);
    return Uint8Array.from({ length }, (_unused, index) => byteOf(frame, source, offset + index));
  },
  rowOf: ({ frame, filtered: only }) => {
    const total = only ? filtered() : packetsNow();
    const frameAt = (row: number): number => (only ? filteredRow(row).n : row + 1);
    let row = 0;
    while (row < total && frameAt(row) < frame) {
      row = frame - frameAt(row) > 100 * kindCount ? row + 100 : row + 1;
    }
    return row < total ? row : -1;
  },
  setFilter: ({ text }) => filter(text),
  stopCapture: () => undefined,
  pauseCapture: () => undefined,
  restartCapture: () => undefined,
  checkFilter: ({ text }) => check(text),
  completeFilter: async (place) => {
    await wait(kDelay);
    return fakeLanguage.complete(place, (field) => Promise.resolve(fakeValues(field)));
  },
  describeFilter: (place) => fakeLanguage.hover(place),
  filterSignature: (place) => fakeLanguage.signature(place),
  filterLists: () => lists,
  saveFilter: ({ text }) => { tellLists({ ...lists, saved: [...lists.saved, { name: `Saved ${String(lists.saved.length)}`, filter: text, button: true }] }); },
  manageFilters: () => { tellLists({ ...lists, saved: [] }); },
  setLook: () => ({ problems: [] }),
  find: () => ({ frame: 0, wrapped: false }),
  sort: () => undefined,
  findFields: () => [],
  decodeTables: () => ({ 'tcp.port': ['http', 'tls'], 'udp.port': ['dns'] }),
  setPreferences: (change) => { server.emit('preferences', { ...preferences, ...change }); },
  addKeys: ({ name, text }) => {
    console.info(`keys of ${name}: ${String(text.length)} characters`);
    server.emit('reopened', start());
  },
  cancel: () => {
    stopped = packetsNow() < rows;
    filterRun++;
  },
  followStream: () => undefined,
  setComments: () => undefined,
  setMarks: () => undefined,
  marked: () => [],
  keepPlace: () => undefined,
  saveNotes: () => undefined,
  saveCopy: () => undefined,
  painted: () => { console.info(`first rows after ${String(Math.round(performance.now()))} ms`); },
});

if (indexing > 0) {
  const timer = setInterval(() => {
    server.emit('status', status());
    if (packetsNow() === rows) {
      clearInterval(timer);
    }
  }, 50);
}

Object.assign(globalThis, {
  acquireVsCodeApi: () => ({
    postMessage: (message: RequestMessage<EditorApi>) => { receive(structuredClone(message)); },
    getState: (): unknown => JSON.parse(sessionStorage.getItem('state') ?? 'null'),
    setState: (state: unknown) => { sessionStorage.setItem('state', JSON.stringify(state)); },
  }),
});
