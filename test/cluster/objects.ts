/** Objects of a small application, in the order they are made; owners are named by the uid the server gave. */

type Make = (uids: ReadonlyMap<string, string>) => object;

const meta = (name: string, more: object = {}): object => ({ name, namespace: 'production', ...more });
const container = { name: 'web', image: 'example.com/web:1', ports: [{ name: 'http', containerPort: 8080 }] };
const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } };
const selector = { matchLabels: { app: 'web' } };

function pod(name: string, ip: string, ready: boolean, more: object): object {
  return {
    apiVersion: 'v1', kind: 'Pod', metadata: meta(name, more), spec: { nodeName: 'worker-1', containers: [container] },
    status: {
      phase: 'Running', podIP: ip, podIPs: [{ ip }],
      containerStatuses: [{ name: 'web', image: 'web', imageID: '', ready, restartCount: 0, state: { running: { startedAt: '2026-01-01T00:00:00Z' } } }],
    },
  };
}

const owned = (apiVersion: string, kind: string, name: string, uids: ReadonlyMap<string, string>): object => ({
  ownerReferences: [{ apiVersion, kind, name, uid: uids.get(`${kind}/${name}`) ?? 'unknown', controller: true }],
});

export const objects: readonly Make[] = [
  () => ({
    apiVersion: 'v1', kind: 'Node', metadata: { name: 'worker-1' },
    status: { addresses: [{ type: 'Hostname', address: 'worker-1' }, { type: 'InternalIP', address: '10.9.0.1' }], conditions: [{ type: 'Ready', status: 'True' }] },
  }),
  () => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: meta('web'), spec: { replicas: 2, selector, template } }),
  (uids) => ({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: meta('web-6d9', owned('apps/v1', 'Deployment', 'web', uids)), spec: { replicas: 2, selector, template } }),
  (uids) => pod('web-1', '10.244.1.5', true, { labels: { app: 'web' }, ...owned('apps/v1', 'ReplicaSet', 'web-6d9', uids) }),
  (uids) => pod('web-2', '10.244.1.6', false, { labels: { app: 'web' }, ...owned('apps/v1', 'ReplicaSet', 'web-6d9', uids) }),
  () => pod('lonely', '10.244.1.7', true, { labels: { app: 'other' } }),
  () => ({ apiVersion: 'v1', kind: 'Service', metadata: meta('web'), spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] } }),
  () => ({ apiVersion: 'v1', kind: 'Service', metadata: meta('orphan'), spec: { selector: { app: 'web', version: 'v2' }, ports: [{ port: 80 }] } }),
  () => ({
    apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: meta('web-x', { labels: { 'kubernetes.io/service-name': 'web' } }),
    addressType: 'IPv4', ports: [{ port: 8080, protocol: 'TCP' }],
    endpoints: [
      { addresses: ['10.244.1.5'], conditions: { ready: true }, nodeName: 'worker-1', targetRef: { kind: 'Pod', name: 'web-1', namespace: 'production' } },
      { addresses: ['10.244.1.6'], conditions: { ready: false }, nodeName: 'worker-1', targetRef: { kind: 'Pod', name: 'web-2', namespace: 'production' } },
      // As one that is written by hand may be.
      { addresses: ['10.244.1.7'] },
    ],
  }),
  () => ({
    apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: meta('guard'),
    spec: { podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }, { key: 'tier', operator: 'NotIn', values: ['none'] }] }, policyTypes: ['Ingress'] },
  }),
  () => ({
    apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: meta('edge'),
    spec: { rules: [{ host: 'app.example.com', http: { paths: [{ path: '/api', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }] } }] },
  }),
];
