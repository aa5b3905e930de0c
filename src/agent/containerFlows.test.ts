/** Which flows are left out for `k8s.container.name`; the pod has an application, a proxy beside it, and its own addresses. */
import { expect, test } from 'vitest';
import type { OwnerEvent, OwnerRole } from '../contract/owner.ts';
import { AgentFilter } from './agentFilter.ts';
import { ContainerFlows } from './containerFlows.ts';
import type { SocketOwner } from './flowEnds.ts';
import { podOf } from './pods.ts';

const statuses = ['app', 'proxy'].map((name) => ({ name, containerID: `containerd://${(name === 'app' ? 'a' : 'b').repeat(64)}` }));
const pod = (names = ['app', 'proxy']): ReturnType<typeof podOf> => podOf({
  metadata: { name: 'web', namespace: 'shop', uid: 'u1' }, spec: { nodeName: 'n1' },
  status: { podIPs: [{ ip: '10.0.0.2' }], containerStatuses: statuses.filter(({ name }) => names.includes(name)) },
});
const ownerOf = (container: string | undefined, of = pod()): SocketOwner => ({ facts: { pod: of, services: [], deployment: undefined }, container, containerId: undefined });
function event(local: string, remote: string, more: { readonly protocol?: number; readonly role?: OwnerRole } = {}): OwnerEvent {
  const [[ip = '', port], [peer = '', peerPort]] = [local.split(' '), remote.split(' ')];
  return { netns: 1, protocol: 6, local: ip, localPort: Number(port), remote: peer, remotePort: Number(peerPort), pid: 5, containerPid: 1, command: 'x', cgroup: '9', time: '1', role: 'traffic', ...more };
}
const asked = (): ContainerFlows => new ContainerFlows(new AgentFilter('k8s.container.name == app'));
const out = (local: string, remote: string, protocol = 6): unknown => {
  const [[ip, port], [peer, peerPort]] = [local.split(' '), remote.split(' ')];
  return { protocol, local: ip, localPort: Number(port), remote: peer, remotePort: Number(peerPort), time: '1' };
};

test('another container\'s flow is left out, the one that is asked for is had (again)', () => {
  const flows = asked();
  const at = event('10.0.0.2 40000', '10.9.9.9 443');
  expect(flows.take(at, ownerOf('proxy'))).toEqual({ out: true, flows: [out('10.0.0.2 40000', '10.9.9.9 443')] });
  expect(flows.take(at, ownerOf('app'))).toEqual({ out: false, flows: [out('10.0.0.2 40000', '10.9.9.9 443')] });
});

test('what is not proven is had: an unknown container, a pod with one, a listening socket, a filter of other terms', () => {
  const at = event('10.0.0.2 40000', '10.9.9.9 443');
  expect(asked().take(at, ownerOf(undefined))).toBeUndefined();
  expect(asked().take(at, ownerOf('proxy', pod(['proxy'])))).toBeUndefined();
  expect(asked().take(event('0.0.0.0 80', '0.0.0.0 0', { role: 'listen' }), ownerOf('proxy'))).toBeUndefined();
  expect(new ContainerFlows(new AgentFilter('k8s.pod.name == web')).take(at, ownerOf('proxy'))).toBeUndefined();
  const either = new ContainerFlows(new AgentFilter('k8s.container.name == app or k8s.namespace == shop'));
  expect(either.take(at, ownerOf('proxy'))).toMatchObject({ out: false });
});

test('a UDP port of another container, at every address of the pod', () => {
  expect(asked().take(event('0.0.0.0 53', '0.0.0.0 0', { protocol: 17 }), ownerOf('proxy'))).toEqual({ out: true, flows: [out('10.0.0.2 53', '0.0.0.0 0', 17), out('127.0.0.1 53', '0.0.0.0 0', 17)] });
});

test('between containers of the pod: left out only where both ends are others\'', () => {
  const [there, back] = [event('127.0.0.1 40000', '127.0.0.1 15001'), event('127.0.0.1 15001', '127.0.0.1 40000')];
  for (const [first, second] of [[there, back], [back, there]] as const) {
    const flows = asked();
    expect(flows.take(first, ownerOf('proxy'))).toBeUndefined();
    expect(flows.take(second, ownerOf('app'))).toMatchObject({ out: false });
    const others = asked();
    expect(others.take(first, ownerOf('proxy'))).toBeUndefined();
    expect(others.take(second, ownerOf('proxy'))).toMatchObject({ out: true, flows: [{ local: '127.0.0.1' }] });
  }
});
