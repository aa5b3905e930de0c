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

const listed = (words: readonly string[]): string => (words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`);

/** Sorts things into groups of the same key, in the order they come. */
function grouped<T>(things: readonly T[], keyOf: (thing: T) => string): readonly (readonly [string, readonly T[]])[] {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const group = groups.get(keyOf(thing));
    if (group === undefined) groups.set(keyOf(thing), [thing]);
    else group.push(thing);
  }
  return [...groups];
}

/** `list pods and create pods/exec`: what is to be done alike, to things in one place, is told once. */
export function rightsText(rights: readonly Right[]): string {
  return grouped(rights, ({ namespace }) => namespace).map(([namespace, here]) => {
    const things = grouped(here, ({ resource, group }) => `${resource}${group === '' ? '' : `.${group}`}`).map(([name, all]) => ({ name, verbs: listed(all.map(({ verb }) => verb)) }));
    const text = grouped(things, ({ verbs }) => verbs).map(([verbs, alike]) => `${verbs} ${listed(alike.map(({ name }) => name))}`).join(', ');
    return `${text}${namespace === '' ? '' : ` in namespace ${namespace}`}`;
  }).join('; ');
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
