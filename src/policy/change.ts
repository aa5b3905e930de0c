/**
 * The smallest change that would let a denied flow pass, as JSON Patch: an entry in the rule that nearly matches,
 * a rule in the policy that isolates, or a policy of its own for exactly the two ends and the port.
 * Each candidate knows how many flows it opens, so that the narrowest can be chosen.
 */
import { adminPods, adminRule, ExactPods, networkPolicyPeers, networkPolicyPorts, networkPolicyRule } from './changeParts.ts';
import type { Endpoint, Flow } from './endpoint.ts';
import type { DirectionVerdict, Evaluator, FlowVerdict, RuleHit } from './evaluate.ts';
import { jsonPointer, type PatchOperation } from './jsonPatch.ts';
import { isSubject, peerMatches } from './match.ts';
import { LAST_PORT, type Policy, type Rule } from './model.ts';
import { ruleMiss } from './nearest.ts';
import { asArray, asObject, get } from './read.ts';
import { refText, type Direction, type ObjectRef } from './types.ts';

export interface Change {
  readonly kind: 'add-peer' | 'add-port' | 'add-rule' | 'add-policy';
  readonly operations: readonly PatchOperation[];
  /** How many (sender, receiver, port) triples among the known pods it opens; 1 is exactly what was asked. */
  readonly opens: number;
  /** One sentence for people. */
  readonly summary: string;
}

/** What "any peer" and a block of addresses count for: more than any list of pods. */
const MANY = 100_000;

/** Tie-break between candidates that open equally much: the smaller edit first. */
const SIZE = { 'add-peer': 0, 'add-port': 1, 'add-rule': 2, 'add-policy': 3 } as const;

export class ChangeAdvisor {
  private readonly evaluator: Evaluator;
  private readonly exact: ExactPods;
  private readonly subjectCounts = new Map<Policy, number>();

  constructor(evaluator: Evaluator) {
    this.evaluator = evaluator;
    this.exact = new ExactPods(evaluator.cluster.state.pods);
  }

  /** Every candidate for one denied direction, narrowest first; empty for an allowed one. */
  candidates(flow: Flow, verdict: DirectionVerdict): readonly Change[] {
    if (verdict.allowed) return [];
    const denying = verdict.rules[0];
    const found =
      denying === undefined
        ? [...verdict.isolatedBy.flatMap((policy) => this.edits(flow, policy, verdict.direction)), this.ownPolicy(flow, verdict)]
        : this.adminChanges(flow, verdict, denying);
    return found
      .filter((change): change is Change => change !== undefined)
      .sort((a, b) => a.opens - b.opens || SIZE[a.kind] - SIZE[b.kind]);
  }

  /** The change that opens least, whatever it takes: one per denied direction. */
  narrowest(verdict: FlowVerdict): readonly Change[] {
    return [verdict.egress, verdict.ingress].flatMap((direction) => this.candidates(verdict.flow, direction).slice(0, 1));
  }

  /** The edit of existing policies that opens least (a new policy only where none can be edited): one per denied direction. */
  smallestEdit(verdict: FlowVerdict): readonly Change[] {
    return [verdict.egress, verdict.ingress].flatMap((direction) => {
      const candidates = this.candidates(verdict.flow, direction);
      return [candidates.find(({ kind }) => kind !== 'add-policy') ?? candidates[0]].filter((change) => change !== undefined);
    });
  }

  private subjects(policy: Policy): number {
    let count = this.subjectCounts.get(policy);
    if (count === undefined) {
      count = this.evaluator.cluster.podEndpoints.filter((endpoint) => isSubject(policy, endpoint)).length;
      this.subjectCounts.set(policy, count);
    }
    return count;
  }

  /** Changes inside one isolating NetworkPolicy. */
  private edits(flow: Flow, policy: Policy, direction: Direction): Change[] {
    const end = direction === 'ingress' ? flow.from : flow.to;
    const peers = networkPolicyPeers(end, policy.ref.namespace ?? 'default', this.exact);
    if (peers.length === 0) return [];
    const changes: Change[] = [];
    for (const rule of policy[direction] ?? []) {
      const miss = ruleMiss(policy, rule, flow, direction)?.misses;
      if (miss === 'peer') changes.push(this.addPeer(policy, rule, direction, end));
      if (miss === 'port' && flow.port >= 0) changes.push(this.addPort(policy, rule, flow));
    }
    changes.push({
      kind: 'add-rule',
      operations: [addRule(policy, direction, networkPolicyRule(flow, direction, peers))],
      opens: this.subjects(policy) * this.exact.peerCount(end),
      summary: `Add ${direction === 'ingress' ? 'an ingress' : 'an egress'} rule for ${end.text} and ${portName(flow)} to ${refText(policy.ref)}.`,
    });
    return changes;
  }

  private addPeer(policy: Policy, rule: Rule, direction: Direction, end: Endpoint): Change {
    const path = [...rule.path, direction === 'ingress' ? 'from' : 'to', '-'];
    const peers = networkPolicyPeers(end, policy.ref.namespace ?? 'default', this.exact, keysOf(rule));
    return {
      kind: 'add-peer',
      operations: peers.map((value) => ({ object: policy.ref, op: 'add', path: jsonPointer(path), value })),
      opens: this.subjects(policy) * this.exact.peerCount(end) * portCount(rule),
      summary: `Add ${end.text} to the peers of ${direction} rule ${String(rule.index + 1)} of ${refText(policy.ref)}.`,
    };
  }

  private addPort(policy: Policy, rule: Rule, flow: Flow): Change {
    const path = jsonPointer([...rule.path, 'ports', '-']);
    return {
      kind: 'add-port',
      operations: networkPolicyPorts(flow).map((value) => ({ object: policy.ref, op: 'add', path, value })),
      opens: this.subjects(policy) * this.rulePeerCount(rule),
      summary: `Add ${portName(flow)} to rule ${String(rule.index + 1)} of ${refText(policy.ref)}.`,
    };
  }

  private rulePeerCount(rule: Rule): number {
    const { peers } = rule;
    if (peers === undefined) return MANY;
    const pods = this.evaluator.cluster.podEndpoints.filter((endpoint) => peers.some((peer) => peerMatches(peer, endpoint))).length;
    const blocks = peers.filter((peer) => peer.kind === 'ip' && peer.block.prefix < 32 * peer.block.first.words.length).length;
    return Math.max(1, pods) + blocks * MANY;
  }

  /** A NetworkPolicy that selects exactly the pod that is isolated. It isolates nobody anew: its like-labelled pods are isolated too. */
  private ownPolicy(flow: Flow, verdict: DirectionVerdict): Change | undefined {
    const { direction } = verdict;
    const subject = direction === 'ingress' ? flow.to : flow.from;
    const end = direction === 'ingress' ? flow.from : flow.to;
    if (subject.pod === undefined) return undefined;
    const namespace = subject.pod.ns;
    const peers = networkPolicyPeers(end, namespace, this.exact);
    if (peers.length === 0) return undefined;
    const object = this.freeName({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace, name: policyName(flow, direction) });
    const value = {
      apiVersion: object.apiVersion,
      kind: object.kind,
      metadata: { name: object.name, namespace },
      spec: {
        podSelector: this.exact.selector(subject.pod),
        policyTypes: [direction === 'ingress' ? 'Ingress' : 'Egress'],
        [direction]: [networkPolicyRule(flow, direction, peers)],
      },
    };
    return {
      kind: 'add-policy',
      operations: [{ object, op: 'add', path: '', value }],
      opens: this.exact.alike(subject.pod) * this.exact.peerCount(end),
      summary: `Add a NetworkPolicy that allows ${flow.from.text} to reach ${flow.to.text} on ${portName(flow)}.`,
    };
  }

  /** A rule before the one that denies, or a policy of its own that is asked earlier. */
  private adminChanges(flow: Flow, verdict: DirectionVerdict, denying: RuleHit): (Change | undefined)[] {
    const { policy, rule } = denying;
    const { direction } = verdict;
    const end = direction === 'ingress' ? flow.from : flow.to;
    const value = adminRule(flow, direction, policy.kind, this.exact);
    const before: Change = {
      kind: 'add-rule',
      operations: [{ object: policy.ref, op: 'add', path: jsonPointer(rule.path), value }],
      opens: this.subjects(policy) * this.exact.peerCount(end),
      summary: `Add a rule that allows ${end.text} and ${portName(flow)} before rule ${String(rule.index + 1)} of ${refText(policy.ref)}.`,
    };
    return [before, this.ownAdminPolicy(flow, verdict, denying)];
  }

  private ownAdminPolicy(flow: Flow, verdict: DirectionVerdict, denying: RuleHit): Change | undefined {
    const { direction } = verdict;
    const subject = direction === 'ingress' ? flow.to : flow.from;
    const end = direction === 'ingress' ? flow.from : flow.to;
    if (subject.pod === undefined) return undefined;
    // There is only one BaselineAdminNetworkPolicy (named "default"): its exceptions are made in the admin tier.
    const singleton = denying.policy.kind === 'BaselineAdminNetworkPolicy';
    const kind = singleton ? 'AdminNetworkPolicy' : denying.policy.kind;
    const tier = singleton ? 'admin' : denying.policy.tier;
    const limit = singleton ? (verdict.passedBy?.policy.priority ?? 1001) : denying.policy.priority;
    const priority = this.freePriority(limit, tier);
    if (priority === undefined) return undefined;
    const object = this.freeName({ apiVersion: denying.policy.ref.apiVersion, kind, name: policyName(flow, direction) });
    const value = {
      apiVersion: object.apiVersion,
      kind,
      metadata: { name: object.name },
      spec: {
        ...(kind === 'ClusterNetworkPolicy' ? { tier: tier === 'admin' ? 'Admin' : 'Baseline' } : {}),
        priority,
        subject: adminPods(subject.pod, this.exact),
        [direction]: [adminRule(flow, direction, kind, this.exact)],
      },
    };
    return {
      kind: 'add-policy',
      operations: [{ object, op: 'add', path: '', value }],
      opens: this.exact.alike(subject.pod) * this.exact.peerCount(end),
      summary: `Add ${kind === 'ClusterNetworkPolicy' ? 'a' : 'an'} ${kind} of priority ${String(priority)} that allows ${flow.from.text} to reach ${flow.to.text} on ${portName(flow)}.`,
    };
  }

  /** The highest unused priority below `limit`: asked before it, after as much as possible of the rest. */
  private freePriority(limit: number, tier: Policy['tier']): number | undefined {
    const used = new Set(this.evaluator.policies.filter((policy) => policy.tier === tier).map((policy) => policy.priority));
    for (let priority = Math.min(limit - 1, 1000); priority >= 0; priority--) if (!used.has(priority)) return priority;
    return undefined;
  }

  private freeName(ref: ObjectRef): ObjectRef {
    const taken = new Set(this.evaluator.policies.map((policy) => refText(policy.ref)));
    let candidate = ref;
    for (let count = 2; taken.has(refText(candidate)); count++) candidate = { ...ref, name: `${ref.name}-${String(count)}` };
    return candidate;
  }
}

/** Adds a rule at the end of its direction's list; the list, and `spec` itself, are made where they are missing. */
function addRule(policy: Policy, direction: Direction, rule: unknown): PatchOperation {
  const { ref: object, document } = policy;
  const spec = asObject(get(document, 'spec'));
  if (spec === undefined) return { object, op: 'add', path: '/spec', value: { [direction]: [rule] } };
  if (asArray(spec[direction]) === undefined) return { object, op: 'add', path: `/spec/${direction}`, value: [rule] };
  return { object, op: 'add', path: `/spec/${direction}/-`, value: rule };
}

/** The label keys a rule's peers go by: an added peer reads best by the same. */
function keysOf(rule: Rule): readonly string[] {
  return (rule.peers ?? []).flatMap((peer) => (peer.kind === 'pods' ? peer.pods.requirements.map(({ key }) => key) : []));
}

function portName(flow: Flow): string {
  return flow.port < 0 ? `every port` : `${flow.protocol} ${String(flow.port)}`;
}

function portCount(rule: Rule): number {
  if (rule.ports === undefined) return 3 * (LAST_PORT + 1);
  let count = 0;
  for (const port of rule.ports) count += port.kind === 'numbers' ? port.last - port.first + 1 : 1;
  return Math.max(1, count);
}

/** `allow-ingress-web-to-api-8080`: a DNS-1123 name of at most 60 characters. */
function policyName(flow: Flow, direction: Direction): string {
  const part = (end: Endpoint): string => end.anyPod?.name ?? end.text;
  const port = flow.port < 0 ? '' : `-${String(flow.port)}`;
  const name = `allow-${direction}-${part(flow.from)}-to-${part(flow.to)}`.toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-');
  return `${name.slice(0, 54).replace(/-+$/, '')}${port}`;
}
