/** The adapter against the contract that the Kubernetes extension publishes; the extension itself cannot be installed here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ApiBroker, ClusterExplorer, Configuration, ExplorerNode } from './contract.ts';
import { KubernetesExplorer } from './explorer.ts';

const here = { kubeconfig: '/home/dev/.kube/config:/home/dev/.kube/other', context: 'prod', namespace: '' };
const row = { of: 'its tree' };

interface Extension {
  readonly broker: ApiBroker;
  readonly contributed: unknown[];
}

/** What the contract promises: a row is known by identity, sources give contributors for a folder by its display name. */
function extension(node: ExplorerNode | undefined, versions: readonly string[] = ['clusterexplorer v1_1', 'configuration v1'], path = '/home/dev/.kube/config'): Extension {
  const contributed: unknown[] = [];
  const explorer: ClusterExplorer = {
    resolveCommandTarget: (target) => (target === row ? node : undefined),
    registerNodeContributor: (contributor) => { contributed.push(contributor); },
    nodeSources: { resourceFolder: (...names) => ({ at: (parent) => ({ names, parent }) }) },
  };
  const configuration: Configuration = { getKubeconfigPath: () => ({ isHostPath: true, path }) };
  const components: Readonly<Record<string, unknown>> = { clusterexplorer: explorer, configuration };
  return { contributed, broker: { get: (component, version) => (versions.includes(`${component} ${version}`) ? { available: true, api: components[component] } : { available: false, reason: 'version-unknown' }) } };
}
const resource = (manifestKind: string, namespace: string | null, name = 'web'): ExplorerNode => ({ nodeType: 'resource', name, namespace, resourceKind: { manifestKind, abbreviation: manifestKind.toLowerCase() } });
const resolved = (node: ExplorerNode | undefined, argument: unknown = row): unknown => KubernetesExplorer.connect(extension(node).broker)?.resolve(argument, here);

test.each([
  ['Pod', 'shop', { menu: 'pod', ref: { context: 'prod', resource: 'pods', namespace: 'shop', name: 'web' } }],
  ['Service', 'shop', { menu: 'service', ref: { context: 'prod', resource: 'services', namespace: 'shop', name: 'web' } }],
  ['Deployment', null, { menu: 'workload', ref: { context: 'prod', resource: 'deployments', namespace: 'default', name: 'web' } }],
  ['NetworkPolicy', 'shop', { menu: 'networkpolicy', ref: { context: 'prod', resource: 'networkPolicies', namespace: 'shop', name: 'web' } }],
  ['Node', null, { menu: 'node', ref: { context: 'prod', resource: 'nodes', namespace: '', name: 'web' } }],
])('a row of kind %s is a node that our actions understand', (kind, namespace, node) => {
  expect(resolved(resource(kind, namespace))).toMatchObject({ context: 'prod', label: 'web', ...node });
});

test('rows that are no resource, of another kind, or not of its tree are not acted upon', () => {
  expect(resolved({ nodeType: 'context' })).toBeUndefined();
  expect(resolved(resource('ConfigMap', 'shop'))).toBeUndefined();
  expect(resolved(resource('Pod', 'shop'), { of: 'another tree' })).toBeUndefined();
});

test('a tree of another kubeconfig is refused: the same names may be of another cluster', () => {
  const { broker } = extension(resource('Pod', 'shop'), undefined, '/elsewhere/config');
  expect(() => KubernetesExplorer.connect(broker)?.resolve(row, here)).toThrow(/^The Kubernetes extension shows \/elsewhere\/config, StratoShark .*: name one of them/);
  // Without that part of the contract nothing can be compared.
  expect(KubernetesExplorer.connect(extension(resource('Pod', 'shop'), ['clusterexplorer v1_1']).broker)?.resolve(row, here)).toBeDefined();
});

test('network policies get a folder below Network; an extension without this contract is left alone', () => {
  const { broker, contributed } = extension(undefined);
  KubernetesExplorer.connect(broker)?.contribute();
  expect(contributed).toEqual([{ names: ['Network Policy', 'Network Policies', 'NetworkPolicy', 'networkpolicy'], parent: 'Network' }]);
  expect(KubernetesExplorer.connect(extension(undefined, ['clusterexplorer v1']).broker)).toBeUndefined();
});

test('menus stand at the rows of kinds that are understood', () => {
  const { contributes } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as { readonly contributes: { readonly menus: Readonly<Record<string, readonly { readonly when: string }[]>> } };
  const conditions = (contributes.menus['view/item/context'] ?? []).map(({ when }) => when).filter((when) => when.includes('extension.vsKubernetesExplorer'));
  expect(conditions.length).toBeGreaterThan(0);
  for (const when of conditions) {
    const [, pattern = ''] = /viewItem =~ \/(.*)\/i$/.exec(when) ?? [];
    const form = new RegExp(pattern, 'i');
    // Its rows: `vsKubernetes.resource.pod`, with more behind where it watches them.
    expect(form.test('vsKubernetes.resource.node') || form.test('vsKubernetes.resource.networkpolicy')).toBe(true);
    expect(form.test('vsKubernetes.resource.configmap')).toBe(false);
    expect(form.test('vsKubernetes.resource.networkpolicyk8s-watchable') || form.test('vsKubernetes.resource.nodek8s-watchable')).toBe(true);
  }
});
