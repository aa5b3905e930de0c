/** A process that holds the addon ends promptly whatever the addon is doing, and however the process ends. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../src/build/cache.mjs';
import { RECORD_HEADER, writeMany } from '../fixtures/generate/many.ts';

const addon = process.env['STRATOSHARK_ADDON'] ?? join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'stratoshark.node');

/** Opens the capture, starts what takes long, then ends. Arguments: addon, capture, how. */
const SCRIPT = `
const [addon, file, how] = process.argv.slice(2);
if (how === 'worker') {
  const { Worker } = require('node:worker_threads');
  const body = 'const {workerData:[a,f]}=require("node:worker_threads");require(a).open(f,"{}").index(()=>{});setInterval(()=>{},9)';
  const worker = new Worker(body, { eval: true, workerData: [addon, file] });
  setTimeout(() => worker.terminate(), 150);
} else {
  const capture = require(addon).open(file, '{}');
  capture.index(() => {});
  if (how === 'process.exit at once') process.exit(0);
  if (how === 'process.exit later') setTimeout(() => process.exit(0), 60);
  if (how === 'natural end after reports') setTimeout(() => {}, 120);
  if (how === 'process.exit while filtering') {
    setTimeout(() => process.exit(0), 100);
    capture.filter('udp.port == 4001 && frame contains "x"', () => {});
  }
}`;

const PACKETS = 1_000_000; // indexing takes well over a second

let folder: string;
let script: string;
let capture: string;

/** UDP packets of 60 bytes, each a second later and of a flow of its own. */
function writeCapture(path: string): void {
  const frame = Buffer.alloc(60);
  frame.writeUInt16BE(0x0800, 12); // IPv4
  frame.writeUInt8(0x45, 14);
  frame.writeUInt16BE(46, 16);
  frame.writeUInt8(64, 22);
  frame.writeUInt8(17, 23); // UDP
  frame.writeUInt32BE(0x0a00_0001, 30);
  frame.writeUInt16BE(4000, 34);
  frame.writeUInt16BE(4001, 36);
  frame.writeUInt16BE(26, 38);
  writeMany(path, frame, PACKETS, (record, n) => {
    record.writeUInt32LE(n, 0);
    record.writeUInt32BE(0x0a00_0000 + n, RECORD_HEADER + 26);
  }, { snaplen: 65535 });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'exit-'));
  script = join(folder, 'ends.cjs');
  capture = join(folder, 'long.pcap');
  writeFileSync(script, SCRIPT);
  writeCapture(capture);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Exit code and seconds of one run; null: killed after ten seconds. */
function run(how: string): Promise<{ readonly code: number | null; readonly seconds: number }> {
  const start = performance.now();
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [script, addon, capture, how], { timeout: 10_000, killSignal: 'SIGKILL' }, () => {
      resolve({ code: child.exitCode, seconds: (performance.now() - start) / 1000 });
    });
  });
}

const REPETITIONS = 20;

test.each([
  'natural end', 'natural end after reports', 'process.exit at once', 'process.exit later', 'process.exit while filtering', 'worker',
])('%s', async (how) => {
  for (let i = 0; i < REPETITIONS; i++) {
    const { code, seconds } = await run(how);
    expect(code, `repetition ${i}`).toBe(0);
    expect(seconds, `repetition ${i}`).toBeLessThan(2);
  }
}, REPETITIONS * 10_000);
