/** Owners of flows from made-up events; who owns what is written beside each. */
import { expect, test } from 'vitest';
import type { OwnerEvent, OwnerRole } from '../contract/owner.ts';
import { FlowOwners, type SocketOwner } from './flowOwners.ts';
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

test('listening and unconnected sockets are no flows', () => {
  const flows = new FlowOwners();
  expect(flows.take(event('listen', b, ['0.0.0.0', 0], 22), server)).toEqual([]);
  expect(flows.take(event('traffic', b, ['0.0.0.0', 0], 22), server)).toEqual([]);
});
