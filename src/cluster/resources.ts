/** The kinds the cluster tree watches: where the API has them, and how they are kept. */
import {
  daemonSetObject, endpointSliceObject, ingressObject, jobObject, namespaceObject, networkPolicyObject, nodeObject, podObject, replicatedObject, serviceObject,
} from './objects.ts';

interface Resource<T> {
  readonly kind: string;
  /** Before `/namespaces/NS/` in its path. */
  readonly group: string;
  readonly plural: string;
  readonly convert: (from: unknown) => T;
}

const resource = <T>(kind: string, group: string, plural: string, convert: (from: unknown) => T): Resource<T> => ({ kind, group, plural, convert });

export const resources = {
  namespaces: resource('Namespace', '/api/v1', 'namespaces', namespaceObject),
  nodes: resource('Node', '/api/v1', 'nodes', nodeObject),
  pods: resource('Pod', '/api/v1', 'pods', podObject),
  services: resource('Service', '/api/v1', 'services', serviceObject),
  endpointSlices: resource('EndpointSlice', '/apis/discovery.k8s.io/v1', 'endpointslices', endpointSliceObject),
  deployments: resource('Deployment', '/apis/apps/v1', 'deployments', replicatedObject),
  replicaSets: resource('ReplicaSet', '/apis/apps/v1', 'replicasets', replicatedObject),
  statefulSets: resource('StatefulSet', '/apis/apps/v1', 'statefulsets', replicatedObject),
  daemonSets: resource('DaemonSet', '/apis/apps/v1', 'daemonsets', daemonSetObject),
  jobs: resource('Job', '/apis/batch/v1', 'jobs', jobObject),
  ingresses: resource('Ingress', '/apis/networking.k8s.io/v1', 'ingresses', ingressObject),
  networkPolicies: resource('NetworkPolicy', '/apis/networking.k8s.io/v1', 'networkpolicies', networkPolicyObject),
} as const;

export type ResourceName = keyof typeof resources;
export type ObjectOf<R extends ResourceName> = ReturnType<(typeof resources)[R]['convert']>;

/** Path of a list, or of one object of it; '' names no namespace. */
export function apiPath(name: ResourceName, namespace: string, object = ''): string {
  const { group, plural } = resources[name];
  const scope = namespace === '' ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${group}${scope}/${plural}${object === '' ? '' : `/${encodeURIComponent(object)}`}`;
}
