/**
 * Why a flow is denied, in words: the rule that comes nearest to allowing it and the exact reason it misses,
 * or the rule that denies.
 */
import type { Endpoint, Flow } from './endpoint.ts';
import type { DirectionVerdict } from './evaluate.ts';
import { formatIp } from './ip.ts';
import { namespaceMatches, peerEnd, peerMatches, portMatches, subjectEnd } from './match.ts';
import { FIRST_PORT, LAST_PORT, type Peer, type Policy, type PortMatch, type Rule } from './model.ts';
import { failedRequirements, selectorMiss } from './selector.ts';
import type { Direction, YamlPath } from './types.ts';

export interface Nearest {
  readonly policy: Policy;
  /** Absent: the policy has no rule at all for that direction. */
  readonly rule?: Rule;
  /** Where in the policy: the peer or port entry that misses, the rule that denies, or the selector that isolates. */
  readonly path: YamlPath;
  readonly reason: string;
  /** What keeps the rule from matching. */
  readonly misses: 'peer' | 'port' | 'both' | 'no-rule' | 'denies';
}

interface Miss {
  readonly path: YamlPath;
  readonly reason: string;
  /** Smaller is nearer. */
  readonly distance: number;
}

function endKind(end: Endpoint): string {
  if (end.pod !== undefined) return 'pod';
  if (end.anyPod !== undefined) return 'hostNetwork pod';
  return end.asNode === undefined ? 'address' : 'node';
}

function podsPeerMiss(peer: Extract<Peer, { kind: 'pods' }>, end: Endpoint): Miss {
  const { path } = peer;
  if (end.pod === undefined) {
    const what = end.anyPod !== undefined ? `${end.text} uses its node's network` : `${end.text} is not one`;
    return { path, reason: `peer must be a pod, ${what}`, distance: 60 };
  }
  if (!namespaceMatches(peer.namespaces, end)) {
    const failed = 'name' in peer.namespaces ? 3 : 2 + failedRequirements(peer.namespaces.selector, end.namespaceLabels);
    const reason =
      'name' in peer.namespaces
        ? `peer must be in namespace ${peer.namespaces.name}, pod is in ${end.pod.ns}`
        : `peer's namespace needs ${selectorMiss(peer.namespaces.selector, end.namespaceLabels, `namespace ${end.pod.ns}`) ?? ''}`;
    return { path, reason, distance: failed + failedRequirements(peer.pods, end.pod.labels) };
  }
  const reason = `peer needs ${selectorMiss(peer.pods, end.pod.labels, 'pod') ?? ''}`;
  return { path, reason, distance: failedRequirements(peer.pods, end.pod.labels) };
}

function peerMiss(peer: Peer, end: Endpoint): Miss {
  const { path } = peer;
  switch (peer.kind) {
    case 'pods':
      return podsPeerMiss(peer, end);
    case 'ip': {
      const address = end.ips[0] === undefined ? `${endKind(end)} has no address yet` : `peer is ${formatIp(end.ips[0])}`;
      const except = peer.except.length === 0 ? '' : ` except ${peer.except.map((block) => block.text).join(', ')}`;
      return { path, reason: `peer must be in ${peer.block.text}${except}, ${address}`, distance: end.pod === undefined ? 2 : 50 };
    }
    case 'nodes': {
      const reason =
        end.asNode === undefined
          ? `peer must be a node, ${end.text} is not one`
          : `peer needs ${selectorMiss(peer.nodes, end.asNode.labels, 'node') ?? ''}`;
      return { path, reason, distance: end.asNode === undefined ? 60 : failedRequirements(peer.nodes, end.asNode.labels) };
    }
    case 'never':
      return { path, reason: `peer cannot match: ${peer.reason}`, distance: 90 };
  }
}

function portText(port: PortMatch): string {
  switch (port.kind) {
    case 'numbers':
      if (port.first === FIRST_PORT && port.last === LAST_PORT) return `any ${port.protocol} port`;
      return port.first === port.last
        ? `${port.protocol} ${String(port.first)}`
        : `${port.protocol} ${String(port.first)}-${String(port.last)}`;
    case 'name':
      return port.protocol === undefined ? `"${port.name}"` : `${port.protocol} "${port.name}"`;
    case 'never':
      return `nothing (${port.reason})`;
  }
}

/** Says how the destination declares a port name a rule asks for. */
function nameNote(ports: readonly PortMatch[], flow: Flow): string {
  const named = ports.find((port) => port.kind === 'name');
  if (named?.kind !== 'name') return '';
  if (flow.to.pod === undefined) return `, and port names exist only in pods`;
  const declared = flow.to.pod.ports.filter((port) => port.name === named.name);
  if (declared.length === 0) return `, and pod ${flow.to.text} declares no port "${named.name}"`;
  return `, where pod ${flow.to.text} has "${named.name}" as ${declared.map((port) => `${port.protocol} ${String(port.containerPort)}`).join(', ')}`;
}

function portsMiss(rule: Rule, flow: Flow): Miss | undefined {
  const { ports } = rule;
  if (ports === undefined || ports.some((port) => portMatches(port, flow))) return undefined;
  const wanted = ports.map(portText).join(' or ');
  const is = flow.port < 0 ? `the port asked for is not declared there` : `it is ${flow.protocol} ${String(flow.port)}`;
  const sameProtocol = ports.some((port) => port.kind === 'numbers' && port.protocol === flow.protocol);
  const path = ports[0]?.path ?? rule.path;
  return { path, reason: `port must be ${wanted}, ${is}${nameNote(ports, flow)}`, distance: sameProtocol ? 4 : 5 };
}

function peersMiss(rule: Rule, end: Endpoint): Miss | undefined {
  const { peers } = rule;
  if (peers === undefined || peers.some((peer) => peerMatches(peer, end))) return undefined;
  const misses = peers.map((peer) => peerMiss(peer, end)).sort((a, b) => a.distance - b.distance);
  return misses[0] ?? { path: rule.path, reason: 'the rule names no peer', distance: 90 };
}

function ruleName(rule: Rule): string {
  return rule.name === undefined ? `rule ${String(rule.index + 1)}` : `rule ${String(rule.index + 1)} (${rule.name})`;
}

/** How one rule misses the flow; undefined where it matches. */
export function ruleMiss(policy: Policy, rule: Rule, flow: Flow, direction: Direction): (Nearest & { readonly distance: number }) | undefined {
  const peer = peersMiss(rule, peerEnd(flow, direction));
  const port = portsMiss(rule, flow);
  if (peer !== undefined && port !== undefined) {
    const reason = `${ruleName(rule)}: ${peer.reason}; and ${port.reason}`;
    return { policy, rule, path: peer.path, reason, misses: 'both', distance: peer.distance + port.distance };
  }
  const only = peer ?? port;
  if (only === undefined) return undefined;
  return {
    policy,
    rule,
    path: only.path,
    reason: `${ruleName(rule)}: ${only.reason}`,
    misses: peer === undefined ? 'port' : 'peer',
    distance: only.distance,
  };
}

/** The rule nearest to allowing a denied direction; for a deny of an admin or baseline policy, the rule that denies. */
export function nearestRule(flow: Flow, verdict: DirectionVerdict): Nearest | undefined {
  const { direction } = verdict;
  const denying = verdict.rules[0];
  if (denying !== undefined) {
    const what = `${ruleName(denying.rule)} denies ${direction} ${direction === 'ingress' ? 'from' : 'to'} ${peerEnd(flow, direction).text}`;
    return { ...denying, path: denying.rule.path, reason: what, misses: 'denies' };
  }
  let best: (Nearest & { readonly distance: number }) | undefined;
  for (const policy of verdict.isolatedBy) {
    for (const rule of policy[direction] ?? []) {
      const miss = ruleMiss(policy, rule, flow, direction);
      if (miss !== undefined && (best === undefined || miss.distance < best.distance)) best = miss;
    }
  }
  if (best !== undefined) return best;
  const policy = verdict.isolatedBy[0];
  if (policy === undefined) return undefined;
  const pod = subjectEnd(flow, direction).text;
  return {
    policy,
    path: policy.subjectPath,
    reason: `it selects pod ${pod} and has no ${direction} rule, so all ${direction} is denied`,
    misses: 'no-rule',
  };
}
