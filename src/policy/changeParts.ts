/** The pieces of YAML suggested changes are made of: peers, ports and rules that mean exactly one flow. */
import type { Endpoint, Flow } from './endpoint.ts';
import { exactSelector, type SelectorDocument } from './exactSelector.ts';
import { family, formatIp } from './ip.ts';
import type { Direction, Pod, PolicyKind } from './types.ts';

type Yaml = Readonly<Record<string, unknown>>;

const NAME_LABEL = 'kubernetes.io/metadata.name';

function hostBlocks(end: Endpoint): string[] {
  return end.ips.map((ip) => `${formatIp(ip)}/${family(ip) === 4 ? '32' : '128'}`);
}

/** Selectors that mean one pod, computed once per pod. */
export class ExactPods {
  private readonly selectors = new Map<Pod, SelectorDocument>();
  private readonly counts = new Map<Pod, number>();
  private readonly pods: readonly Pod[];

  constructor(pods: readonly Pod[]) {
    this.pods = pods;
  }

  /** `wished`: label keys to go by where they serve, such as those of a rule nearby. */
  selector(pod: Pod, wished: readonly string[] = []): SelectorDocument {
    if (wished.length > 0) return exactSelector(pod, this.pods, wished);
    let found = this.selectors.get(pod);
    if (found === undefined) {
      found = exactSelector(pod, this.pods);
      this.selectors.set(pod, found);
    }
    return found;
  }

  /** Pods no selector can tell from this one: same namespace, same labels. At least 1. */
  alike(pod: Pod): number {
    let found = this.counts.get(pod);
    if (found === undefined) {
      const text = labelsText(pod);
      found = this.pods.filter((other) => other.ns === pod.ns && !other.hostNetwork && labelsText(other) === text).length;
      this.counts.set(pod, Math.max(1, found));
    }
    return found;
  }

  /** How many ends a peer made for this end lets in. */
  peerCount(end: Endpoint): number {
    return end.pod === undefined ? 1 : this.alike(end.pod);
  }
}

function labelsText(pod: Pod): string {
  return JSON.stringify(Object.entries(pod.labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function namespaceByName(name: string): Yaml {
  return { matchLabels: { [NAME_LABEL]: name } };
}

/** The peers of a NetworkPolicy in `namespace` that mean this end; none where it has neither labels nor address. */
export function networkPolicyPeers(end: Endpoint, namespace: string, exact: ExactPods, wished: readonly string[] = []): readonly Yaml[] {
  if (end.pod === undefined) return hostBlocks(end).map((cidr) => ({ ipBlock: { cidr } }));
  const podSelector = exact.selector(end.pod, wished);
  if (end.pod.ns === namespace) return [{ podSelector }];
  return [{ namespaceSelector: namespaceByName(end.pod.ns), podSelector }];
}

/** The ports entry of a NetworkPolicy; empty where the port asked for has no number. */
export function networkPolicyPorts(flow: Flow): readonly Yaml[] {
  return flow.port < 0 ? [] : [{ protocol: flow.protocol, port: flow.port }];
}

/** A NetworkPolicy rule that lets exactly this flow in (or out). */
export function networkPolicyRule(flow: Flow, direction: Direction, peers: readonly Yaml[]): Yaml {
  const ports = networkPolicyPorts(flow);
  return { [direction === 'ingress' ? 'from' : 'to']: peers, ...(ports.length > 0 ? { ports } : {}) };
}

/** The subject, or a peer, of an admin or baseline policy that means this pod. */
export function adminPods(pod: Pod, exact: ExactPods): Yaml {
  return { pods: { namespaceSelector: namespaceByName(pod.ns), podSelector: exact.selector(pod) } };
}

/** A rule of an admin or baseline policy that allows exactly this flow. */
export function adminRule(flow: Flow, direction: Direction, kind: PolicyKind, exact: ExactPods): Yaml {
  const end = direction === 'ingress' ? flow.from : flow.to;
  const peer = end.pod === undefined ? { networks: hostBlocks(end) } : adminPods(end.pod, exact);
  const cluster = kind === 'ClusterNetworkPolicy';
  const ports = cluster
    ? { protocols: [{ [flow.protocol.toLowerCase()]: { destinationPort: { number: flow.port } } }] }
    : { ports: [{ portNumber: { protocol: flow.protocol, port: flow.port } }] };
  return {
    action: cluster ? 'Accept' : 'Allow',
    [direction === 'ingress' ? 'from' : 'to']: [peer],
    ...(flow.port < 0 ? {} : ports),
  };
}
