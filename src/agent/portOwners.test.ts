/** Owners of UDP ports from made-up events; who owns what is written beside each. */
import { expect, test } from 'vitest';
import type { OwnerEvent, OwnerRole } from '../contract/owner.ts';
import type { SocketOwner } from './flowEnds.ts';
import { FlowOwners } from './flowOwners.ts';
import { podOf } from './pods.ts';

function ownerOf(name: string, containerId = 'c'.repeat(64)): SocketOwner {
  const pod = podOf({ metadata: { name, namespace: 'shop', uid: `uid-${name}` }, spec: { nodeName: 'n1' }, status: { podIPs: [{ ip: '10.0.0.2' }, { ip: 'fd00::2' }] } });
  return { facts: { pod, services: [], deployment: undefined }, container: 'main', containerId };
}
const server = ownerOf('server');
const event = (role: OwnerRole, local: string, pid: number, time = 1_000_000_000n): OwnerEvent =>
  ({ netns: 1, protocol: 17, local, localPort: 53, remote: '::', remotePort: 0, pid, containerPid: 1, command: 'dns', cgroup: '9', time: String(time), role });

test('a socket of any address is each of the pod\'s; one of IPv4 is that alone; one of an address is that', () => {
  const tuples = (local: string): unknown => new FlowOwners(() => true).take(event('traffic', local, 11), server).map(({ tuple }) => tuple);
  const four = { a: { ip: '10.0.0.2', port: 53 }, b: { ip: '0.0.0.0', port: 0 } };
  expect(tuples('::')).toEqual([four, { a: { ip: 'fd00::2', port: 53 }, b: { ip: '::', port: 0 } }]);
  expect(tuples('0.0.0.0')).toEqual([four]);
  expect(tuples('10.0.0.2')).toEqual([four]);
});

test('said once; found first, then seen to act, it is certain', () => {
  const flows = new FlowOwners(() => true);
  expect(flows.take(event('existing', '0.0.0.0', 11), server)[0]?.a).toMatchObject({ pod: 'server', process: { pid: 11 }, sure: 'likely' });
  const [seen, ...more] = flows.take(event('traffic', '0.0.0.0', 11), server);
  expect(seen).toMatchObject({ flow: 1, a: { process: { pid: 11 }, sure: 'certain' } });
  expect(more).toEqual([]);
  expect(flows.take(event('traffic', '0.0.0.0', 11), server)).toEqual([]);
});

test('the next process has it from then on, where the one before has ended', () => {
  const flows = new FlowOwners(() => false);
  flows.take(event('traffic', '0.0.0.0', 11), server);
  const [over, next] = flows.take(event('traffic', '0.0.0.0', 12, 9_000_000_000n), server);
  expect(over).toMatchObject({ flow: 1, a: { process: { pid: 11 } }, until: 8_995_000_000n });
  expect(next).toMatchObject({ flow: 2, a: { process: { pid: 12 } }, from: 8_995_000_000n });
});

test('of a port that living processes share none is named, nor a container where they are in two', () => {
  const flows = new FlowOwners(() => true);
  flows.take(event('traffic', '0.0.0.0', 11), server);
  const [shared, ...more] = flows.take(event('traffic', '0.0.0.0', 12), server);
  expect(more).toEqual([]);
  expect(shared).toMatchObject({ flow: 1, a: { pod: 'server', container: 'main' } });
  expect(shared?.a?.process).toBeUndefined();
  expect(flows.take(event('traffic', '0.0.0.0', 11), server)).toEqual([]);
  const [apart] = flows.take(event('traffic', '0.0.0.0', 13), { ...server, container: 'other', containerId: 'd'.repeat(64) });
  expect(apart?.a).toMatchObject({ pod: 'server' });
  expect(apart?.a?.container).toBeUndefined();
});

test('a pod that has ended has its ports no more; the next pod with its address has them from its own first word', () => {
  const flows = new FlowOwners(() => true);
  flows.take(event('traffic', '0.0.0.0', 11), server);
  expect(flows.leave('uid-server', 5_000_000_000n)).toMatchObject([{ flow: 1, until: 5_000_000_000n }]);
  expect(flows.leave('uid-server', 6_000_000_000n)).toEqual([]);
  const [next, ...more] = flows.take(event('traffic', '0.0.0.0', 12, 9_000_000_000n), ownerOf('other'));
  expect(more).toEqual([]);
  expect(next).toMatchObject({ flow: 2, a: { pod: 'other', process: { pid: 12 } }, from: 8_995_000_000n });
});
