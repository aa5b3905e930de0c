/** Owners of flows from made-up events; who owns what is written beside each. */
import { expect, test } from 'vitest';
import type { NatEntry } from '../contract/nat.ts';
import type { OwnerEvent, OwnerRole } from '../contract/owner.ts';
import { endOfPod, type SocketOwner } from './flowEnds.ts';
import { FlowOwners } from './flowOwners.ts';
import { podOf } from './pods.ts';

function ownerOf(name: string): SocketOwner {
  const pod = podOf({ metadata: { name, namespace: 'shop', uid: `uid-${name}` }, spec: { nodeName: 'n1' }, status: {} });
  return { facts: { pod, services: [], deployment: undefined }, container: 'main', containerId: 'c'.repeat(64) };
}
const client = ownerOf('client');
const server = ownerOf('server');

function event(role: OwnerRole, [local, localPort]: readonly [string, number], [remote, remotePort]: readonly [string, number], pid: number, time = 1_000_000_000n): OwnerEvent {
  return { netns: 1, protocol: 6, local, localPort, remote, remotePort, pid, containerPid: 1, command: 'app', cgroup: '9', time: String(time), role };
}
const a = ['10.0.0.1', 40000] as const;
const b = ['10.0.0.2', 80] as const;

test('both ends of a connection become one flow, whoever is told of first', () => {
  for (const clientFirst of [true, false]) {
    const flows = new FlowOwners();
    const events = [() => flows.take(event('connect', a, b, 11), client), () => flows.take(event('traffic', b, a, 22), server)];
    const [first, second] = (clientFirst ? events : events.reverse()).map((take) => take());
    expect(first).toHaveLength(1);
    expect(second).toHaveLength(1);
    expect(second?.[0]).toMatchObject({
      flow: 1, protocol: 6, tuple: { a: { ip: '10.0.0.1', port: 40000 }, b: { ip: '10.0.0.2', port: 80 } },
      a: { pod: 'client', process: { pid: 11 }, container: 'main', sure: 'certain' }, b: { pod: 'server', process: { pid: 22 } },
    });
  }
});

test('nothing is written twice; a guess does not replace what was seen', () => {
  const flows = new FlowOwners();
  expect(flows.take(event('traffic', b, a, 22), server)).toHaveLength(1);
  expect(flows.take(event('traffic', b, a, 22), server)).toEqual([]);
  expect(flows.take(event('existing', b, a, 23), server)).toEqual([]);
  expect(flows.take(event('traffic', b, a, 24), server)[0]?.b?.process?.pid).toBe(24);
});

test('the same ports again are another flow, from then on', () => {
  const flows = new FlowOwners();
  flows.take(event('connect', a, b, 11, 1_000_000_000n), client);
  const [over, next] = flows.take(event('connect', a, b, 12, 9_000_000_000n), client);
  expect(over).toMatchObject({ flow: 1, a: { process: { pid: 11 } } });
  expect(next).toMatchObject({ flow: 2, a: { process: { pid: 12 } } });
  expect(over?.until).toBe(next?.from);
  expect(next?.from).toBeLessThanOrEqual(9_000_000_000n);
});

test('a UDP port that one process used after another: each in its time, the other end stays', () => {
  const flows = new FlowOwners();
  const udp = (...args: Parameters<typeof event>): OwnerEvent => ({ ...event(...args), protocol: 17 });
  flows.take(udp('traffic', a, b, 11, 1_000_000_000n), client);
  flows.take(udp('traffic', b, a, 22, 1_000_000_000n), server);
  expect(flows.take(udp('existing', a, b, 13, 2_000_000_000n), client)).toEqual([]);
  const [over, next] = flows.take(udp('traffic', a, b, 12, 9_000_000_000n), client);
  expect(over).toMatchObject({ flow: 1, a: { process: { pid: 11 } }, b: { process: { pid: 22 } }, until: 8_995_000_000n });
  expect(next).toMatchObject({ flow: 2, a: { process: { pid: 12 } }, b: { process: { pid: 22 } }, from: 8_995_000_000n });
  expect(flows.take(udp('traffic', b, a, 22, 9_000_000_000n), server)).toEqual([]);
});

test('listening and unconnected sockets are no flows', () => {
  const flows = new FlowOwners();
  expect(flows.take(event('listen', b, ['0.0.0.0', 0], 22), server)).toEqual([]);
  expect(flows.take(event('traffic', b, ['0.0.0.0', 0], 22), server)).toEqual([]);
});

const service = ['10.96.0.7', 80] as const;
const node = ['10.77.0.11', 61000] as const;
const end = ([ip, port]: readonly [string, number]) => ({ ip, port });
const entry = (change: NatEntry['change'], to: readonly [string, number], time: bigint, from: readonly [string, number] = a, protocol = 6): NatEntry =>
  ({ change, protocol, original: { a: end(a), b: end(service) }, translated: { a: end(from), b: end(to) }, time: String(time) });
const called = { a: endOfPod(client.facts, 'conntrack', 'certain'), b: { ...endOfPod(server.facts, 'conntrack', 'certain'), service: 'shop-api' } };

test('a Service\'s address and the pod behind it are one flow, in whatever order it is told', () => {
  const steps = [
    (flows: FlowOwners) => flows.take(event('connect', a, service, 11), client),
    (flows: FlowOwners) => flows.take(event('traffic', b, a, 22), server),
    (flows: FlowOwners) => flows.translate(entry('new', b, 1_000_000_000n), called),
  ] as const;
  for (const order of [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] as const) {
    const flows = new FlowOwners();
    const told = order.flatMap((n) => steps[n](flows));
    // What a reader makes of it: the last entry of each id, and those without a time are none.
    const table = [...new Map(told.map((flow) => [flow.flow, flow])).values()].filter(({ until }) => until === undefined);
    expect(table, order.join()).toHaveLength(1);
    expect(table[0], order.join()).toMatchObject({
      tuple: { a: end(a), b: end(service) }, also: [{ a: end(a), b: end(b) }],
      a: { pod: 'client', process: { pid: 11 }, learned: 'socket' }, b: { pod: 'server', process: { pid: 22 }, service: 'shop-api', learned: 'socket' },
    });
    expect(told.filter(({ until }) => until !== undefined).every(({ until }) => until === 0n)).toBe(true);
  }
});

test('the pod behind a Service is named where its process is on another node; its own address is translated with it', () => {
  const flows = new FlowOwners();
  expect(flows.translate(entry('existing', b, 1n, node), called)).toEqual([{
    flow: 1, protocol: 6, tuple: { a: end(a), b: end(service) }, also: [{ a: end(node), b: end(b) }], a: called.a, b: called.b,
  }]);
  // Told of again, nothing new; then the one who sees the node's address at its socket.
  expect(flows.translate(entry('existing', b, 2n, node), called)).toEqual([]);
  expect(flows.take(event('traffic', b, node, 22), server)).toMatchObject([{ flow: 1, b: { pod: 'server', process: { pid: 22 } } }]);
});

test('the same ports led to another pod: each is right in its time', () => {
  const flows = new FlowOwners();
  flows.take(event('connect', a, service, 11, 1_000_000_000n), client);
  flows.translate(entry('new', b, 1_001_000_000n), called);
  flows.translate(entry('gone', b, 8_000_000_000n), {});
  const other = ['10.0.0.3', 80] as const;
  const [over, next] = flows.translate(entry('new', other, 9_000_000_000n), { b: { pod: 'other', namespace: 'shop' } });
  expect(over).toMatchObject({ flow: 1, b: { pod: 'server' } });
  expect(next).toMatchObject({ flow: 2, also: [{ b: end(other) }], b: { pod: 'other' } });
  // A connection has a process of its own: that of the one before is not taken for it.
  expect(next?.a?.process).toBeUndefined();
  expect(over?.until).toBe(next?.from);
  expect(over?.until).toBeLessThanOrEqual(9_000_000_000n);
  expect(over?.until).toBeGreaterThan(8_000_000_000n);
  expect(flows.take(event('connect', a, service, 12, 8_999_000_000n), client)).toMatchObject([{ flow: 1, until: 8_994_000_000n }, { flow: 2, a: { process: { pid: 12 } }, b: { pod: 'other' } }]);
});

test('a connection over addresses that the table still had from one before: told of before or after its translation', () => {
  for (const connectFirst of [true, false]) {
    const flows = new FlowOwners();
    flows.translate(entry('existing', b, 1_000_000_000n), called);
    const steps = [() => flows.take(event('connect', a, service, 11, 8_999_000_000n), client), () => [...flows.translate(entry('gone', b, 9_000_000_000n), {}), ...flows.translate(entry('new', b, 9_000_000_000n), called)]];
    const told = (connectFirst ? steps : steps.reverse()).flatMap((step) => step());
    const table = [...new Map(told.map((flow) => [flow.flow, flow])).values()];
    expect(table.filter(({ until }) => until === undefined)).toMatchObject([{ also: [{ b: end(b) }], a: { process: { pid: 11 } }, b: { pod: 'server' } }]);
    expect(table.find(({ flow }) => flow === 1)).toMatchObject({ a: { pod: 'client' } });
    expect(table.find(({ flow }) => flow === 1)?.a?.process).toBeUndefined();
  }
});

test('a translation that was read late begins when its client connected', () => {
  const flows = new FlowOwners();
  flows.translate(entry('new', b, 1_000_000_000n), called);
  flows.translate(entry('gone', b, 9_400_000_000n), {});
  flows.translate(entry('new', ['10.0.0.3', 80], 9_400_000_000n), { b: { pod: 'other' } });
  expect(flows.take(event('connect', a, service, 12, 9_000_000_000n), client)).toMatchObject([
    { flow: 1, b: { pod: 'server' }, until: 8_995_000_000n }, { flow: 2, a: { process: { pid: 12 } }, b: { pod: 'other' }, from: 8_995_000_000n },
  ]);
});

test('a translation that was read soon begins when its client connected, not before', () => {
  const flows = new FlowOwners();
  flows.translate(entry('new', b, 1_000_000_000n), called);
  flows.translate(entry('gone', b, 8_000_000_000n), {});
  const [over] = flows.translate(entry('new', ['10.0.0.3', 80], 9_001_000_000n), { b: { pod: 'other' } });
  // Read at most 10 ms after it came, and 5 ms as of any event.
  expect(over?.until).toBe(8_986_000_000n);
  expect(flows.take(event('connect', a, service, 12, 9_000_000_000n), client)).toMatchObject([
    { flow: 1, b: { pod: 'server' }, until: 8_995_000_000n }, { flow: 2, a: { process: { pid: 12 } }, b: { pod: 'other' }, from: 8_995_000_000n },
  ]);
});

test('a UDP socket that goes on after its translation has ended stays the process\'s', () => {
  const flows = new FlowOwners();
  flows.take({ ...event('traffic', a, service, 11), protocol: 17 }, client);
  flows.translate(entry('new', b, 1n, a, 17), called);
  flows.translate(entry('gone', b, 2n, a, 17), {});
  const told = flows.translate(entry('new', b, 40_000_000_000n, a, 17), called);
  expect(told).toMatchObject([{ flow: 1, until: 39_985_000_000n }, { flow: 2, a: { process: { pid: 11 }, sure: 'likely' }, b: { pod: 'server' } }]);
});

test('who was not known when the connection came is said later', () => {
  const flows = new FlowOwners();
  flows.translate(entry('new', b, 1n), {});
  expect(flows.translate(entry('new', b, 1n), called)).toMatchObject([{ flow: 1, a: { pod: 'client' }, b: { pod: 'server', service: 'shop-api' } }]);
});
