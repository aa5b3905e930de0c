import { expect, it } from 'vitest';
import { agentFilterFault } from '../../capture/agentFields.ts';
import type { ClusterView } from '../../cluster/clusterView.ts';
import { captureTarget } from './captureTarget.ts';
import type { ObjectRef, TreeNode } from './node.ts';
import { NoTarget } from './noTarget.ts';

const objects: Readonly<Record<string, object>> = {
  'services/web': { spec: { clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7', 'fd00::7'], selector: { app: 'web' } } },
  'services/headless': { spec: { clusterIP: 'None', clusterIPs: ['None'], selector: { app: 'web' } } },
  'ingresses/edge': { spec: { rules: [{ http: { paths: [{ path: '/', backend: { service: { name: 'web', port: { number: 80 } } } }, { path: '/api', backend: { service: { name: 'api', port: { name: 'http' } } } }, { path: '/b', backend: { service: { name: 'web', port: { number: 80 } } } }] } }] } },
  'ingresses/empty': { spec: { rules: [] } },
  'networkPolicies/guard': { spec: { podSelector: { matchLabels: { 'app.kubernetes.io/name': 'web' }, matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['a', 'b'] }, { key: 'x', operator: 'Exists' }, { key: 'y', operator: 'DoesNotExist' }] } } },
  'networkPolicies/all': { spec: { podSelector: {} } },
};
let everywhere = false;
const view = {
  may: () => Promise.resolve(everywhere),
  read: (resource: string, namespace: string, name: string) => {
    const found = objects[`${resource}/${name}`];
    return found === undefined ? Promise.reject(new Error(`The cluster answered 404 to ${name}.`)) : Promise.resolve({ metadata: { name, namespace, uid: 'u' }, ...found });
  },
} as unknown as ClusterView;

async function target(resource: ObjectRef['resource'], name: string, more: Partial<TreeNode> = {}) {
  const ref: ObjectRef = { context: 'c', resource, namespace: resource === 'namespaces' || resource === 'nodes' ? '' : 'production', name };
  const made = await captureTarget({ id: 'i', label: name, icon: '', menu: '', context: 'c', ref, ...more }, view);
  // What is made up here has to be what agents take.
  expect(agentFilterFault(made.filter)).toBe('');
  return made;
}

it.each([
  ['pods', 'web-1', 'k8s.pod.name == web-1', 'pod production/web-1'],
  ['deployments', 'web', 'k8s.deployment == web', 'deployment production/web'],
  ['statefulSets', 'db', 'k8s.workload == "StatefulSet/db"', 'stateful set production/db'],
  ['services', 'web', 'k8s.service.name == web or ip.addr == 10.96.0.7 or ipv6.addr == fd00::7', 'service production/web'],
  ['services', 'headless', 'k8s.service.name == headless', 'service production/headless'],
  ['ingresses', 'edge', 'k8s.service.name == web or k8s.service.name == api', 'ingress production/edge'],
  ['networkPolicies', 'guard', 'k8s.label["app.kubernetes.io/name"] in {"web"} and not (k8s.label["tier"] in {"a", "b"}) and k8s.label["x"] and not k8s.label["y"]', 'policy production/guard'],
  ['networkPolicies', 'all', '', 'policy production/all'],
] as const)('%s %s', async (resource, name, filter, label) => {
  expect(await target(resource, name)).toEqual({ context: 'c', namespace: 'production', filter, label, stem: `production_${name}` });
});

it('a Service is met at pods of every namespace by who may capture everywhere', async () => {
  everywhere = true;
  try {
    const filter = 'k8s.namespace == production and k8s.service.name == web or ip.addr == 10.96.0.7 or ipv6.addr == fd00::7';
    expect(await target('services', 'web')).toEqual({ context: 'c', filter, label: 'service production/web', stem: 'production_web' });
    // Without an address there is nothing to meet elsewhere.
    expect(await target('services', 'headless')).toMatchObject({ namespace: 'production', filter: 'k8s.service.name == headless' });
    expect(await target('ingresses', 'edge')).toMatchObject({ namespace: 'production' });
  } finally {
    everywhere = false;
  }
});

it('a namespace is held to by the agents, a node has pods of all', async () => {
  expect(await target('namespaces', 'production')).toEqual({ context: 'c', namespace: 'production', filter: '', label: 'namespace production', stem: 'production' });
  expect(await target('nodes', 'worker-1')).toEqual({ context: 'c', filter: 'k8s.node.name == worker-1', label: 'node worker-1', stem: 'worker-1' });
});

it('a container is one of its pod', async () => {
  const pod: ObjectRef = { context: 'c', resource: 'pods', namespace: 'production', name: 'web-1' };
  expect(await captureTarget({ id: 'i', label: 'envoy', icon: '', menu: 'container', context: 'c', pod }, view)).toEqual({
    context: 'c', namespace: 'production', filter: 'k8s.pod.name == web-1 and k8s.container.name == envoy', label: 'container envoy of pod production/web-1', stem: 'production_web-1_envoy',
  });
});

it('says what cannot be captured', async () => {
  await expect(target('ingresses', 'empty')).rejects.toThrow(NoTarget);
  await expect(target('services', 'gone')).rejects.toThrow('404');
  await expect(captureTarget({ id: 'i', label: 'Captures', icon: '', menu: 'captures', context: '' }, view)).rejects.toThrow(NoTarget);
});
