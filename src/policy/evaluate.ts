/**
 * The verdict on one flow: the plain reading of the APIs, one rule after the other.
 * The all-pairs engine is checked against this one.
 */
import { byPrecedence } from './compile.ts';
import { ClusterIndex, type Endpoint, type Flow } from './endpoint.ts';
import { isSubject, ruleMatches, subjectEnd } from './match.ts';
import type { Policy, Rule } from './model.ts';
import type { ClusterState, DeniedBy, Direction, Probe, Verdict } from './types.ts';

/** One rule of one policy. */
export interface RuleHit {
  readonly policy: Policy;
  readonly rule: Rule;
}

/** Why a direction is not asked at all. */
export type Exemption = 'self' | 'own-node' | 'not-a-pod' | 'host-network';

/** What one direction says, and because of what. */
export interface DirectionVerdict {
  readonly direction: Direction;
  readonly allowed: boolean;
  /** Where the answer comes from; `default`: no policy applies, traffic is allowed. */
  readonly decidedBy: 'exempt' | 'admin' | 'networkpolicy' | 'baseline' | 'default';
  readonly exemption?: Exemption;
  /** The rules that allow; or the admin or baseline rule that denies. Empty for a NetworkPolicy's default deny. */
  readonly rules: readonly RuleHit[];
  /** Deny: the NetworkPolicies that isolate the pod, or the admin or baseline policy that denies. */
  readonly isolatedBy: readonly Policy[];
  /** The admin rule that passed the decision on, where one did. */
  readonly passedBy?: RuleHit;
}

export interface FlowVerdict {
  readonly flow: Flow;
  readonly verdict: Verdict;
  readonly deniedBy: DeniedBy | null;
  readonly ingress: DirectionVerdict;
  readonly egress: DirectionVerdict;
}

/** The policies that select one end, in the order they are asked. */
interface Subjected {
  readonly admin: readonly Policy[];
  readonly networkPolicies: readonly Policy[];
  readonly baseline: readonly Policy[];
}

/** Whether a direction need not be asked: traffic to itself, from the pod's own node, or of no pod policies apply to. */
function exemptionOf(flow: Flow, direction: Direction): Exemption | undefined {
  const { from, to } = flow;
  if (from === to || (from.anyPod !== undefined && from.anyPod === to.anyPod)) return 'self';
  const end = subjectEnd(flow, direction);
  if (end.pod === undefined) return end.anyPod === undefined ? 'not-a-pod' : 'host-network';
  if (direction === 'ingress' && from.asNode !== undefined && to.pod?.node !== undefined && from.asNode.name === to.pod.node) {
    return 'own-node';
  }
  return undefined;
}

/** Answers questions about one cluster state and one set of policies. */
export class Evaluator {
  readonly cluster: ClusterIndex;
  /** In the order they are asked. */
  readonly policies: readonly Policy[];
  private readonly subjects = new Map<Endpoint, Subjected>();
  /** Policies of one namespace by its name, and those that choose namespaces: each in the order they are asked. */
  private readonly ofNamespace = new Map<string, Policy[]>();
  private readonly choosing: Policy[] = [];

  constructor(cluster: ClusterIndex, policies: readonly Policy[]) {
    this.cluster = cluster;
    this.policies = [...policies].sort((a, b) => byPrecedence(a, b) || a.position - b.position);
    for (const policy of this.policies) {
      const { namespaces } = policy.subject;
      if (!('name' in namespaces)) this.choosing.push(policy);
      else if (this.ofNamespace.has(namespaces.name)) this.ofNamespace.get(namespaces.name)?.push(policy);
      else this.ofNamespace.set(namespaces.name, [policy]);
    }
  }

  private subjected(endpoint: Endpoint): Subjected {
    let found = this.subjects.get(endpoint);
    if (found === undefined) {
      // A tier is of one sort or the other: its order stays.
      const near = [...this.choosing, ...(this.ofNamespace.get(endpoint.pod?.ns ?? '') ?? [])];
      const mine = near.filter((policy) => isSubject(policy, endpoint));
      found = {
        admin: mine.filter((policy) => policy.tier === 'admin'),
        networkPolicies: mine.filter((policy) => policy.tier === 'networkpolicy'),
        baseline: mine.filter((policy) => policy.tier === 'baseline'),
      };
      this.subjects.set(endpoint, found);
    }
    return found;
  }

  /** Every verdict with its reasons. A Service question has one verdict per backend. */
  probe(probe: Probe): readonly FlowVerdict[] {
    return this.cluster.flows(probe.from, probe.to, probe.port, probe.protocol).map((flow) => this.evaluate(flow));
  }

  evaluate(flow: Flow): FlowVerdict {
    const ingress = this.direction(flow, 'ingress');
    const egress = this.direction(flow, 'egress');
    const deniedBy = ingress.allowed ? (egress.allowed ? null : 'egress') : egress.allowed ? 'ingress' : 'both';
    return { flow, verdict: deniedBy === null ? 'allow' : 'deny', deniedBy, ingress, egress };
  }

  /** What one direction says of the flow. */
  direction(flow: Flow, direction: Direction): DirectionVerdict {
    const exemption = exemptionOf(flow, direction);
    if (exemption !== undefined) {
      return { direction, allowed: true, decidedBy: 'exempt', exemption, rules: [], isolatedBy: [] };
    }
    const mine = this.subjected(subjectEnd(flow, direction));
    const admin = firstHit(mine.admin, flow, direction);
    if (admin !== undefined && admin.rule.action !== 'Pass') return byRule(admin, direction, 'admin');
    const passed = admin === undefined ? {} : { passedBy: admin };
    const isolating = mine.networkPolicies.filter((policy) => policy[direction] !== undefined);
    if (isolating.length > 0) {
      const rules = allHits(isolating, flow, direction);
      const allowed = rules.length > 0;
      return { direction, allowed, decidedBy: 'networkpolicy', rules, isolatedBy: allowed ? [] : isolating, ...passed };
    }
    const baseline = firstHit(mine.baseline, flow, direction);
    if (baseline !== undefined && baseline.rule.action !== 'Pass') return { ...byRule(baseline, direction, 'baseline'), ...passed };
    return { direction, allowed: true, decidedBy: 'default', rules: [], isolatedBy: [], ...passed };
  }

  /** The verdict alone: nothing is collected. */
  allows(flow: Flow): boolean {
    return this.directionAllows(flow, 'ingress') && this.directionAllows(flow, 'egress');
  }

  private directionAllows(flow: Flow, direction: Direction): boolean {
    if (exemptionOf(flow, direction) !== undefined) return true;
    const mine = this.subjected(subjectEnd(flow, direction));
    const admin = firstHit(mine.admin, flow, direction)?.rule.action;
    if (admin === 'Allow' || admin === 'Deny') return admin === 'Allow';
    let isolated = false;
    for (const policy of mine.networkPolicies) {
      const rules = policy[direction];
      if (rules === undefined) continue;
      isolated = true;
      for (const rule of rules) if (ruleMatches(rule, flow, direction)) return true;
    }
    if (isolated) return false;
    return firstHit(mine.baseline, flow, direction)?.rule.action !== 'Deny';
  }
}

function firstHit(policies: readonly Policy[], flow: Flow, direction: Direction): RuleHit | undefined {
  for (const policy of policies) {
    for (const rule of policy[direction] ?? []) if (ruleMatches(rule, flow, direction)) return { policy, rule };
  }
  return undefined;
}

function allHits(policies: readonly Policy[], flow: Flow, direction: Direction): RuleHit[] {
  const hits: RuleHit[] = [];
  for (const policy of policies) {
    for (const rule of policy[direction] ?? []) if (ruleMatches(rule, flow, direction)) hits.push({ policy, rule });
  }
  return hits;
}

function byRule(hit: RuleHit, direction: Direction, decidedBy: 'admin' | 'baseline'): DirectionVerdict {
  const allowed = hit.rule.action === 'Allow';
  return { direction, allowed, decidedBy, rules: [hit], isolatedBy: allowed ? [] : [hit.policy] };
}

/** An evaluator for a cluster state and compiled policies. */
export function createEvaluator(state: ClusterState, policies: readonly Policy[]): Evaluator {
  return new Evaluator(new ClusterIndex(state), policies);
}
