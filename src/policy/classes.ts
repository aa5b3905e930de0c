/**
 * Pods, nodes and addresses by what the policies can tell apart. Members of one class are treated alike by every
 * policy (except for traffic to themselves and from their own node, which is looked at pod by pod).
 */
import { AddressClasses } from './addressClasses.ts';
import type { ClusterIndex, Endpoint } from './endpoint.ts';
import { formatIp } from './ip.ts';
import type { IpPeer, Policy, Rule } from './model.ts';
import { PortAtoms, type PortRange } from './portSets.ts';
import { samePorts } from './same.ts';
import type { Selector } from './selector.ts';
import { PROTOCOLS, type ContainerPort, type Pod } from './types.ts';

/** What policies ask about: a class need not tell apart what none of them asks. */
export interface Vocabulary {
  readonly podKeys: ReadonlySet<string>;
  readonly nodeKeys: ReadonlySet<string>;
  readonly portNames: ReadonlySet<string>;
  readonly blocks: readonly IpPeer[];
  readonly ranges: readonly PortRange[];
}

export interface PeerClass {
  /** `pod`: policies apply to it; `host`: a hostNetwork pod; `address`: somewhere outside. */
  readonly kind: 'pod' | 'host' | 'node' | 'address';
  /** An end of this class: its first member, or a sample address. */
  readonly sample: Endpoint;
  /** Indexes of its pods (kinds pod and host) in the cluster state. */
  readonly pods: readonly number[];
  readonly addressClasses: readonly number[];
  /** Number of the set of named ports it declares; 0 is none. */
  readonly portSignature: number;
}

export interface Classes {
  readonly all: readonly PeerClass[];
  /** Class of each pod of the cluster state. */
  readonly ofPod: Int32Array;
  readonly ofNode: ReadonlyMap<string, number>;
  /** Class of each address class, seen from outside the cluster. */
  readonly ofAddress: Int32Array;
  readonly addresses: AddressClasses;
  readonly atoms: PortAtoms;
  /** Named ports by signature. */
  readonly namedPorts: readonly (readonly ContainerPort[])[];
  /** Classes of kind pod by namespace. */
  readonly byNamespace: ReadonlyMap<string, readonly number[]>;
}

function addKeys(selector: Selector, keys: Set<string>): void {
  for (const { key } of selector.requirements) keys.add(key);
}

function eachRule(policies: readonly Policy[], visit: (rule: Rule) => void): void {
  for (const policy of policies) {
    for (const rule of policy.ingress ?? []) visit(rule);
    for (const rule of policy.egress ?? []) visit(rule);
  }
}

/** Collects everything the policies can ask about. */
export function vocabularyOf(policies: readonly Policy[]): Vocabulary {
  const podKeys = new Set<string>();
  const nodeKeys = new Set<string>();
  const portNames = new Set<string>();
  const blocks: IpPeer[] = [];
  const ranges: PortRange[] = [];
  for (const { subject } of policies) addKeys(subject.pods, podKeys);
  eachRule(policies, (rule) => {
    for (const peer of rule.peers ?? []) {
      if (peer.kind === 'pods') addKeys(peer.pods, podKeys);
      else if (peer.kind === 'nodes') addKeys(peer.nodes, nodeKeys);
      else if (peer.kind === 'ip') blocks.push(peer);
    }
    for (const port of rule.ports ?? []) {
      if (port.kind === 'name') portNames.add(port.name);
      else if (port.kind === 'numbers') ranges.push(port);
    }
  });
  return { podKeys, nodeKeys, portNames, blocks, ranges };
}

/** Whether classes made for one vocabulary also serve another. */
export function covers(classes: Classes, made: Vocabulary, wanted: Vocabulary): boolean {
  return (
    [...wanted.podKeys].every((key) => made.podKeys.has(key)) &&
    [...wanted.nodeKeys].every((key) => made.nodeKeys.has(key)) &&
    [...wanted.portNames].every((name) => made.portNames.has(name)) &&
    wanted.blocks.every((peer) => classes.addresses.inside(peer) !== undefined) &&
    wanted.ranges.every((range) => classes.atoms.fits(range))
  );
}

function labelsKey(labels: Readonly<Record<string, string>>, keys: ReadonlySet<string>): string {
  let text = '';
  for (const key in labels) if (keys.has(key)) text += `${key}\u0001${labels[key] ?? ''}\u0002`;
  return text;
}

/**
 * Numbers for the sets of named ports that pods declare, as far as policies know the names.
 * Sets are found by walking a trie of ports: no text is built per pod.
 */
class PortSignatures {
  readonly sets: ContainerPort[][] = [[]];
  private readonly steps = new Map<number, number>();
  private readonly names: ReadonlyMap<string, number>;

  constructor(names: ReadonlySet<string>) {
    this.names = new Map([...names].map((name, at) => [name, at]));
  }

  of(ports: readonly ContainerPort[]): number {
    let set = 0;
    for (const port of ports) {
      const name = port.name === undefined ? undefined : this.names.get(port.name);
      if (name === undefined) continue;
      // 16 bits of port, 2 of protocol: 18 bits; names and sets share the rest of the 53 a number holds.
      const key = (set * this.names.size + name) * 2 ** 18 + PROTOCOLS.indexOf(port.protocol) * 2 ** 16 + port.containerPort;
      let next = this.steps.get(key);
      if (next === undefined) {
        next = this.sets.length;
        this.sets.push([...(this.sets[set] ?? []), port]);
        this.steps.set(key, next);
      }
      set = next;
    }
    return set;
  }
}

/** Small numbers for texts: pairs of them make cheap keys. */
class Numbering {
  private readonly ids = new Map<string, number>();

  of(text: string): number {
    let id = this.ids.get(text);
    if (id === undefined) {
      id = this.ids.size;
      this.ids.set(text, id);
    }
    return id;
  }
}

/** Whether no policy can tell two pods apart by labels and named ports. */
function looksLike(a: Pod, b: Pod, keys: readonly string[]): boolean {
  if (a.ns !== b.ns || !samePorts(a.ports, b.ports)) return false;
  if (a.labels === b.labels) return true;
  for (const key of keys) if (a.labels[key] !== b.labels[key]) return false;
  return true;
}

function addressClassesOf(endpoint: Endpoint, addresses: AddressClasses): number[] {
  const first = endpoint.ips[0];
  if (first === undefined) return [];
  if (endpoint.ips.length === 1) return [addresses.classOf(first)];
  return [...new Set(endpoint.ips.map((ip) => addresses.classOf(ip)))].sort((a, b) => a - b);
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** Sorts pods, nodes and addresses into classes. */
export function classify(cluster: ClusterIndex, vocabulary: Vocabulary): Classes {
  const addresses = new AddressClasses(vocabulary.blocks);
  const signatures = new PortSignatures(vocabulary.portNames);
  const { podKeys, nodeKeys } = vocabulary;
  const all: (PeerClass & { readonly pods: number[] })[] = [];
  const ids = new Map<string, number>();
  const parts = new Numbering();
  const podIds = new Map<number, number>();
  const ofPod = new Int32Array(cluster.podEndpoints.length);
  const byNamespace = new Map<string, number[]>();
  const classFor = (kind: PeerClass['kind'], key: string, sample: Endpoint, addressClasses: number[], portSignature: number): number => {
    let id = ids.get(key);
    if (id === undefined) {
      id = all.length;
      ids.set(key, id);
      all.push({ kind, sample, pods: [], addressClasses, portSignature });
      if (kind === 'pod') {
        const ns = sample.pod?.ns ?? '';
        const list = byNamespace.get(ns);
        if (list === undefined) byNamespace.set(ns, [id]);
        else list.push(id);
      }
    }
    return id;
  };
  const hostClass = (endpoint: Endpoint, inside: number[]): number =>
    classFor('host', `h${labelsKey(endpoint.asNode?.labels ?? {}, nodeKeys)}\u0003${inside.join()}`, endpoint, inside, 0);
  const podClass = (endpoint: Endpoint, pod: Pod, inside: number[]): number => {
    const signature = pod.ports.length === 0 ? 0 : signatures.of(pod.ports);
    const where = parts.of(`${signature}\u0003${inside.length === 1 ? (inside[0] ?? 0) : inside.join()}\u0003${pod.ns}`);
    const key = where * 2 ** 26 + parts.of(labelsKey(pod.labels, podKeys));
    let id = podIds.get(key);
    if (id === undefined) {
      id = classFor('pod', `p${key}`, endpoint, inside, signature);
      podIds.set(key, id);
    }
    return id;
  };
  const keys = [...podKeys];
  let before: Pod | undefined;
  let last = 0;
  for (let at = 0; at < ofPod.length; at++) {
    const endpoint = cluster.podEndpoints[at]!;
    const inside = addressClassesOf(endpoint, addresses);
    const { pod } = endpoint;
    // Replicas stand beside each other: most pods are in the class of the one before.
    if (pod === undefined) last = hostClass(endpoint, inside);
    else if (before === undefined || !sameNumbers(inside, all[last]!.addressClasses) || !looksLike(pod, before, keys)) last = podClass(endpoint, pod, inside);
    before = pod;
    ofPod[at] = last;
    all[last]!.pods.push(at);
  }
  const ofNode = new Map<string, number>();
  for (const { name } of cluster.state.nodes) {
    const endpoint = cluster.endpoint({ node: name });
    const inside = addressClassesOf(endpoint, addresses);
    const key = `n${labelsKey(endpoint.asNode?.labels ?? {}, nodeKeys)}\u0003${inside.join()}`;
    ofNode.set(name, classFor('node', key, endpoint, inside, 0));
  }
  const ofAddress = Int32Array.from(addresses.samples, (ip, at) =>
    classFor('address', `a${at}`, { text: formatIp(ip), ips: [ip], namespaceLabels: {} }, [at], 0),
  );
  const named = signatures.sets.flat().map(({ protocol, containerPort }) => ({ protocol, first: containerPort, last: containerPort }));
  const atoms = new PortAtoms([...vocabulary.ranges, ...named]);
  return { all, ofPod, ofNode, ofAddress, addresses, atoms, namedPorts: signatures.sets, byNamespace };
}
