/** A process that holds the addon ends promptly whatever the addon is doing, and however the process ends. */
import { execFile } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../src/build/cache.mjs';

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
const RECORD = 76; // bytes: 16 of the record header, 60 of the frame

let folder: string;
let script: string;
let capture: string;

/** UDP packets, each of a flow of its own, written by hand: pcap, microseconds, little-endian, Ethernet. */
function writeCapture(path: string): void {
  const file = openSync(path, 'w');
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65535, 16);
  header.writeUInt32LE(1, 20);
  writeSync(file, header);
  const many = 10_000;
  for (let first = 0; first < PACKETS; first += many) {
    const block = Buffer.alloc(many * RECORD);
    for (let i = 0; i < many; i++) writePacket(block.subarray(i * RECORD), first + i);
    writeSync(file, block);
  }
  closeSync(file);
}

function writePacket(record: Buffer, n: number): void {
  record.writeUInt32LE(n, 0);
  record.writeUInt32LE(60, 8);
  record.writeUInt32LE(60, 12);
  record.writeUInt16BE(0x0800, 28); // IPv4
  record.writeUInt8(0x45, 30);
  record.writeUInt16BE(46, 32);
  record.writeUInt8(64, 38);
  record.writeUInt8(17, 39); // UDP
  record.writeUInt32BE(0x0a00_0000 + n, 42);
  record.writeUInt32BE(0x0a00_0001, 46);
  record.writeUInt16BE(4000, 50);
  record.writeUInt16BE(4001, 52);
  record.writeUInt16BE(26, 54);
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
