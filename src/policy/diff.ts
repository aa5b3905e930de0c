/** What a change of policies opens and closes, between every two groups of pods. */
import type { ClusterIndex } from './endpoint.ts';
import type { PeerClass } from './classes.ts';
import type { Policy } from './model.ts';
import { NO_PORTS } from './portSets.ts';
import { Reachability } from './reach.ts';

/** A group of pods (or addresses) that policies treat alike. */
export interface Group {
  readonly kind: PeerClass['kind'];
  readonly text: string;
  readonly namespace?: string;
  readonly pods: readonly string[];
}

export interface Difference {
  readonly from: Group;
  readonly to: Group;
  /** Ports in words; absent where none. */
  readonly opens?: string;
  readonly closes?: string;
  /** Pairs of pods concerned; a group of addresses counts as one. */
  readonly pairs: number;
}

export interface PolicyDiff {
  readonly differences: readonly Difference[];
  /** Pairs of pods; nodes and addresses are only among the differences. */
  readonly pairsOpened: number;
  readonly pairsClosed: number;
}

/** Names of pods shown of a group: enough to find it again. */
const NAMES_SHOWN = 3;

function groupOf(one: PeerClass, cluster: ClusterIndex): Group {
  const names = one.pods.map((at) => cluster.podEndpoints[at]?.text ?? '');
  const { sample } = one;
  switch (one.kind) {
    case 'pod':
    case 'host': {
      const more = names.length > NAMES_SHOWN ? `, … ${names.length} pods` : '';
      const text = `${names.slice(0, NAMES_SHOWN).join(', ')}${more}`;
      return { kind: one.kind, text, pods: names, ...(sample.pod === undefined ? {} : { namespace: sample.pod.ns }) };
    }
    case 'node':
      return { kind: one.kind, text: sample.text, pods: [] };
    case 'address':
      return { kind: one.kind, text: `addresses like ${sample.text}`, pods: [] };
  }
}

/** Compares two sets of policies over the same cluster; most concerned pairs first. */
export function diffPolicies(cluster: ClusterIndex, before: readonly Policy[], after: readonly Policy[]): PolicyDiff {
  // Classes and atoms made for both sets together fit each of them: sets of ports are then comparable by number.
  const both = new Reachability(cluster, [...before, ...after]);
  const old = both.withPolicies(before);
  const now = both.withPolicies(after);
  const { classes, sets } = both;
  const count = classes.all.length;
  const was = old.matrix();
  const is = now.matrix();
  const groups = new Map<number, Group>();
  const group = (id: number, one: PeerClass): Group => {
    const found = groups.get(id) ?? groupOf(one, cluster);
    groups.set(id, found);
    return found;
  };
  const differences: Difference[] = [];
  let pairsOpened = 0;
  let pairsClosed = 0;
  for (const [from, sender] of classes.all.entries()) {
    for (const [to, receiver] of classes.all.entries()) {
      const a = was[from * count + to] ?? NO_PORTS;
      const b = is[from * count + to] ?? NO_PORTS;
      if (a === b) continue;
      const senders = Math.max(1, sender.pods.length);
      const pairs = from === to ? senders * (senders - 1) : senders * Math.max(1, receiver.pods.length);
      if (pairs === 0) continue;
      const opens = sets.difference(b, a);
      const closes = sets.difference(a, b);
      const ofPods = sender.pods.length > 0 && receiver.pods.length > 0;
      if (ofPods && opens !== NO_PORTS) pairsOpened += pairs;
      if (ofPods && closes !== NO_PORTS) pairsClosed += pairs;
      differences.push({
        from: group(from, sender),
        to: group(to, receiver),
        pairs,
        ...(opens === NO_PORTS ? {} : { opens: sets.text(opens) }),
        ...(closes === NO_PORTS ? {} : { closes: sets.text(closes) }),
      });
    }
  }
  differences.sort((a, b) => b.pairs - a.pairs);
  return { differences, pairsOpened, pairsClosed };
}
