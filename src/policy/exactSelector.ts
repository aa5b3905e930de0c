/** The smallest label selector that means one pod (and its like-labelled replicas) and no other of its namespace. */
import { sameLabels } from './same.ts';
import type { Labels, Pod } from './types.ts';

/** A LabelSelector as it is written into a policy. */
export interface SelectorDocument {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: 'DoesNotExist' }[];
}

/** Labels that change with every rollout or name one replica: used only where nothing else tells pods apart. */
const VOLATILE = new Set([
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/controller-uid',
  'controller-uid',
]);

/** Labels people choose selectors by, best first. */
const PREFERRED = ['app.kubernetes.io/name', 'app.kubernetes.io/component', 'app', 'component', 'k8s-app', 'tier', 'role'];

function rank(key: string, wished: readonly string[]): number {
  if (wished.includes(key)) return -1;
  if (VOLATILE.has(key)) return 100;
  const at = PREFERRED.indexOf(key);
  return at < 0 ? 50 : at;
}

function has(labels: Labels, key: string, value: string): boolean {
  return Object.hasOwn(labels, key) && labels[key] === value;
}

/** Adds DoesNotExist terms until none of the others is left: they carry all of the pod's labels and more. */
function excluding(pod: Pod, others: readonly Pod[]): string[] {
  const keys: string[] = [];
  let left = others;
  while (left.length > 0) {
    const counts = new Map<string, number>();
    for (const other of left) {
      for (const key of Object.keys(other.labels)) {
        if (!Object.hasOwn(pod.labels, key)) counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
    const best = [...counts].sort((a, b) => b[1] - a[1] || rank(a[0], []) - rank(b[0], []) || (a[0] < b[0] ? -1 : 1))[0];
    if (best === undefined) break;
    keys.push(best[0]);
    left = left.filter((other) => !Object.hasOwn(other.labels, best[0]));
  }
  return keys;
}

/**
 * A selector for `pod` among `pods` (all of the cluster; only its namespace counts, hostNetwork pods do not).
 * One label where one is enough, else two, else all of them, else with keys that must be absent.
 * `wished` keys are taken first where they serve.
 */
export function exactSelector(pod: Pod, pods: readonly Pod[], wished: readonly string[] = []): SelectorDocument {
  const others = pods.filter((other) => other.ns === pod.ns && !other.hostNetwork && !sameLabels(other.labels, pod.labels));
  const entries = Object.entries(pod.labels).sort(([a], [b]) => rank(a, wished) - rank(b, wished) || (a < b ? -1 : 1));
  const confused = (chosen: readonly (readonly [string, string])[]): Pod[] =>
    others.filter((other) => chosen.every(([key, value]) => has(other.labels, key, value)));
  for (const entry of entries) if (confused([entry]).length === 0) return { matchLabels: Object.fromEntries([entry]) };
  for (const [at, first] of entries.entries()) {
    for (const second of entries.slice(at + 1)) {
      if (confused([first, second]).length === 0) return { matchLabels: Object.fromEntries([first, second]) };
    }
  }
  const rest = confused(entries);
  const lasting = entries.filter(([key]) => !VOLATILE.has(key));
  const kept = confused(lasting).length === rest.length ? lasting : entries;
  const absent = excluding(pod, rest);
  return {
    ...(kept.length > 0 ? { matchLabels: Object.fromEntries(kept) } : {}),
    ...(absent.length > 0
      ? { matchExpressions: absent.map((key) => ({ key, operator: 'DoesNotExist' as const })) }
      : {}),
  };
}
