/** However a capture ends, its file is whole up to there, and the user is told why in one sentence. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../src/build/cache.mjs';
import type { FlowsLeftOut, LiveOptions, LivePoint } from '../../src/contract/live.ts';
import { Network, obstacle, optionsOf, tshark } from './network.ts';
import { native } from './ownerPeer.ts';

const why = obstacle();
if (why !== undefined) console.log(`skipped: ${why}`);
const cli = join(root, 'dist', 'cli.js');

const packetsIn = (file: string): number => {
  const { rows, complaint } = tshark(file, '-T', 'fields', '-e', 'frame.number');
  expect(complaint).toBe('');
  return rows.length;
};

describe.skipIf(why !== undefined)('a live capture ends', { timeout: 60_000 }, () => {
  let net: Network;
  beforeAll(() => { net = new Network('ss-endings'); });
  afterAll(() => { net.dispose(); });

  test('by duration, with its counters at the end', async () => {
    const start = Date.now();
    const ours = await net.capture('-i', 'v0', '-f', 'udp', '-a', 'duration:1', '-w', net.path('duration.pcapng'));
    net.udp('10.9.0.2', 7001, 50);
    expect(await ours.ended).toMatchObject({ status: 0 });
    expect(Date.now() - start).toBeGreaterThan(1000);
    expect(packetsIn(net.path('duration.pcapng'))).toBe(50);
    expect(optionsOf(readFileSync(net.path('duration.pcapng')), 5).at(-1)?.get(4)).toBe(50n);
    expect(statSync(net.path('duration.pcapng')).mode & 0o777).toBe(0o600);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('by %s: what the kernel had is still written', async (signal) => {
    const file = net.path(`${signal}.pcapng`);
    const ours = await net.capture('-i', 'v0', '-f', 'udp', '-w', file);
    net.udp('10.9.0.2', 7001, 500, 64, 0);
    expect(await ours.end(signal)).toMatchObject({ status: 0, signal: null }); // at once: nothing was handed over by time yet
    expect(packetsIn(file)).toBe(500);
  });

  test('by kill -9: the file can be read up to there', async () => {
    const ours = await net.capture('-i', 'v0', '-f', 'udp', '-w', net.path('killed.pcapng'));
    net.udp('10.9.0.2', 7001, 3000, 500);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await ours.end('SIGKILL');
    expect(packetsIn(net.path('killed.pcapng'))).toBe(3000);
    expect(net.in(net.right, 'cat', '/proc/net/packet').trim().split('\n').length).toBe(1); // the head line
  });

  test('with the flows left out that were learned not to be wanted, also those of its last moment', async () => {
    const file = net.path('last.pcapng');
    const capture = native().openLive(JSON.stringify({
      interfaces: [], points: true, holdMilliseconds: 600, filter: '', snaplen: 96, bufferBytes: 1 << 20, promiscuous: false, output: file, format: 'pcapng', compress: 'none', stop: {}, nextFile: {},
    } satisfies LiveOptions));
    capture.add(JSON.stringify({ key: 'k', device: 'v0', netns: `/run/netns/${net.right}`, name: 'v0', description: '', filter: 'udp', bytes: 1 << 20 } satisfies LivePoint));
    const leaveOut = (localPort: number): void => {
      const flow = { protocol: 17, local: '10.9.0.2', localPort, remote: '0.0.0.0', remotePort: 0, time: String(BigInt(Date.now()) * 1_000_000n) };
      capture.leaveOut(JSON.stringify({ key: 'k', out: true, flows: [flow] } satisfies FlowsLeftOut));
    };
    const ended = capture.run(() => undefined);
    net.udp('10.9.0.2', 7001, 5);
    net.udp('10.9.0.2', 7002, 5);
    await sleep(200);
    leaveOut(7002);
    net.udp('10.9.0.2', 7001, 5);
    net.udp('10.9.0.2', 7003, 5);
    capture.stop();
    await sleep(200);
    leaveOut(7003);
    expect(JSON.parse(await ended)).toMatchObject({ state: 'ended', reason: 'stopped', packets: 10 });
    // Its rings are gone, though this process has it still.
    expect(net.in(net.right, 'cat', '/proc/net/packet').trim().split('\n')).toHaveLength(1);
    expect(tshark(file, '-T', 'fields', '-e', 'udp.dstport').rows).toEqual(Array.from({ length: 10 }, () => '7001'));
  });

  test('after -c packets', async () => {
    const ours = await net.capture('-i', 'v0', '-f', 'udp', '-c', '10', '-w', net.path('count.pcapng'));
    net.udp('10.9.0.2', 7001, 100);
    expect(await ours.ended).toMatchObject({ status: 0 });
    expect(packetsIn(net.path('count.pcapng'))).toBe(10);
  });

  test('when its interface is removed', async () => {
    ipRight('link', 'add', 'gone0', 'type', 'veth', 'peer', 'name', 'gone1');
    ipRight('link', 'set', 'gone0', 'up');
    const ours = await net.capture('-i', 'gone0', '-w', net.path('gone.pcapng'));
    ipRight('link', 'del', 'gone0');
    const ended = await ours.ended;
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain('gone0 is gone: it was removed while it was captured on.');
    packetsIn(net.path('gone.pcapng'));
  });

  test('goes on when an interface goes down and comes up again', async () => {
    ipRight('link', 'set', 'lo', 'up');
    const ours = await net.capture('-i', 'lo', '-f', 'udp', '-w', net.path('down.pcapng'));
    ipRight('link', 'set', 'lo', 'down');
    await ours.said('lo went down');
    ipRight('link', 'set', 'lo', 'up');
    net.in(net.right, 'bash', '-c', 'for i in 1 2 3; do echo > /dev/udp/127.0.0.1/7009; done');
    expect((await ours.end()).status).toBe(0);
    expect(packetsIn(net.path('down.pcapng'))).toBe(3);
  });

  test('on a full disk, with the counters in the file', async () => {
    const disk = net.path('disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', disk]);
    try {
      const ours = await net.capture('-i', 'v0', '-f', 'udp', '-w', join(disk, 'full.pcapng'));
      net.udp('10.9.0.2', 7001, 4000, 1000);
      const ended = await ours.ended;
      expect(ended.status).toBe(1);
      expect(ended.stderr).toContain(`The disk of ${disk}/full.pcapng is full: the capture ended`);
      const packets = packetsIn(join(disk, 'full.pcapng'));
      expect(packets).toBeGreaterThan(800); // 1 MiB of 1,100 bytes each, less what is not whole
      const bytes = readFileSync(join(disk, 'full.pcapng'));
      expect(optionsOf(bytes, 6).length).toBe(packets);
      expect(optionsOf(bytes, 5).length).toBe(1);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  test('quietly when its reader has enough', () => {
    const command = `"${process.execPath}" "${cli}" -i lo -f udp -w - | head -c 10`;
    const sends = 'sleep 1; for i in $(seq 20); do echo > /dev/udp/127.0.0.1/7009; sleep 0.1; done';
    const result = spawnSync('ip', ['netns', 'exec', net.right, 'bash', '-c', `set -o pipefail; (${sends}) & ${command}`], { encoding: 'latin1', timeout: 20_000 });
    expect(result).toMatchObject({ status: 0 });
    expect(result.stdout.length).toBe(10);
  });

  test('-w - streams a capture that tshark reads as it comes', async () => {
    const command = `"${process.execPath}" "${cli}" -i v0 -f 'udp port 7001' -a duration:2 -w - | tshark -n -l -r - -T fields -e udp.dstport`;
    const piped = await net.shell(command);
    net.udp('10.9.0.2', 7001, 5);
    const { stdout, stderr } = await piped.ended;
    expect(stdout, stderr).toBe('7001\n'.repeat(5));
  });

  test('prints packets as they come', async () => {
    const ours = await net.capture('-i', 'v0', '-f', 'udp', '-T', 'fields', '-e', 'udp.dstport', '-e', 'udp.length', '-Y', 'udp.dstport == 7001');
    net.udp('10.9.0.2', 7001, 2, 32);
    await ours.printed('7001\t40\n7001\t40\n'); // while it runs
    net.udp('10.9.0.2', 7002, 2, 32);
    const ended = await ours.end('SIGINT');
    expect(ended.stdout).toBe('7001\t40\n7001\t40\n');
    expect(ended.stderr).toContain('4 packets captured, 0 dropped by the kernel');
  });

  test('in files of a number of packets, each opening alone', async () => {
    const folder = net.path('rotated');
    mkdirSync(folder);
    const ours = await net.capture('-i', 'v0', '-f', 'udp', '-b', 'packets:100', '-w', join(folder, 'ring.pcapng'));
    net.udp('10.9.0.2', 7001, 450);
    expect(await ours.end()).toMatchObject({ status: 0 });
    const files = readdirSync(folder).sort();
    expect(files.map((name) => name.replace(/\d{14}/, 'TIME'))).toEqual([1, 2, 3, 4, 5].map((n) => `ring_0000${String(n)}_TIME.pcapng`));
    expect(files.map((name) => packetsIn(join(folder, name)))).toEqual([100, 100, 100, 100, 50]);
    // Counters are each file's own.
    expect(files.map((name) => optionsOf(readFileSync(join(folder, name)), 5).at(-1)?.get(8))).toEqual([100n, 100n, 100n, 100n, 50n]);
  });

  test('in files of a size, the newest of which are kept', async () => {
    const folder = net.path('sized');
    mkdirSync(folder);
    const ours = await net.capture('-i', 'v0', '-f', 'udp', '-b', 'filesize:100', '-b', 'files:3', '-w', join(folder, 'ring.pcapng'));
    net.udp('10.9.0.2', 7001, 1000, 1000);
    await ours.end();
    const files = readdirSync(folder).sort();
    const sizes = files.map((name) => statSync(join(folder, name)).size);
    const last = tshark(join(folder, files.at(-1) ?? ''), '-T', 'fields', '-e', 'data.data').rows.at(-1) ?? '';
    expect(files.length).toBe(3);
    expect(sizes.slice(0, 2).every((size) => size > 98_000 && size <= 100_300)).toBe(true); // the counters come on top
    expect(parseInt(last.slice(0, 8), 16)).toBe(999); // the sender numbers its packets
  });

  test.each(['gzip', 'zstd'] as const)('compressed with %s', async (compress) => {
    const file = net.path(`packed.pcapng.${compress === 'gzip' ? 'gz' : 'zst'}`);
    const ours = await net.capture('capture', '--interface', 'v0', '--capture-filter', 'udp', '--output', file, '--compress', compress, '--duration', '2s');
    net.udp('10.9.0.2', 7001, 700, 800);
    expect((await ours.ended).status).toBe(0);
    expect(packetsIn(file)).toBe(700);
    expect(statSync(file).size).toBeLessThan(60_000);
  });

  test('-F pcap says what is lost, and does it', async () => {
    const ours = await net.capture('-i', 'v0', '-f', 'udp', '-F', 'pcap', '-c', '5', '-w', net.path('plain.pcap'));
    net.udp('10.9.0.2', 7001, 5);
    expect((await ours.ended).stderr).toContain('A pcap file has no interface names');
    expect(packetsIn(net.path('plain.pcap'))).toBe(5);
    expect(readFileSync(net.path('plain.pcap')).readUInt32LE(0)).toBe(0xa1b2c3d4);
  });

  test('at once when it is not allowed, not valid or not possible', () => {
    writeFileSync(net.path('keep'), 'mine');
    const run = (prefix: readonly string[], ...args: string[]) => {
      const [command = '', ...rest] = [...prefix, process.execPath, cli, ...args];
      const { status, stderr } = spawnSync(command, rest, { encoding: 'utf8' });
      return { status, stderr: stderr.trim() };
    };
    const nobody = ['setpriv', '--bounding-set', '-net_raw', '--inh-caps', '-net_raw'];
    const refused = run(nobody, '-i', 'lo', '-w', net.path('keep'));
    expect(refused).toMatchObject({ status: 1 });
    expect(refused.stderr).toMatch(/^stratoshark: Capturing needs the capability CAP_NET_RAW: run it as root \(sudo\), or .*setcap cap_net_raw/);
    expect(refused.stderr.split('\n').length).toBe(1);
    expect(readFileSync(net.path('keep'), 'utf8')).toBe('mine');
    expect(run([], '-i', 'lo', '-f', 'tcp port httpx', '-w', net.path('keep'))).toEqual({
      status: 64, stderr: "stratoshark: The capture filter is not valid: unknown port 'httpx'.\n  tcp port httpx\n           ^^^^^",
    });
    expect(run([], '-i', 'nosuch0', '-w', net.path('keep'))).toMatchObject({ status: 1, stderr: 'stratoshark: There is no interface "nosuch0": -D lists those there are.' });
    expect(run([], '-i', 'lo', '-a', 'length:3').status).toBe(64);
    expect(run([], 'capture', '--ebpf-filter', 'k8s.namespace == x', '--output', net.path('keep')).stderr).toContain('k8s.namespace is known to the agent in a cluster only');
    expect(readFileSync(net.path('keep'), 'utf8')).toBe('mine');
  });

  function ipRight(...args: string[]): void {
    execFileSync('ip', ['-n', net.right, ...args]);
  }
});
