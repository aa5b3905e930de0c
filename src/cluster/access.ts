/** What the user of a context may do: the API server is asked, by SelfSubjectAccessReview. */
import type { ApiClient } from './apiClient.ts';

/** One thing to do: `create` `pods/exec` in a namespace. */
export interface Right {
  readonly verb: string;
  /** '' is the core group. */
  readonly group: string;
  /** Plural; a subresource after a slash: `pods/exec`. */
  readonly resource: string;
  /** '' for objects of the cluster. */
  readonly namespace: string;
}

export interface Access extends Right {
  readonly allowed: boolean;
  /** The API server's own reason, where it gives one. */
  readonly reason: string;
}

interface Review {
  readonly status?: { readonly allowed?: unknown; readonly reason?: unknown };
}

/** `create pods/exec in namespace monitoring`. */
export function rightText({ verb, group, resource, namespace }: Right): string {
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}${namespace === '' ? '' : ` in namespace ${namespace}`}`;
}

/** `get and create pods/exec in namespace monitoring; patch …`: rights with the verbs of the same thing together. */
export function rightsText(rights: readonly Right[]): string {
  const verbs = new Map<string, string[]>();
  for (const right of rights) {
    const rest = rightText({ ...right, verb: '' }).trim();
    verbs.set(rest, [...(verbs.get(rest) ?? []), right.verb]);
  }
  return [...verbs].map(([rest, all]) => `${all.join(' and ')} ${rest}`).join('; ');
}

/** Asks for each right, in order. Throws ClusterError where the server cannot be asked. */
export async function reviewAccess(client: ApiClient, rights: readonly Right[]): Promise<readonly Access[]> {
  return Promise.all(rights.map(async (right): Promise<Access> => {
    const [resource = '', subresource = ''] = right.resource.split('/');
    const answer = (await client.write({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: {
        apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { verb: right.verb, group: right.group, resource, subresource, namespace: right.namespace } },
      },
    })) as Review;
    return { ...right, allowed: answer.status?.allowed === true, reason: typeof answer.status?.reason === 'string' ? answer.status.reason : '' };
  }));
}
