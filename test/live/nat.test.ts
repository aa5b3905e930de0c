/** Address translation as connection tracking has it: rules of ours translate, the sender says what it sent. Needs root and nft. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../src/build/cache.mjs';
import { customBlockOf } from '../../src/capture/captureBlocks.ts';
import type { FlowEndpoint } from '../../src/contract/captureBlocks.ts';
import type { LiveOptions, LivePoint, LiveStatus } from '../../src/contract/live.ts';
import type { NatBatch, NatEntry } from '../../src/contract/nat.ts';
import type { NativeNat } from '../../src/engine/native.d.ts';
import { Network, obstacle } from './network.ts';
import { native } from './ownerPeer.ts';

const addon = process.env['STRATOSHARK_ADDON'] ?? join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'stratoshark.node');
const reason = obstacle() ?? (spawnSync('nft', ['--version']).status === 0 && spawnSync('conntrack', ['--version']).status === 0 ? undefined : 'address translation is tested with nft and conntrack, which are not installed');

describe.skipIf(reason !== undefined)(`translated connections${reason === undefined ? '' : ` (${reason})`}`, () => {
  let net: Network;
  beforeAll(() => {
    net = new Network('ss-nat');
    const rules = 'table ip t { chain p { type nat hook prerouting priority -100; ip daddr 10.9.0.77 udp dport 53 dnat to 10.9.0.2:5353; }; }';
    execFileSync('ip', ['netns', 'exec', net.right, 'nft', '-f', '-'], { input: rules });
    execFileSync('ip', ['-n', net.left, 'route', 'add', '10.9.0.77/32', 'via', '10.9.0.2']);
    execFileSync('ip', ['netns', 'exec', net.right, 'sysctl', '-qw', 'net.ipv4.ip_forward=1']);
  });
  afterAll(() => { net.dispose(); });

  /** Empties the table, as kube-proxy does for endpoints that go; the kernel itself takes up to a minute. */
  const forget = (): void => { execFileSync('ip', ['netns', 'exec', net.right, 'conntrack', '-D', '-p', 'udp'], { stdio: 'ignore' }); };
  const watch = (): NativeNat => native().openNat(`/run/netns/${net.right}`);
  /** Entries up to the one that is waited for. */
  async function until(nat: NativeNat, found: (entry: NatEntry) => boolean): Promise<readonly NatEntry[]> {
    const all: NatEntry[] = [];
    for (let n = 0; n < 400 && !all.some(found); n++) {
      all.push(...(JSON.parse(nat.poll()) as NatBatch).entries);
      await sleep(25);
    }
    return all;
  }
  const shown = ({ change, protocol, original, translated }: NatEntry): string =>
    `${change} ${String(protocol)} ${original.a.ip} > ${original.b.ip}:${String(original.b.port)} is ${translated.a.ip} > ${translated.b.ip}:${String(translated.b.port)}`;

  test('a new connection and its end, with both forms and the time; one that is not translated is none', async () => {
    const nat = watch();
    const before = BigInt(Date.now()) * 1_000_000n;
    expect(net.udp('10.9.0.2', 5353, 3)).toBe(3);
    expect(net.udp('10.9.0.77', 53, 3)).toBe(3);
    const entries = [...await until(nat, () => true)];
    forget();
    entries.push(...await until(nat, () => true));
    expect(entries.map(shown)).toEqual(['new', 'gone'].map((change) => `${change} 17 10.9.0.1 > 10.9.0.77:53 is 10.9.0.1 > 10.9.0.2:5353`));
    const [came, went] = entries;
    expect(came?.original.a).toEqual(came?.translated.a);
    expect(BigInt(came?.time ?? 0)).toBeGreaterThan(before);
    expect(BigInt(came?.time ?? 0)).toBeLessThan(before + 5_000_000_000n);
    expect(BigInt(went?.time ?? 0)).toBeGreaterThan(BigInt(came?.time ?? 0));
    nat.close();
    expect(() => nat.poll()).toThrow('closed');
  });

  test('what was there before is told as existing, and again when asked', async () => {
    expect(net.udp('10.9.0.77', 53, 1)).toBe(1);
    const nat = watch();
    const theirs = execFileSync('ip', ['netns', 'exec', net.right, 'conntrack', '-L'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).match(/src=\S+ dst=\S+ sport=\S+ dport=\S+/g);
    for (let round = 0; round < 2; round++) {
      const entries = await until(nat, () => true);
      const [{ original, translated } = { original: undefined, translated: undefined }] = entries;
      const way = (from: FlowEndpoint | undefined, to: FlowEndpoint | undefined): string => `src=${from?.ip ?? ''} dst=${to?.ip ?? ''} sport=${String(from?.port)} dport=${String(to?.port)}`;
      expect([way(original?.a, original?.b), way(translated?.b, translated?.a)]).toEqual(theirs);
      expect(entries.map(shown)).toEqual(['existing 17 10.9.0.1 > 10.9.0.77:53 is 10.9.0.1 > 10.9.0.2:5353']);
      nat.scan();
    }
    nat.close();
  });

  test('with a capture: of what was there before, what has a packet in it, also one of its last moment; the rest not even when it ends', { timeout: 20_000 }, async () => {
    const ports = (first: number, count: number): readonly number[] => Array.from({ length: count }, (_, n) => first + n);
    const send = (from: readonly number[]): void => {
      const script = `for (const port of ${JSON.stringify(from)}) { const s = require('node:dgram').createSocket('udp4'); s.bind(port, () => s.send('x', 53, '10.9.0.77', () => s.close())); }`;
      execFileSync('ip', ['netns', 'exec', net.left, process.execPath, '-e', script]);
    };
    const mine = ({ original }: NatEntry): boolean => original.a.port >= 41000 && original.a.port < 42000;
    send(ports(41000, 40));
    const file = net.path('held.pcapng');
    const capture = native().openLive(JSON.stringify({
      interfaces: [], points: true, lastWords: true, filter: '', snaplen: 96, bufferBytes: 1 << 20, promiscuous: false, output: file, format: 'pcapng', compress: 'none', stop: {}, nextFile: {},
    } satisfies LiveOptions));
    const nat = native().openNat(`/run/netns/${net.right}`, capture);
    const opened = Date.now();
    capture.add(JSON.stringify({ key: 'k', device: 'v0', netns: `/run/netns/${net.right}`, name: 'v0', description: '', filter: 'udp', bytes: 1 << 20 } satisfies LivePoint));
    const told: NatEntry[] = [];
    const shownOf = (change: NatEntry['change']): readonly number[] =>
      [...new Set(told.filter((entry) => entry.change === change).map(({ original }) => original.a.port))].sort((a, b) => a - b);
    const heard = (): void => { told.push(...(JSON.parse(nat.poll()) as NatBatch).entries.filter(mine)); };
    const ended = capture.run((json) => {
      if ((JSON.parse(json) as LiveStatus).state !== 'drained') return;
      heard();
      capture.note(customBlockOf(9, Uint8Array.of(1, 2, 3, 4)));
      capture.finish();
    });
    send([...ports(41010, 3), ...ports(41900, 1)]);
    await expect.poll(() => { heard(); return told.length; }, { timeout: 3000 }).toBe(4);
    // Whoever did not know then that it concerns him asks again: what began meanwhile has had its packets, some time ago.
    await expect.poll(() => Date.now() - opened, { timeout: 4000 }).toBeGreaterThan(2100);
    send(ports(41020, 1));
    await expect.poll(() => { heard(); return shownOf('existing'); }, { timeout: 3000 }).toContain(41020);
    nat.scan();
    await expect.poll(() => { heard(); return shownOf('existing'); }, { timeout: 3000 }).toContain(41900);
    send(ports(41030, 1));
    capture.stop();
    expect(JSON.parse(await ended)).toMatchObject({ state: 'ended', reason: 'stopped', packets: 6 });
    expect([shownOf('existing'), shownOf('new'), shownOf('gone')]).toEqual([[41010, 41011, 41012, 41020, 41030, 41900], [41900], []]);
    expect(readFileSync(file).includes(Buffer.from(customBlockOf(9, Uint8Array.of(1, 2, 3, 4))))).toBe(true);
    forget();
    // Of those that began before anybody listened the kernel may not tell the end; of silent ones we do not.
    await expect.poll(() => { heard(); return shownOf('gone'); }, { timeout: 3000 }).toContain(41900);
    expect(shownOf('gone').filter((port) => ![41010, 41011, 41012, 41020, 41030, 41900].includes(port))).toEqual([]);
    nat.close();
  });

  test('a namespace that is not there, and rights that are missing, are said', () => {
    expect(() => native().openNat('/run/netns/none-such')).toThrow('The network namespace /run/netns/none-such is gone');
    const script = "try { require(process.argv[1]).openNat(''); } catch (error) { console.log(error.message); }";
    const said = execFileSync('setpriv', ['--bounding-set', '-net_admin', '--inh-caps', '-net_admin', process.execPath, '-e', script, addon], { encoding: 'utf8' });
    expect(said).toContain("table of connections cannot be read (Operation not permitted): the capability NET_ADMIN is needed.");
  });
});
