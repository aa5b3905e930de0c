/** Rules that another rule of the same policy covers, and pods no policy isolates: found by classes of pods. */
import { classify, vocabularyOf, type Classes } from './classes.ts';
import type { ClusterIndex } from './endpoint.ts';
import type { Policy, Rule } from './model.ts';
import { PortSets } from './portSets.ts';
import { RuleTable, type ClassList } from './ruleTable.ts';
import type { Direction, Pod } from './types.ts';

export interface CoveredRule {
  readonly policy: Policy;
  readonly rule: Rule;
  readonly by: Rule;
}

/** Policies and a cluster sorted into classes: what findings are worked out from. */
export interface Survey {
  readonly cluster: ClusterIndex;
  readonly policies: readonly Policy[];
  readonly classes: Classes;
  readonly sets: PortSets;
  readonly table: RuleTable;
}

export function surveyOf(cluster: ClusterIndex, policies: readonly Policy[]): Survey {
  const classes = classify(cluster, vocabularyOf(policies));
  const sets = new PortSets(classes.atoms);
  return { cluster, policies, classes, sets, table: new RuleTable(cluster, classes, sets) };
}

/** The pods of a list of classes. */
export function podsOf({ cluster, classes }: Survey, list: ClassList): readonly Pod[] {
  const pods: Pod[] = [];
  for (const id of list) {
    for (const at of classes.all[id]?.pods ?? []) {
      const pod = cluster.podEndpoints[at]?.pod;
      if (pod !== undefined) pods.push(pod);
    }
  }
  return pods;
}

const DIRECTIONS: readonly Direction[] = ['ingress', 'egress'];

function isSubset(inner: ClassList | undefined, outer: ClassList | undefined): boolean {
  if (outer === undefined) return true;
  if (inner === undefined) return false;
  const set = new Set(outer);
  return inner.every((id) => set.has(id));
}

/** Whether every port of `inner` is one of `outer`, whatever the destination declares. */
function portsWithin(inner: number | Int32Array, outer: number | Int32Array, sets: PortSets, signatures: number): boolean {
  for (let signature = 0; signature < signatures; signature++) {
    const a = typeof inner === 'number' ? inner : (inner[signature] ?? 0);
    const b = typeof outer === 'number' ? outer : (outer[signature] ?? 0);
    if (sets.difference(a, b) !== 0) return false;
  }
  return true;
}

/**
 * Rules that could be left out. In a NetworkPolicy any other rule may cover one (of two equal ones the later is
 * reported); in ordered policies only an earlier one does. Rules that match nothing are not reported here.
 */
export function coveredRules({ policies, classes, sets, table }: Survey): readonly CoveredRule[] {
  const found: CoveredRule[] = [];
  const covers = (outer: Rule, inner: Rule): boolean =>
    isSubset(table.peers(inner), table.peers(outer)) && portsWithin(table.portsOf(inner), table.portsOf(outer), sets, classes.namedPorts.length);
  for (const policy of policies) {
    for (const direction of DIRECTIONS) {
      const rules = policy[direction] ?? [];
      for (const [at, rule] of rules.entries()) {
        if (table.peers(rule)?.length === 0 || table.portsOf(rule) === 0) continue;
        const by = rules.find((other, place) => {
          if (place === at || !covers(other, rule)) return false;
          return place < at || (policy.tier === 'networkpolicy' && !covers(rule, other));
        });
        if (by !== undefined) found.push({ policy, rule, by });
      }
    }
  }
  return found;
}

/** Pods by namespace that no NetworkPolicy isolates for ingress; namespaces where all are isolated are left out. */
export function openPods({ cluster, policies, classes, table }: Survey): readonly { readonly namespace: string; readonly open: readonly Pod[]; readonly total: number }[] {
  const isolated = new Set<number>();
  for (const policy of policies) {
    if (policy.tier === 'networkpolicy' && policy.ingress !== undefined) for (const id of table.subjects(policy)) isolated.add(id);
  }
  const byNamespace = new Map<string, { readonly open: Pod[]; total: number }>();
  for (const [at, { pod }] of cluster.podEndpoints.entries()) {
    if (pod === undefined) continue;
    let entry = byNamespace.get(pod.ns);
    if (entry === undefined) {
      entry = { open: [], total: 0 };
      byNamespace.set(pod.ns, entry);
    }
    entry.total++;
    if (!isolated.has(classes.ofPod[at] ?? -1)) entry.open.push(pod);
  }
  return [...byNamespace].filter(([, { open }]) => open.length > 0).map(([namespace, { open, total }]) => ({ namespace, open, total }));
}
