/** Whether one rule, peer or port of a policy applies to a flow. */
import { cidrContains, type IpAddress } from './ip.ts';
import type { Endpoint, Flow } from './endpoint.ts';
import type { IpPeer, NamespaceMatch, Peer, Policy, PortMatch, Rule } from './model.ts';
import { selectorMatches } from './selector.ts';
import type { Direction } from './types.ts';

export function namespaceMatches(match: NamespaceMatch, endpoint: Endpoint): boolean {
  if (endpoint.pod === undefined) return false;
  return 'name' in match ? match.name === endpoint.pod.ns : selectorMatches(match.selector, endpoint.namespaceLabels);
}

/** Whether the policy selects this end. hostNetwork pods are never selected: policies ignore them. */
export function isSubject(policy: Policy, endpoint: Endpoint): boolean {
  if (endpoint.pod === undefined) return false;
  return namespaceMatches(policy.subject.namespaces, endpoint) && selectorMatches(policy.subject.pods, endpoint.pod.labels);
}

export function ipPeerContains(peer: IpPeer, ip: IpAddress): boolean {
  return cidrContains(peer.block, ip) && !peer.except.some((block) => cidrContains(block, ip));
}

export function peerMatches(peer: Peer, endpoint: Endpoint): boolean {
  switch (peer.kind) {
    case 'pods':
      return (
        endpoint.pod !== undefined &&
        namespaceMatches(peer.namespaces, endpoint) &&
        selectorMatches(peer.pods, endpoint.pod.labels)
      );
    case 'ip':
      return endpoint.ips.some((ip) => ipPeerContains(peer, ip));
    case 'nodes':
      return endpoint.asNode !== undefined && selectorMatches(peer.nodes, endpoint.asNode.labels);
    case 'never':
      return false;
  }
}

/** Ports by name are looked up in the destination pod, whatever the direction of the rule. */
export function portMatches(match: PortMatch, flow: Flow): boolean {
  switch (match.kind) {
    case 'numbers':
      return match.protocol === flow.protocol && flow.port >= match.first && flow.port <= match.last;
    case 'name':
      if (match.protocol !== undefined && match.protocol !== flow.protocol) return false;
      return (flow.to.pod?.ports ?? []).some(
        (port) => port.name === match.name && port.protocol === flow.protocol && port.containerPort === flow.port,
      );
    case 'never':
      return false;
  }
}

/** The end a rule's peers are about: the sender of ingress, the receiver of egress. */
export function peerEnd(flow: Flow, direction: Direction): Endpoint {
  return direction === 'ingress' ? flow.from : flow.to;
}

/** The end a policy's subject is about. */
export function subjectEnd(flow: Flow, direction: Direction): Endpoint {
  return direction === 'ingress' ? flow.to : flow.from;
}

export function ruleMatches(rule: Rule, flow: Flow, direction: Direction): boolean {
  const { ports, peers } = rule;
  if (ports !== undefined && !ports.some((port) => portMatches(port, flow))) return false;
  if (peers === undefined) return true;
  const end = peerEnd(flow, direction);
  return peers.some((peer) => peerMatches(peer, end));
}
