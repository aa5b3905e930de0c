/** Everything network policies are judged by, read from a cluster. */
import { ClusterError, type ApiClient } from './apiClient.ts';

interface Source {
  readonly what: string;
  readonly path: string;
  /** What is missing without it is said, and the rest is answered. */
  readonly optional: boolean;
}

const SOURCES: readonly Source[] = [
  { what: 'pods', path: '/api/v1/pods', optional: false },
  { what: 'namespaces', path: '/api/v1/namespaces', optional: false },
  { what: 'services', path: '/api/v1/services', optional: true },
  { what: 'nodes', path: '/api/v1/nodes', optional: true },
  { what: 'networkpolicies', path: '/apis/networking.k8s.io/v1/networkpolicies', optional: false },
  { what: 'adminnetworkpolicies', path: '/apis/policy.networking.k8s.io/v1alpha1/adminnetworkpolicies', optional: true },
  { what: 'baselineadminnetworkpolicies', path: '/apis/policy.networking.k8s.io/v1alpha1/baselineadminnetworkpolicies', optional: true },
  { what: 'clusternetworkpolicies', path: '/apis/policy.networking.k8s.io/v1alpha2/clusternetworkpolicies', optional: true },
];

export interface ClusterObjects {
  readonly objects: readonly unknown[];
  /** Sentences about what could not be read, and what that means. */
  readonly notes: readonly string[];
}

/** Pods that ended keep their labels but have no traffic any more. */
function isOver(object: unknown): boolean {
  const { kind, status } = object as { readonly kind?: unknown; readonly status?: { readonly phase?: unknown } };
  return kind === 'Pod' && (status?.phase === 'Succeeded' || status?.phase === 'Failed');
}

/** Throws a ClusterError where pods, namespaces or NetworkPolicies cannot be listed: no answer would be right. */
export async function readPolicyObjects(client: ApiClient): Promise<ClusterObjects> {
  const objects: unknown[] = [];
  const notes: string[] = [];
  for (const { what, path, optional } of SOURCES) {
    try {
      for (const object of await client.list(path)) if (!isOver(object)) objects.push(object);
    } catch (error) {
      if (!optional || !(error instanceof ClusterError) || (error.status !== 403 && error.status !== 404)) throw error;
      // A kind that is not installed has no objects: nothing is missing.
      if (error.status === 403) notes.push(`${what} are left out: ${error.message}`);
    }
  }
  return { objects, notes };
}
