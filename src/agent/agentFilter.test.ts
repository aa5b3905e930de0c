/** What `--ebpf-filter` leaves to the kernel, pod by pod; what it refuses, and why. */
import { expect, test } from 'vitest';
import { Refusal } from '../capture/captureTerms.ts';
import { AgentFilter } from './agentFilter.ts';
import { podOf } from './pods.ts';

const id = 'a'.repeat(64);
const pod = podOf({
  metadata: {
    name: 'nginx-7d9c8b5f4-abc12', namespace: 'production', uid: 'u1', labels: { app: 'nginx', 'app.kubernetes.io/name': 'web' },
    annotations: { secret: 'MARKER' }, ownerReferences: [{ kind: 'ReplicaSet', name: 'nginx-7d9c8b5f4', controller: true }],
  },
  spec: { nodeName: 'node1', containers: [{ name: 'nginx', env: [{ name: 'PASSWORD', value: 'MARKER' }], args: ['MARKER'] }] },
  status: { podIP: '10.244.1.5', podIPs: [{ ip: '10.244.1.5' }, { ip: 'fd00::5' }], containerStatuses: [{ name: 'nginx', containerID: `containerd://${id}` }] },
});
const facts = { pod, services: ['web', 'web-internal'], deployment: 'nginx' };

test.each([
  ['', ''],
  ['k8s.pod.name == nginx-7d9c8b5f4-abc12', ''],
  ['ebpf.k8s.pod == "nginx-7d9c8b5f4-abc12"', ''],
  ['k8s.pod.name == other', undefined],
  ['k8s.pod.name != other', ''],
  ['k8s.pod.name contains 7d9c', ''],
  ['k8s.namespace in {staging, production}', ''],
  ['k8s.node.name == node2', undefined],
  ['k8s.service.name == web-internal', ''],
  ['k8s.service.name != web', undefined],
  ['k8s.container.name == nginx and k8s.deployment == nginx', ''],
  ['k8s.label["app.kubernetes.io/name"] == "web"', ''],
  ['k8s.label["tier"]', undefined],
  ['k8s.label == "app=nginx"', ''],
  ['k8s.namespace == production and tcp.port == 80', 'tcp port 80'],
  ['k8s.namespace == staging or tcp.port == 80', 'tcp port 80'],
  ['k8s.namespace == production or tcp.port == 80', ''],
  ['not k8s.namespace == staging and (tcp.port == 80 or udp)', '(tcp port 80 or udp)'],
  ['!(k8s.namespace == production && tcp.port == 80)', 'not (tcp port 80)'],
  ['k8s.namespace == production and k8s.pod.name == other and udp', undefined],
] as const)('%s', (text, filter) => {
  expect(new AgentFilter(text).of(facts)).toBe(filter);
});

test.each([
  ['k8s.src.pod.name == a', 'k8s.pod.name'], ['ebpf.process.pid == 7', 'reading'], ['k8s.pod.nmae == a', 'k8s.pod.name'],
  ['http.request', 'cannot be decided'], ['k8s.pod.name == ', 'value'], ['k8s.pod.name in {a', 'value'], ['k8s.pod.name matches "x"', 'matches'],
  ['k8s.pod.name["a"] == b', 'keys'], ['k8s.namespace == a b', 'not expected'], ['k8s.toString', 'cannot be decided'],
])('%s is refused, and the reason says %s', (text, reason) => {
  expect(() => new AgentFilter(text)).toThrow(Refusal);
  expect(() => new AgentFilter(text)).toThrow(reason);
});

test.each([
  ['k8s.service.name == db or ip.addr == 10.96.0.9', true],
  ['k8s.service.name == db or ip.addr == 10.96.0.9 or ipv6.addr == fd00::9', true],
  ['(k8s.namespace == staging and k8s.service.name == db) or ip.dst == 10.96.0.9', true],
  ['(k8s.service.name == db or ip.addr == 10.96.0.9) and (tcp.port == 80 or udp)', true],
  ['not k8s.namespace == kube-system and (k8s.service.name == db or ip.addr == 10.96.0.9)', true],
  // Behind the Service, or chosen by its own name.
  ['k8s.service.name == web or ip.addr == 10.96.0.9', false],
  ['k8s.pod.name == nginx-7d9c8b5f4-abc12 and ip.addr == 10.96.0.9', false],
  // Other packets pass too.
  ['k8s.service.name == db or ip.addr == 10.96.0.9 or udp.port == 53', false],
  ['k8s.service.name == db or ip.addr == 10.96.0.0/16', false],
  ['k8s.service.name == db or ip.addr != 10.96.0.9', false],
  ['not ip.addr == 10.96.0.9', false],
  ['', false],
  // An address of its own, however it is written, and one of every pod: on lo as well.
  ['k8s.service.name == db or ip.addr == 10.244.1.5', false],
  ['k8s.service.name == db or ipv6.addr == fd00:0:0::0005', false],
  ['k8s.service.name == db or ip.addr == 127.0.0.1', false],
  ['k8s.service.name == db', false],
] as const)('%s: a bystander %s', (text, expected) => {
  expect(new AgentFilter(text).isBystander(facts)).toBe(expected);
});

test('a pod whose addresses are not known yet is no bystander', () => {
  const filter = new AgentFilter('k8s.service.name == db or ip.addr == 10.96.0.9');
  expect(filter.isBystander({ ...facts, pod: { ...pod, addresses: [] } })).toBe(false);
});

test('names asked for are known, denied ones are not asked for', () => {
  expect(new AgentFilter('k8s.pod.name in {a, b} or not k8s.pod.name == c').podNames).toEqual(['a', 'b']);
});

test('of a pod only what is on the list is kept', () => {
  expect(JSON.stringify(pod)).not.toContain('MARKER');
  expect(pod).toMatchObject({ addresses: ['10.244.1.5', 'fd00::5'], containers: [{ name: 'nginx', id }], owner: { kind: 'ReplicaSet', name: 'nginx-7d9c8b5f4' } });
});
