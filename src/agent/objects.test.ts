import { expect, test } from 'vitest';
import { namespaceVersion, podVersion } from './objects.ts';
import { namespaceOf, podOf } from './pods.ts';

const created = '2026-03-01T12:00:00Z';
const since = BigInt(Date.parse(created)) * 1_000_000n;

test('ports that policies may name: of containers, and of init containers that go on running', () => {
  const pod = podOf({
    metadata: { name: 'web-1', namespace: 'shop', uid: 'u1', creationTimestamp: created, annotations: { secret: 'x' } },
    spec: {
      nodeName: 'worker-1',
      containers: [{ name: 'web', ports: [{ name: 'http', containerPort: 8080 }, { containerPort: 9090, protocol: 'UDP' }], env: [{ name: 'TOKEN', value: 'x' }] }, { name: 'side' }],
      initContainers: [{ name: 'proxy', restartPolicy: 'Always', ports: [{ name: 'admin', containerPort: 15000, protocol: 'TCP' }] }, { name: 'once', ports: [{ containerPort: 1 }] }],
    },
  });
  const version = podVersion({ pod, services: [], deployment: undefined });
  expect(version.ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }, { port: 9090, protocol: 'UDP' }, { name: 'admin', port: 15000, protocol: 'TCP' }]);
  expect(JSON.stringify(version, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).not.toMatch(/TOKEN|secret/);
});

test('a namespace is kept with its labels and nothing else', () => {
  expect(namespaceVersion(namespaceOf({ metadata: { name: 'shop', uid: 'u2', creationTimestamp: created, labels: { team: 'a' }, annotations: { note: 'x' } }, spec: { finalizers: ['kubernetes'] } })))
    .toEqual({ kind: 'Namespace', name: 'shop', uid: 'u2', labels: { team: 'a' }, from: since });
});
