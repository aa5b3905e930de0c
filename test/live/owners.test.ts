/** Owners of sockets as the kernel tells them, against what the processes at both ends say of themselves. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { root } from '../../src/build/cache.mjs';
import { OwnerTable, type SocketEnds } from '../../src/capture/ownerTable.ts';
import type { OwnerEvent } from '../../src/contract/owner.ts';
import type { NativeOwners } from '../../src/engine/native.d.ts';
import { Network, Running } from './network.ts';
import { buildPeer, drain, inodeOf, native, ownersObstacle, Peers, type Told, toldIn } from './ownerPeer.ts';

const why = ownersObstacle();
if (why !== undefined) console.log(`skipped: ${why}`);
const kClient = '10.9.0.1';
const kServer = '10.9.0.2';

describe.skipIf(why !== undefined)('owners of sockets', { timeout: 60_000 }, () => {
  let net: Network;
  let peers: Peers;
  let owners: NativeOwners;
  let left = 0;
  let right = 0;
  beforeAll(() => {
    net = new Network('ss-owners');
    peers = new Peers(net);
    left = inodeOf(net.left);
    right = inodeOf(net.right);
  });
  beforeEach(() => { owners = native().openOwners(JSON.stringify({ namespaces: [left, right] })); });
  afterEach(() => {
    owners.close();
    peers.dispose();
  });
  afterAll(() => { net.dispose(); });

  const tableOf = (events: readonly OwnerEvent[]): OwnerTable => {
    const table = new OwnerTable();
    for (const event of events) table.add(event);
    return table;
  };
  const clientEnds = ({ port }: Told, protocol: number, served: number, [client, server]: readonly [string, string] = [kClient, kServer]): SocketEnds =>
    ({ netns: left, protocol, local: client, localPort: port, remote: server, remotePort: served });
  const serverEnds = ({ port }: Told, protocol: number, served: number, [client, server]: readonly [string, string] = [kClient, kServer]): SocketEnds =>
    ({ netns: right, protocol, local: server, localPort: served, remote: client, remotePort: port });
  /** What is wrong with the owners of these flows; sentences. */
  const wrong = (table: OwnerTable, flows: readonly Told[], protocol: number, served: number, addresses?: readonly [string, string]): readonly string[] => flows.flatMap((flow) => {
    const client = table.of(clientEnds(flow, protocol, served, addresses));
    const server = table.of(serverEnds(flow, protocol, served, addresses));
    return [
      ...(client?.event.pid === flow.client && client.sure !== 'listener' ? [] : [`client of ${String(flow.port)}: ${String(client?.event.pid)}, is ${String(flow.client)}`]),
      ...(server?.event.pid === flow.server && server.sure !== 'listener' ? [] : [`server of ${String(flow.port)}: ${String(server?.event.pid)}, is ${String(flow.server)}`]),
    ];
  });

  test.each([
    ['IPv4', '4', [kClient, kServer]],
    ['IPv6', '6', ['fd09::1', 'fd09::2']],
    ['IPv4 to an IPv6 socket', '6', [kClient, kServer]],
  ] as const)('TCP over %s: who connects and which worker serves, 250 flows', async (_name, family, addresses) => {
    await peers.serve(['serve', 'tcp', family, '7100', '4']);
    const flows = await peers.client('tcp', addresses[1], '7100', '250');
    const events = drain(owners);
    expect(flows.length).toBe(250);
    expect(new Set(flows.map(({ client }) => client)).size).toBe(250);
    expect(new Set(flows.map(({ server }) => server)).size).toBeGreaterThan(1);
    expect(wrong(tableOf(events), flows, 6, 7100, addresses)).toEqual([]);
    expect(new Set(events.map(({ command }) => command))).toEqual(new Set(['owner-peer']));
    const listener = events.find(({ role }) => role === 'listen');
    expect(listener).toMatchObject({ netns: right, localPort: 7100, remotePort: 0 });
    expect(flows.map(({ server }) => server)).not.toContain(listener?.pid);
    // A socket is told of once by each process: connect, and the worker's; more would be a cost that grows with the traffic.
    expect(events.length).toBe(250 * 2 + 1);
  });

  test('UDP: 200 flows, connected and not', async () => {
    await peers.serve(['serve', 'udp', '4', '7101', '1']);
    const flows = await peers.client('udp', kServer, '7101', '200');
    expect(flows.length).toBe(200);
    // A port that two of the processes had one after the other: the table knows the last socket only.
    const once = flows.filter(({ port }) => flows.filter((other) => other.port === port).length === 1);
    expect(once.length).toBeGreaterThan(180);
    expect(wrong(tableOf(drain(owners)), once, 17, 7101)).toEqual([]);
  });

  test('the worker that accepts and closes without a byte', async () => {
    const server = await peers.serve(['hangup', '4', '7102']);
    const flows = await peers.client('tcp', kServer, '7102', '200').catch(() => []);
    const events = drain(owners);
    const accepted = events.filter(({ netns, localPort, remotePort }) => netns === right && localPort === 7102 && remotePort !== 0);
    const worker = Number(/ready (\d+)/.exec(server.printedText)?.[1]);
    expect(flows.length + accepted.length).toBeGreaterThan(0);
    expect(new Set(accepted.map(({ pid }) => pid))).toEqual(new Set([worker]));
  });

  test('a SYN that nobody answers', async () => {
    execFileSync('ip', ['-n', net.left, 'neigh', 'replace', '10.9.0.77', 'lladdr', '02:00:00:00:00:77', 'dev', 'v0']);
    const [told] = toldIn((await peers.begin('-\n', ['syn', '10.9.0.77', '9'])).printedText);
    const seen: OwnerEvent[] = [];
    await expect.poll(() => {
      seen.push(...drain(owners));
      return seen.length;
    }, { timeout: 20_000 }).toBe(1);
    expect(seen[0]).toMatchObject({ role: 'connect', netns: left, pid: told?.client, localPort: told?.port, local: kClient, remote: '10.9.0.77', remotePort: 9 });
  });

  test('a process in a PID namespace of its own: both numbers', async () => {
    await peers.serve(['serve', 'tcp', '4', '7103', '1'], 'unshare', '--pid', '--fork');
    const [flow] = await peers.client('tcp', kServer, '7103', '1');
    const owner = tableOf(drain(owners)).of(serverEnds(flow as Told, 6, 7103))?.event;
    expect(owner?.containerPid).toBe(flow?.server);
    expect(owner?.pid).not.toBe(flow?.server);
    const numbers = /^NSpid:\s+(.*)$/m.exec(readFileSync(`/proc/${String(owner?.pid)}/status`, 'utf8'))?.[1]?.split('\t');
    expect(numbers?.at(-1)).toBe(String(flow?.server));
  });

  test('sockets older than the tracer: 200 at both ends', async () => {
    owners.close();
    await peers.serve(['serve', 'tcp', '4', '7104', '200']);
    const flows = toldIn((await peers.begin('held', ['hold', kServer, '7104', '200'])).printedText);
    owners = native().openOwners(JSON.stringify({ namespaces: [left, right] }));
    expect(drain(owners)).toEqual([]);
    owners.scan();
    const events = drain(owners);
    expect(new Set(events.map(({ role }) => role))).toEqual(new Set(['existing']));
    expect(flows.length).toBe(200);
    expect(wrong(tableOf(events), flows, 6, 7104)).toEqual([]);
    owners.scan();
    expect(drain(owners)).toEqual([]); // told of once
  });

  test('times are those of the events', async () => {
    const before = Date.now();
    await peers.serve(['serve', 'tcp', '4', '7105', '1']);
    await peers.client('tcp', kServer, '7105', '3');
    const after = Date.now();
    const times = drain(owners).map(({ time }) => Number(BigInt(time) / 1_000_000n));
    expect(times.length).toBeGreaterThan(3);
    expect(times.filter((time) => time < before - 5 || time > after + 5)).toEqual([]);
  });

  test('other network namespaces are told nothing of, until they are on the list', async () => {
    owners.allow(JSON.stringify([left]));
    await peers.serve(['serve', 'tcp', '4', '7106', '2']);
    await peers.client('tcp', kServer, '7106', '50');
    expect(new Set(drain(owners).map(({ netns }) => netns))).toEqual(new Set([left]));
    owners.scan();
    expect(drain(owners).filter(({ netns }) => netns !== left)).toEqual([]);
    owners.allow(JSON.stringify([right]));
    owners.scan();
    const listening = drain(owners);
    expect(listening).toMatchObject([{ netns: right, role: 'existing', localPort: 7106 }]);
    await peers.client('tcp', kServer, '7106', '50');
    expect(new Set(drain(owners).map(({ netns }) => netns))).toEqual(new Set([right]));
    owners.allow('[]');
    await peers.client('tcp', kServer, '7106', '5');
    expect(drain(owners)).toEqual([]);
    owners.allow('"all"');
    await peers.client('tcp', kServer, '7106', '5');
    expect([...new Set(drain(owners).map(({ netns }) => netns))]).toEqual(expect.arrayContaining([left, right]));
  });

  test('more sockets than are known at once: who lasts is told of again, by the right name', async () => {
    await peers.serve(['serve', 'tcp', '4', '7109', '1']);
    const inLeft = (...args: readonly string[]): Running => new Running('ip', ['netns', 'exec', net.left, buildPeer(), ...args]);
    const load = inLeft('load', kServer, '7109', '4');
    const storm = inLeft('storm', kServer, '7110', '100000');
    const events: OwnerEvent[] = [];
    const look = setInterval(() => { events.push(...drain(owners)); }, 5);
    const [loaded, stormed] = await Promise.all([load.ended, storm.ended]);
    clearInterval(look);
    events.push(...drain(owners));
    expect([loaded.status, stormed.status]).toEqual([0, 0]);
    const client = events.filter(({ remotePort }) => remotePort === 7109);
    const server = events.filter(({ localPort, role }) => localPort === 7109 && role !== 'listen');
    const storms = events.filter(({ remotePort }) => remotePort === 7110);
    expect(storms.length).toBeGreaterThan(50_000);
    expect(new Set(storms.map(({ pid }) => pid))).toEqual(new Set([storm.process.pid]));
    expect(new Set(client.map(({ pid }) => pid))).toEqual(new Set([load.process.pid]));
    expect(new Set(server.map(({ pid }) => pid)).size).toBe(1);
    // Told of anew for each 32,768 sockets or so that come after, not for each of many thousand messages.
    for (const one of [client, server]) {
      expect(one.length).toBeGreaterThan(1);
      expect(one.length).toBeLessThan(12);
    }
  });

  test('nothing stays attached after kill -9', async () => {
    const script = `import { loadAddon } from '${join(root, 'src/engine/addon.ts')}';
      const owners = loadAddon('${join(root, 'dist')}').openOwners('{"namespaces":[]}'); console.log('open'); setInterval(() => owners.poll(), 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    let held: ReturnType<typeof idsOf>;
    try {
      held = idsOf(child.pid ?? 0);
      expect(held.prog.length).toBeGreaterThanOrEqual(5);
      expect(held.link.length).toBeGreaterThanOrEqual(5);
      expect(held.prog.filter((id) => !known('prog', id))).toEqual([]);
    } finally {
      child.kill('SIGKILL');
    }
    await expect.poll(() => [...held.prog.filter((id) => known('prog', id)), ...held.link.filter((id) => known('link', id))], { timeout: 20_000 }).toEqual([]);
  });

  test('says one sentence where eBPF is not allowed', () => {
    const script = `import { loadAddon } from '${join(root, 'src/engine/addon.ts')}';
      try { loadAddon('${join(root, 'dist')}').openOwners('{"namespaces":[]}'); } catch (e) { console.log(e.message); }`;
    const result = spawnSync('setpriv', ['--bounding-set=-sys_admin,-bpf,-perfmon', process.execPath, '--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(result.stdout).toBe('Owners of sockets cannot be told: the kernel refuses it (EPERM): root here lacks the capabilities BPF and PERFMON (or SYS_ADMIN), or the machine forbids eBPF.\n');
  });
});

/** Identifiers of the eBPF programs and links a process holds (/proc/PID/fdinfo). */
function idsOf(pid: number): { readonly prog: readonly string[]; readonly link: readonly string[] } {
  const folder = `/proc/${String(pid)}/fdinfo`;
  const texts = readdirSync(folder).map((fd) => readFileSync(join(folder, fd), 'utf8'));
  const ids = (kind: string): readonly string[] => texts.flatMap((text) => new RegExp(`^${kind}_id:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? []);
  return { prog: ids('prog'), link: ids('link') };
}

/** Whether the kernel still has it, as bpftool sees it. */
const known = (kind: string, id: string): boolean => spawnSync('bpftool', [kind, 'show', 'id', id], { env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` } }).status === 0;
