/** Limits the CRDs of the cluster-scoped kinds state (network-policy-api v0.1.7 and v0.2.0, standard channel). */
import { expect, test } from 'vitest';
import { lintText } from '../../src/policy/lint.ts';

type Yaml = Readonly<Record<string, unknown>>;

function adminPolicy(spec: Yaml, name = 'p'): Yaml {
  return { apiVersion: 'policy.networking.k8s.io/v1alpha1', kind: 'AdminNetworkPolicy', metadata: { name }, spec: { priority: 5, subject: { namespaces: {} }, ...spec } };
}

function clusterPolicy(spec: Yaml): Yaml {
  return { apiVersion: 'policy.networking.k8s.io/v1alpha2', kind: 'ClusterNetworkPolicy', metadata: { name: 'p' }, spec: { tier: 'Admin', priority: 5, subject: { namespaces: {} }, ...spec } };
}

const from = [{ namespaces: {} }];
const to = [{ networks: ['10.0.0.0/8'] }];
const cases: readonly (readonly [string, Yaml, readonly string[]])[] = [
  ['a whole one', adminPolicy({ ingress: [{ name: 'a', action: 'Pass', from, ports: [{ portNumber: { protocol: 'TCP', port: 80 } }] }], egress: [{ action: 'Deny', to }] }), []],
  ['priority beyond 1000', adminPolicy({ priority: 1001 }), ['spec.priority']],
  ['priority missing', adminPolicy({ priority: null }), ['spec.priority']],
  ['no subject', adminPolicy({ subject: null }), ['spec.subject']],
  ['two subjects', adminPolicy({ subject: { namespaces: {}, pods: { namespaceSelector: {}, podSelector: {} } } }), ['spec.subject']],
  ['a rule without peers', adminPolicy({ ingress: [{ action: 'Allow', from: [] }] }), ['spec.ingress[0].from']],
  ['an action of the other API', adminPolicy({ ingress: [{ action: 'Accept', from }] }), ['spec.ingress[0].action']],
  ['a peer of two kinds', adminPolicy({ egress: [{ action: 'Allow', to: [{ namespaces: {}, networks: ['10.0.0.0/8'] }] }] }), ['spec.egress[0].to[0]']],
  ['networks for ingress', adminPolicy({ ingress: [{ action: 'Allow', from: [{ networks: ['10.0.0.0/8'] }] }] }), ['spec.ingress[0].from[0]', 'spec.ingress[0].from[0].networks']],
  ['a network that is none', adminPolicy({ egress: [{ action: 'Allow', to: [{ networks: ['10.0.0.0'] }] }] }), ['spec.egress[0].to[0].networks[0]']],
  ['too many rules', adminPolicy({ ingress: Array.from({ length: 101 }, () => ({ action: 'Allow', from })) }), ['spec.ingress']],
  ['an unknown field', adminPolicy({ ingres: [] }), ['spec.ingres']],
  ['a namespace', { ...adminPolicy({}), metadata: { name: 'p', namespace: 'a' } }, ['metadata.namespace']],
  ['another baseline', { ...adminPolicy({}, 'mine'), kind: 'BaselineAdminNetworkPolicy', spec: { subject: { namespaces: {} } } }, ['metadata.name']],
  ['a baseline that passes', { ...adminPolicy({}, 'default'), kind: 'BaselineAdminNetworkPolicy', spec: { subject: { namespaces: {} }, ingress: [{ action: 'Pass', from }] } }, ['spec.ingress[0].action']],
  ['a cluster policy', clusterPolicy({ egress: [{ action: 'Accept', to, protocols: [{ tcp: { destinationPort: { number: 80 } } }, { udp: {} }] }] }), []],
  ['no tier', clusterPolicy({ tier: null }), ['spec.tier']],
  ['more than 25 rules', clusterPolicy({ ingress: Array.from({ length: 26 }, () => ({ action: 'Accept', from })) }), ['spec.ingress']],
  ['an empty range', clusterPolicy({ egress: [{ action: 'Accept', to, protocols: [{ tcp: { destinationPort: { range: { start: 80, end: 80 } } } }] }] }), ['spec.egress[0].protocols[0].tcp.destinationPort.range']],
  ['the ports of the older API', clusterPolicy({ egress: [{ action: 'Accept', to, ports: [{ portNumber: { protocol: 'TCP', port: 80 } }] }] }), ['spec.egress[0].ports']],
  ['pods without namespaceSelector', clusterPolicy({ subject: { pods: { podSelector: {} } } }), []],
  ['pods without namespaceSelector, older API', adminPolicy({ subject: { pods: { podSelector: {} } } }), ['spec.subject.pods.namespaceSelector']],
];

test.each(cases)('%s', (_, document, fields) => {
  const [result] = lintText(JSON.stringify(document));
  expect([...new Set(result?.errors.map(({ field }) => field))].sort()).toEqual([...fields].sort());
  expect(result?.accepted).toBe(fields.length === 0);
});
