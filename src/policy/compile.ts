/** From documents to policies in the common form; documents of other kinds are left out. */
import { compileAdminPolicy } from './compileAdminPolicy.ts';
import { compileNetworkPolicy } from './compileNetworkPolicy.ts';
import type { Policy } from './model.ts';
import { asString, get } from './read.ts';
import type { ObjectRef, PolicyDocument, PolicyKind } from './types.ts';

const ADMIN_GROUP = 'policy.networking.k8s.io';

/** Which policy kind a document is, by apiVersion and kind; undefined for everything else. */
export function policyKindOf(document: PolicyDocument): PolicyKind | undefined {
  const kind = get(document, 'kind');
  const group = (asString(get(document, 'apiVersion')) ?? '').split('/')[0];
  if (kind === 'NetworkPolicy') return group === 'networking.k8s.io' ? kind : undefined;
  if (kind === 'AdminNetworkPolicy' || kind === 'BaselineAdminNetworkPolicy' || kind === 'ClusterNetworkPolicy') {
    return group === ADMIN_GROUP ? kind : undefined;
  }
  return undefined;
}

/** Names an object; a namespaced one without a namespace is in `default`. */
export function refOf(document: PolicyDocument): ObjectRef {
  const kind = asString(get(document, 'kind')) ?? '';
  const metadata = get(document, 'metadata');
  const namespace = asString(get(metadata, 'namespace')) ?? 'default';
  return {
    apiVersion: asString(get(document, 'apiVersion')) ?? '',
    kind,
    ...(kind === 'NetworkPolicy' ? { namespace: namespace === '' ? 'default' : namespace } : {}),
    name: asString(get(metadata, 'name')) ?? '',
  };
}

export function compilePolicy(document: PolicyDocument, position: number): Policy | undefined {
  const kind = policyKindOf(document);
  if (kind === undefined) return undefined;
  const ref = refOf(document);
  return kind === 'NetworkPolicy'
    ? compileNetworkPolicy(document, ref, position)
    : compileAdminPolicy(document, ref, kind, position);
}

/** Compiles every policy of a list; `position` is the place in that list. */
export function compilePolicies(documents: readonly PolicyDocument[]): readonly Policy[] {
  const policies: Policy[] = [];
  for (const [position, document] of documents.entries()) {
    const policy = compilePolicy(document, position);
    if (policy !== undefined) policies.push(policy);
  }
  return policies;
}

const TIER_ORDER = { admin: 0, networkpolicy: 1, baseline: 2 } as const;

/** The order in which policies are asked: tier, priority, then name (equal priorities: the API leaves it open). */
export function byPrecedence(a: Policy, b: Policy): number {
  return TIER_ORDER[a.tier] - TIER_ORDER[b.tier] || a.priority - b.priority || compareText(a.ref.name, b.ref.name);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
