/** Who reaches whom as a matrix of groups: pods that the policies cannot tell apart are one row and one column. */
import type { CellDetail, PolicyGroup } from '../../contract/policy.ts';
import type { PeerClass } from '../classes.ts';
import type { Endpoint } from '../endpoint.ts';
import { isSubject } from '../match.ts';
import type { IpPeer, Policy } from '../model.ts';
import { ALL_PORTS, NO_PORTS, type PortRange } from '../portSets.ts';
import type { Protocol } from '../types.ts';
import { explainVerdict } from './explain.ts';
import { firstOf } from './words.ts';
import type { World } from './world.ts';

/** States of a cell, one byte each. */
export const CELL = { none: 0, some: 1, all: 2, outside: 3 } as const;

const NAMES = 8;

/** `web-*` where all names of pods begin alike up to a dash; the one name; or the first of them. */
function stem(names: readonly string[]): string {
  const [first = '', ...rest] = names;
  if (rest.length === 0) return first;
  let length = first.length;
  for (const name of rest) while (!name.startsWith(first.slice(0, length))) length--;
  const dash = first.slice(0, length).lastIndexOf('-');
  return dash > 0 ? `${first.slice(0, dash)}-*` : firstOf(names, 2);
}

function blocksOf(policies: readonly Policy[]): readonly IpPeer[] {
  return policies.flatMap((policy) =>
    [...(policy.ingress ?? []), ...(policy.egress ?? [])].flatMap(({ peers }) => (peers ?? []).filter((peer) => peer.kind === 'ip')),
  );
}

export class Matrix {
  readonly groups: readonly PolicyGroup[];
  private readonly world: World;
  /** Class of each group. */
  private readonly ids: readonly number[];

  /** `about`: the policy whose pods are marked and come first; undefined for none. */
  constructor(world: World, about: Policy | undefined) {
    this.world = world;
    const blocks = blocksOf(world.policies);
    const made = world.reach.classes.all.map((one, id) => ({ id, group: this.groupOf(one, about, blocks) }));
    const rank = ({ kind, selected }: PolicyGroup): number => (selected ? 0 : { pod: 1, host: 2, node: 3, address: 4 }[kind]);
    const shown = made.filter(({ group }) => group !== undefined) as { readonly id: number; readonly group: PolicyGroup }[];
    shown.sort((a, b) => rank(a.group) - rank(b.group) || (a.group.text < b.group.text ? -1 : 1));
    this.ids = shown.map(({ id }) => id);
    this.groups = shown.map(({ group }) => group);
  }

  private groupOf(one: PeerClass, about: Policy | undefined, blocks: readonly IpPeer[]): PolicyGroup | undefined {
    const { cluster, reach } = this.world;
    const ends = one.pods.map((at) => cluster.podEndpoints[at]).filter((end) => end !== undefined);
    const names = ends.map(({ anyPod }) => anyPod?.name ?? '');
    const base = { kind: one.kind, pods: ends.length, names: ends.slice(0, NAMES).map(({ text }) => text), selected: about !== undefined && isSubject(about, one.sample) };
    switch (one.kind) {
      case 'pod':
      case 'host': {
        if (ends.length === 0) return undefined;
        const namespace = one.sample.anyPod?.ns ?? '';
        return { ...base, namespace, text: `${namespace}/${stem(names)}${one.kind === 'host' ? ' (host network)' : ''}` };
      }
      case 'node':
        return { ...base, namespace: '', text: one.sample.text };
      case 'address': {
        const at = one.addressClasses[0] ?? 0;
        // The narrowest block says most.
        const around = blocks.filter((peer) => reach.classes.addresses.inside(peer)?.includes(at) === true).toSorted((a, b) => b.block.prefix - a.block.prefix);
        const inside = [...new Set(around.map(({ block }) => block.text))];
        const isV6 = (one.sample.ips[0]?.words.length ?? 1) > 1;
        if (inside.length === 0 && isV6 && !blocks.some(({ block }) => block.first.words.length > 1)) return undefined;
        const text = inside.length === 0 ? `other ${isV6 ? 'IPv6' : 'IPv4'} addresses` : `addresses in ${inside[0] ?? ''}`;
        return { ...base, namespace: '', text, selected: false, names: [`such as ${one.sample.text}`, ...inside.slice(1, NAMES).map((block) => `also in ${block}`)] };
      }
    }
  }

  private isOutside(from: number, to: number): boolean {
    const { all } = this.world.reach.classes;
    // A single pod towards itself always passes: there is no pair.
    return (all[from]?.kind !== 'pod' && all[to]?.kind !== 'pod') || (from === to && all[from]?.pods.length === 1);
  }

  /** One byte per pair of groups, row by row. */
  cells(rows: readonly number[], columns: readonly number[]): Uint8Array {
    const { reach } = this.world;
    const cells = new Uint8Array(rows.length * columns.length);
    let at = 0;
    for (const row of rows) {
      const from = this.ids[row] ?? 0;
      for (const column of columns) {
        const to = this.ids[column] ?? 0;
        const set = reach.betweenClasses(from, to);
        cells[at++] = this.isOutside(from, to) ? CELL.outside : set === ALL_PORTS ? CELL.all : set === NO_PORTS ? CELL.none : CELL.some;
      }
    }
    return cells;
  }

  /** The ports from one group to another, in words: `TCP 8080`, `all ports`. */
  portsText(row: number, column: number): string {
    const { reach } = this.world;
    return reach.sets.text(reach.betweenClasses(this.ids[row] ?? 0, this.ids[column] ?? 0));
  }

  private endOf(group: number, other: Endpoint | undefined): Endpoint | undefined {
    const one = this.world.reach.classes.all[this.ids[group] ?? -1];
    if (one === undefined) return undefined;
    // A pod towards itself says nothing about its group.
    const ends = one.pods.map((at) => this.world.cluster.podEndpoints[at]);
    return ends.find((end) => end !== undefined && end !== other) ?? one.sample;
  }

  /** Why a pair of groups is as it is: the ports, an allowed and a denied example. */
  cell(row: number, column: number): CellDetail {
    const { reach, evaluator } = this.world;
    const from = this.endOf(row, undefined);
    const to = this.endOf(column, from);
    const title = `${this.groups[row]?.text ?? ''} → ${this.groups[column]?.text ?? ''}`;
    if (from === undefined || to === undefined) return { title, ports: '', explanations: [] };
    const set = reach.betweenClasses(this.ids[row] ?? 0, this.ids[column] ?? 0);
    const declared = (to.anyPod?.ports ?? []).map(({ protocol, containerPort }) => ({ protocol, port: containerPort }));
    const pick = (allowed: boolean, ranges: readonly PortRange[]): { readonly protocol: Protocol; readonly port: number } | undefined => {
      const known = declared.find(({ protocol, port }) => reach.sets.has(set, protocol, port) === allowed);
      const first = ranges[0];
      return known ?? (first === undefined ? undefined : { protocol: first.protocol, port: first.first });
    };
    const flows = [pick(false, reach.sets.missing(set)), pick(true, reach.sets.ranges(set))].filter((one) => one !== undefined);
    // Where all ports are alike one example says it.
    const examples = set === ALL_PORTS || set === NO_PORTS ? flows.slice(0, 1) : flows;
    return {
      title,
      ports: reach.sets.text(set),
      explanations: examples.map(({ protocol, port }) => explainVerdict(evaluator.evaluate({ from, to, protocol, port }), this.world)),
    };
  }

  /** Pairs of groups of pods by how much passes, weighed by their pods. */
  get summary(): { readonly all: number; readonly some: number; readonly none: number } {
    const { all, some, none } = this.world.reach.summary();
    return { all, some, none };
  }
}
