/** What is offered at the end of a capture's filter; that it can be taken is the word of the agents' own reader. */
import { expect, test } from 'vitest';
import { namespaceObject, nodeObject, podObject, replicatedObject, serviceObject } from '../cluster/objects.ts';
import { agentFilterFault } from './agentFields.ts';
import { clusterTerms } from './clusterTerms.ts';
import { suggestTerms } from './filterSuggestions.ts';

const pod = (name: string, ip: string, labels: Record<string, string>): ReturnType<typeof podObject> => podObject({
  metadata: { uid: `uid-${name}`, name, namespace: 'production', labels, ownerReferences: [{ controller: true, kind: 'ReplicaSet', name: 'web-6d9c', uid: 'r' }] },
  spec: { nodeName: 'node1', containers: [{ name: 'nginx' }] }, status: { podIP: ip },
});
const known = clusterTerms({
  pods: [pod('web-6d9c-x1', '10.244.1.5', { 'app': 'web', 'app.kubernetes.io/name': 'shop' }), pod('web-6d9c-x2', 'fd00::5', { 'app': 'web', 'bad\u202ekey': '$(x)' }), pod('db-0', '10.244.2.7', { app: 'db' })],
  services: [serviceObject({ metadata: { name: 'backend', namespace: 'production' }, spec: { clusterIP: '10.96.0.9', ports: [{ port: 80, targetPort: 8080 }, { port: 53, protocol: 'UDP' }] } })],
  deployments: [replicatedObject({ metadata: { name: 'web', namespace: 'production' } })],
  namespaces: [namespaceObject({ metadata: { name: 'production' } })],
  nodes: [nodeObject({ metadata: { name: 'node1' }, status: { addresses: [{ type: 'InternalIP', address: '192.168.0.11' }] } })],
});
const labels = (text: string): readonly string[] => suggestTerms(text, known).map(({ label }) => label);

test.each([
  ['k8s.pod.name == ', ['db-0', 'web-6d9c-x1', 'web-6d9c-x2']],
  ['k8s.pod.name == web', ['web-6d9c-x1', 'web-6d9c-x2', 'and', 'or']],
  ['k8s.pod.name == "web', ['web-6d9c-x1', 'web-6d9c-x2']],
  ['k8s.pod.name == x2', ['web-6d9c-x2', 'and', 'or']],
  ['k8s.pod.name in {db-0, web', ['web-6d9c-x1', 'web-6d9c-x2', '}']],
  ['tcp and k8s.namespace !=', ['production']],
  ['k8s.service.name == ', ['backend']],
  ['k8s.node.name == ', ['node1']],
  ['k8s.deployment == ', ['web']],
  ['k8s.workload == ', ['ReplicaSet/web-6d9c']],
  ['k8s.container.name == ', ['nginx']],
  ['k8s.label[', ['k8s.label["app"]', 'k8s.label["app.kubernetes.io/name"]']],
  ['k8s.label["app"] == ', ['db', 'web']],
  ['k8s.label contains ', ['"app.kubernetes.io/name=shop"', '"app=db"', '"app=web"']],
  ['k8s.pod.ip == ', ['10.244.1.5', '10.244.2.7', '"fd00::5"']],
  ['ip.addr == 10.', ['10.244.1.5', '10.244.2.7', '10.96.0.9', 'and', 'or']],
  ['ipv6.src == ', ['fd00::5']],
  ['not (tcp.port == ', ['80', '8080']],
  ['udp.dstport == ', ['53']],
  ['tcp.port ', ['==', '!=']],
  ['tcp.port =', ['==', '!=']],
  ['k8s.pod.name ', ['==', '!=', 'in {', 'contains', 'and', 'or']],
  ['k8s.pod.name in ', ['{']],
  ['(tcp.port == 80 ', ['and', 'or', ')']],
  ['tcp.port == 80 a', ['and']],
  ['tcp udp ', []], ['http.request ', []], ['tcp.port == 80 k8s.label["a ', []],
])('%s offers what can follow', (text, expected) => {
  expect(labels(text)).toEqual(expected);
});

test('a term is found by its beginning first, then by a part of it', () => {
  expect(labels('k8s.po')).toEqual(['k8s.pod.name', 'k8s.pod.uid', 'k8s.pod.ip', 'ebpf.k8s.pod']);
  expect(labels('tcp and srcp')).toEqual(['tcp.srcport', 'udp.srcport']);
  expect(labels('tcp').slice(0, 5)).toEqual(['tcp.port', 'tcp.srcport', 'tcp.dstport', 'and', 'or']);
  expect(labels('').length).toBeGreaterThan(20);
});

test('by choosing alone one comes to filters that the agents take, and every value is one they take', () => {
  const choose = (text: string, ...choices: readonly string[]): string => choices.reduce((now, choice) => {
    const found = suggestTerms(now, known).find(({ label }) => label === choice);
    if (found === undefined) throw new Error(`${choice} is not offered after "${now}": ${labels(now).join(' ')}`);
    return found.filter;
  }, text);
  const whole = choose('', 'not', 'k8s.label["app.kubernetes.io/name"]', '==', 'shop', 'and', 'k8s.pod.name', 'in {', 'db-0', 'web-6d9c-x1', '}', 'or', 'tcp.port', '!=', '8080');
  expect(whole.trim()).toBe('not k8s.label["app.kubernetes.io/name"] == shop and k8s.pod.name in { db-0 web-6d9c-x1 } or tcp.port != 8080');
  expect(agentFilterFault(whole)).toBe('');
  const fields = suggestTerms('', known).map(({ label }) => label).filter((label) => label.includes('.'));
  const filters = fields.flatMap((field) => suggestTerms(`${field} == `, known).map(({ filter }) => filter));
  expect(filters.length).toBeGreaterThan(40);
  expect(filters.map(agentFilterFault)).toEqual(filters.map(() => ''));
});

test('names that no Kubernetes object can have are not offered', () => {
  expect(labels('k8s.label[').join(' ')).not.toContain('bad');
  expect(labels('k8s.label == ').join(' ')).not.toContain('$(x)');
});
