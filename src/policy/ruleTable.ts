/** The parts of rules that many classes share, worked out once: who a peer means, which ports a rule means. */
import { blockKey } from './addressClasses.ts';
import type { Classes } from './classes.ts';
import type { ClusterIndex } from './endpoint.ts';
import type { NamespaceMatch, Peer, Policy, PortMatch, Rule } from './model.ts';
import { ALL_PORTS, type PortRange, type PortSets } from './portSets.ts';
import { selectorKey, selectorMatches, type Selector } from './selector.ts';
import type { ContainerPort } from './types.ts';

/** Classes in ascending order. */
export type ClassList = Int32Array;

export class RuleTable {
  private readonly cluster: ClusterIndex;
  private readonly classes: Classes;
  private readonly sets: PortSets;
  /** Classes by address class. */
  private readonly byAddress: readonly (readonly number[])[];
  private readonly severalAddresses: boolean = false;
  /** Classes of nodes and of hostNetwork pods. */
  private readonly nodeLike: readonly number[];
  private readonly namespaces = new Map<string, readonly string[]>();
  private readonly podLists = new Map<string, ClassList>();
  private readonly blockLists = new Map<string, ClassList>();
  private readonly subjectLists = new WeakMap<Policy, ClassList>();
  private readonly ruleLists = new WeakMap<Rule, ClassList | undefined>();
  private readonly ports = new WeakMap<Rule, number | Int32Array>();
  /** Room for the classes that one selector means, while they are looked for. */
  private readonly found: Int32Array;

  constructor(cluster: ClusterIndex, classes: Classes, sets: PortSets) {
    this.cluster = cluster;
    this.classes = classes;
    this.sets = sets;
    this.found = new Int32Array(classes.all.length);
    const byAddress: number[][] = classes.addresses.samples.map(() => []);
    const nodeLike: number[] = [];
    for (let id = 0; id < classes.all.length; id++) {
      const { addressClasses, sample } = classes.all[id]!;
      for (const address of addressClasses) byAddress[address]?.push(id);
      if (addressClasses.length > 1) this.severalAddresses = true;
      if (sample.asNode !== undefined) nodeLike.push(id);
    }
    this.byAddress = byAddress;
    this.nodeLike = nodeLike;
  }

  private namespaceNames(selector: Selector): readonly string[] {
    const key = selectorKey(selector);
    let names = this.namespaces.get(key);
    if (names === undefined) {
      names = [...this.classes.byNamespace.keys()].filter((name) => selectorMatches(selector, this.cluster.labelsOfNamespace(name)));
      this.namespaces.set(key, names);
    }
    return names;
  }

  private pods(match: NamespaceMatch, selector: Selector): ClassList {
    // One namespace holds few classes: trying them is cheaper than a key to remember them by.
    if ('name' in match) return this.podsIn([match.name], selector);
    const key = `${selectorKey(match.selector)}|${selectorKey(selector)}`;
    let list = this.podLists.get(key);
    if (list === undefined) {
      list = this.podsIn(this.namespaceNames(match.selector), selector);
      this.podLists.set(key, list);
    }
    return list;
  }

  private podsIn(namespaces: readonly string[], selector: Selector): ClassList {
    const { byNamespace, all } = this.classes;
    let count = 0;
    for (const name of namespaces) {
      for (const id of byNamespace.get(name) ?? []) {
        const labels = all[id]?.sample.pod?.labels;
        if (labels !== undefined && selectorMatches(selector, labels)) this.found[count++] = id;
      }
    }
    return this.found.slice(0, count);
  }

  /** The classes a policy selects. */
  subjects(policy: Policy): ClassList {
    let list = this.subjectLists.get(policy);
    if (list === undefined) {
      list = this.pods(policy.subject.namespaces, policy.subject.pods);
      this.subjectLists.set(policy, list);
    }
    return list;
  }

  /** The classes one peer means. */
  peerClasses(peer: Peer): ClassList {
    switch (peer.kind) {
      case 'pods':
        return this.pods(peer.namespaces, peer.pods);
      case 'ip': {
        const key = blockKey(peer);
        let list = this.blockLists.get(key);
        if (list === undefined) {
          list = this.atAddresses(this.classes.addresses.inside(peer) ?? []);
          this.blockLists.set(key, list);
        }
        return list;
      }
      case 'nodes':
        return Int32Array.from(
          this.nodeLike.filter((id) => selectorMatches(peer.nodes, this.classes.all[id]?.sample.asNode?.labels ?? {})),
        );
      case 'never':
        return new Int32Array(0);
    }
  }

  private atAddresses(inside: readonly number[]): ClassList {
    const found: number[] = [];
    for (const address of inside) for (const id of this.byAddress[address] ?? []) found.push(id);
    // A class with two addresses (dual stack) may be met twice.
    return Int32Array.from(this.severalAddresses ? new Set(found) : found);
  }

  /** The classes a rule's peers mean, each once; undefined: everyone. */
  peers(rule: Rule): ClassList | undefined {
    const { peers } = rule;
    if (peers === undefined) return undefined;
    if (this.ruleLists.has(rule)) return this.ruleLists.get(rule);
    const first = peers[0];
    let list = first === undefined ? new Int32Array(0) : this.peerClasses(first);
    if (peers.length > 1) list = Int32Array.from(new Set(peers.flatMap((peer) => [...this.peerClasses(peer)])));
    this.ruleLists.set(rule, list);
    return list;
  }

  /**
   * The ports a rule means: one set, or (where it asks for port names) one per port signature of the destination.
   */
  portsOf(rule: Rule): number | Int32Array {
    const { ports } = rule;
    if (ports === undefined) return ALL_PORTS;
    let found = this.ports.get(rule);
    if (found === undefined) {
      found = ports.some(({ kind }) => kind === 'name')
        ? Int32Array.from(this.classes.namedPorts, (named) => this.sets.of(ports.flatMap((port) => rangesOf(port, named))))
        : this.sets.of(ports.flatMap((port) => rangesOf(port, [])));
      this.ports.set(rule, found);
    }
    return found;
  }
}

function rangesOf(port: PortMatch, named: readonly ContainerPort[]): readonly PortRange[] {
  switch (port.kind) {
    case 'numbers':
      return [port];
    case 'name':
      return named
        .filter((one) => one.name === port.name && (port.protocol === undefined || port.protocol === one.protocol))
        .map(({ protocol, containerPort }) => ({ protocol, first: containerPort, last: containerPort }));
    case 'never':
      return [];
  }
}
