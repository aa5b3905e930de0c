/** Every filter that a field of the tree offers is accepted by tshark and shows the packet it was taken from. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { CaptureStatus, FilterStatus, PacketDetail, TreeNode } from '../../src/contract/capture.ts';
import { loadAddon } from '../../src/engine/addon.ts';
import type { NativeCapture } from '../../src/engine/native.d.ts';

const root = path.join(import.meta.dirname, '../..');
const captures = path.join(root, 'test/fixtures/captures');

/** A packet of each, with many fields, in many types. */
const packets: readonly (readonly [string, number])[] = [
  ['http-get.pcapng', 1], ['http-get.pcapng', 6], ['dns-common.pcapng', 2], ['dns-rare.pcapng', 2], ['arp.pcap', 1],
  ['icmp.pcap', 1], ['icmpv6.pcap', 1], ['dhcp.pcap', 1], ['ipv4-options.pcap', 1],
];

async function indexed(file: string): Promise<NativeCapture> {
  const capture = loadAddon(path.join(root, 'dist')).open(path.resolve(captures, file), JSON.stringify({ wiresharkDefaults: true }));
  await new Promise<void>((resolve) => {
    capture.index((json) => { if ((JSON.parse(json) as CaptureStatus).state === 'ready') resolve(); });
  });
  return capture;
}

/** What the referee sees otherwise: the time since the packet displayed before depends on the filter; the end of DHCP's options has type 0 there. */
const otherwise = /^(frame\.time_delta_displayed == |dhcp\.option\.type == 255$)/;

async function filtersOf(file: string, frame: number): Promise<readonly string[]> {
  const capture = await indexed(file);
  const detail = JSON.parse((await capture.packet(frame)).json) as PacketDetail;
  capture.close();
  const all = (nodes: readonly TreeNode[]): readonly string[] => nodes.flatMap((node) => [node.filter, ...all(node.children ?? [])]);
  return [...new Set(all(detail.tree).filter((filter) => filter !== '' && !otherwise.test(filter)))];
}

/** Those that tshark refuses or by which it does not show the packet; halves are tried until they are found. */
function refused(file: string, frame: number, filters: readonly string[]): readonly string[] {
  const text = filters.map((filter) => `(${filter})`).join(' && ');
  let shown = '';
  try {
    shown = execFileSync('tshark', ['-n', '-2', '-r', path.resolve(captures, file), '-Y', text, '-T', 'fields', '-e', 'frame.number'], {
      encoding: 'utf8', env: { ...process.env, WIRESHARK_CONFIG_DIR: '/nonexistent', TZ: 'UTC' }, stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    // Not valid.
  }
  if (shown.split('\n').includes(String(frame))) return [];
  if (filters.length === 1) return filters;
  const half = Math.ceil(filters.length / 2);
  return [...refused(file, frame, filters.slice(0, half)), ...refused(file, frame, filters.slice(half))];
}

test.each(packets)('%s, packet %i', async (file, frame) => {
  const filters = await filtersOf(file, frame);
  expect(filters.length).toBeGreaterThan(10);
  expect(refused(file, frame, filters)).toEqual([]);
}, 120_000);

test('a text that is not UTF-8 has a filter of its bytes, which shows its packet', async () => {
  // An HTTP request whose header holds the bytes ff, 22 (a quote) and 5c, in one TCP segment (pcap, Ethernet).
  const request = Buffer.from('GET / HTTP/1.1\r\nHost: a\xff"b\\c\r\n\r\n', 'latin1');
  const ip = Buffer.from('450000000000000040060000c0000201c0000202', 'hex');
  ip.writeUInt16BE(40 + request.length, 2);
  const tcp = Buffer.from('9c400050000000010000000150180400'.padEnd(40, '0'), 'hex');
  const frame = Buffer.concat([Buffer.from('00005e00530200005e0053010800', 'hex'), ip, tcp, request]);
  const head = Buffer.alloc(40);
  [0xa1b2c3d4, 0x00040002, 0, 0, 65535, 1, 1, 0, frame.length, frame.length].forEach((value, at) => head.writeUInt32LE(value, at * 4));
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'filters-')), 'bytes.pcap');
  writeFileSync(file, Buffer.concat([head, frame]));
  const [filter = ''] = (await filtersOf(file, 1)).filter((one) => one.startsWith('http.host'));
  expect(filter).toBe('http.host == "a\\xff\\"b\\\\c"');
  // tshark compares with U+FFFD in place of such bytes; here the packet's own are compared.
  const capture = await indexed(file);
  const found = JSON.parse(await capture.filter(filter, () => undefined, 1)) as FilterStatus;
  expect(found.matched).toBe(1);
  capture.close();
});
