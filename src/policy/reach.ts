/**
 * Who reaches whom, on which ports: all pairs at once, by classes of pods and atoms of ports.
 * Checked against the plain evaluator (evaluate.ts).
 */
import { byPrecedence } from './compile.ts';
import { classify, covers, vocabularyOf, type Classes, type Vocabulary } from './classes.ts';
import type { ClusterIndex, Endpoint } from './endpoint.ts';
import type { Policy } from './model.ts';
import { ALL_PORTS, NO_PORTS, PortSets } from './portSets.ts';
import { MatrixWalk } from './matrixWalk.ts';
import { RowPool } from './rowPool.ts';
import { RowMaker } from './rows.ts';
import { RuleTable } from './ruleTable.ts';
import type { Direction } from './types.ts';

/** Pairs of pods by how much passes between them; a pod with itself is not counted. */
export interface ReachSummary {
  readonly pairs: number;
  readonly all: number;
  readonly some: number;
  readonly none: number;
}

export class Reachability {
  readonly cluster: ClusterIndex;
  readonly policies: readonly Policy[];
  readonly classes: Classes;
  readonly sets: PortSets;
  private readonly vocabulary: Vocabulary;
  private readonly table: RuleTable;
  private readonly maker: RowMaker;
  /** Rows by the policies they come from, kept for the next set of policies. */
  private readonly pools: Readonly<Record<Direction, RowPool>>;
  private readonly numbers: Map<Policy, number>;
  /** Row of each class. */
  private readonly ingress: Int32Array;
  private readonly egress: Int32Array;

  constructor(cluster: ClusterIndex, policies: readonly Policy[], previous?: Reachability) {
    this.cluster = cluster;
    this.policies = [...policies].sort((a, b) => byPrecedence(a, b) || a.position - b.position);
    const wanted = vocabularyOf(this.policies);
    if (previous?.cluster === cluster && covers(previous.classes, previous.vocabulary, wanted)) {
      ({ classes: this.classes, sets: this.sets, vocabulary: this.vocabulary, table: this.table } = previous);
      ({ maker: this.maker, pools: this.pools, numbers: this.numbers } = previous);
    } else {
      this.vocabulary = wanted;
      this.classes = classify(cluster, wanted);
      this.sets = new PortSets(this.classes.atoms);
      this.table = new RuleTable(cluster, this.classes, this.sets);
      this.maker = new RowMaker(this.table, this.sets, Int32Array.from(this.classes.all, (one) => one.portSignature));
      const count = this.classes.all.length;
      this.pools = { ingress: new RowPool(count), egress: new RowPool(count) };
      this.numbers = new Map();
    }
    const selecting = this.selecting();
    this.ingress = this.rows(selecting, 'ingress');
    this.egress = this.rows(selecting, 'egress');
  }

  /** The same cluster with other policies; work on policies that are the same objects is kept. */
  withPolicies(policies: readonly Policy[]): Reachability {
    return new Reachability(this.cluster, policies, this);
  }

  private selecting(): readonly Policy[][] {
    const lists: Policy[][] = this.classes.all.map(() => []);
    for (const policy of this.policies) for (const id of this.table.subjects(policy)) lists[id]?.push(policy);
    return lists;
  }

  private rows(selecting: readonly Policy[][], direction: Direction): Int32Array {
    const pool = this.pools[direction];
    const rows = Int32Array.from(selecting, (all, id) => {
      const policies = all.filter((policy) => policy[direction] !== undefined && (policy.tier === 'networkpolicy' || policy[direction].length > 0));
      if (policies.length === 0) return RowPool.OPEN;
      const portSignature = this.classes.all[id]?.portSignature ?? 0;
      let key = direction === 'ingress' ? `${portSignature}` : '';
      for (const policy of policies) key += `,${this.numberOf(policy)}`;
      return pool.row(key, (row) => {
        this.maker.fill(row, { policies, direction, portSignature });
      });
    });
    pool.make();
    return rows;
  }

  private numberOf(policy: Policy): number {
    let number = this.numbers.get(policy);
    if (number === undefined) {
      number = this.numbers.size;
      this.numbers.set(policy, number);
    }
    return number;
  }

  /** The ports that pass from one class to another: allowed by the sender's egress and the receiver's ingress. */
  betweenClasses(from: number, to: number): number {
    return this.sets.intersection(
      this.pools.egress.at(this.egress[from] ?? RowPool.OPEN, to),
      this.pools.ingress.at(this.ingress[to] ?? RowPool.OPEN, from),
    );
  }

  /** The class of an end: pods and nodes by themselves, addresses by the blocks they are in. */
  classOf(end: Endpoint): number {
    if (end.anyPod !== undefined) {
      const at = this.cluster.podEndpoints.indexOf(end);
      return this.classes.ofPod[at] ?? 0;
    }
    if (end.asNode !== undefined) return this.classes.ofNode.get(end.asNode.name) ?? 0;
    const ip = end.ips[0];
    return ip === undefined ? 0 : (this.classes.ofAddress[this.classes.addresses.classOf(ip)] ?? 0);
  }

  /** The ports that pass between two ends: as between their classes, and all to itself and from the receiver's own node. */
  between(from: Endpoint, to: Endpoint): number {
    return this.pair(from, this.classOf(from), to, this.classOf(to));
  }

  /** The same for two pods by their place in the cluster state. */
  betweenPods(from: number, to: number): number {
    const source = this.cluster.podEndpoints[from];
    const target = this.cluster.podEndpoints[to];
    if (source === undefined || target === undefined) return NO_PORTS;
    return this.pair(source, this.classes.ofPod[from] ?? 0, target, this.classes.ofPod[to] ?? 0);
  }

  private pair(from: Endpoint, fromClass: number, to: Endpoint, toClass: number): number {
    if (from === to || (from.anyPod !== undefined && from.anyPod === to.anyPod)) return ALL_PORTS;
    const ownNode = from.asNode !== undefined && to.pod?.node !== undefined && from.asNode.name === to.pod.node;
    const out = this.pools.egress.at(this.egress[fromClass] ?? RowPool.OPEN, toClass);
    return ownNode ? out : this.sets.intersection(out, this.pools.ingress.at(this.ingress[toClass] ?? RowPool.OPEN, fromClass));
  }

  /**
   * The whole matrix, one row per sending class: `matrix[from * n + to]` is a set of ports.
   * Pods of one class towards each other are in it; a pod towards itself is not different there.
   */
  matrix(): Uint16Array {
    const count = this.classes.all.length;
    const matrix = new Uint16Array(count * count);
    const row = new Uint16Array(count);
    const walk = new MatrixWalk(this.sets, count, this.pools, this.egress, this.ingress);
    for (let from = 0; from < count; from++) {
      walk.row(from, row);
      matrix.set(row, from * count);
    }
    return matrix;
  }

  /** Counts pairs of different pods. */
  summary(): ReachSummary {
    const { all: classes } = this.classes;
    const members = Int32Array.from(classes, (one) => one.pods.length);
    const walk = new MatrixWalk(this.sets, classes.length, this.pools, this.egress, this.ingress);
    const { open, closed } = walk.counts(members);
    let all = 0;
    let none = 0;
    for (let from = 0; from < classes.length; from++) {
      const senders = members[from]!;
      if (senders === 0) continue;
      const own = this.betweenClasses(from, from);
      // A pod is no pair with itself.
      all += senders * (open[from]! - (own === ALL_PORTS ? 1 : 0));
      none += senders * (closed[from]! - (own === NO_PORTS ? 1 : 0));
    }
    const correction = this.ownNodeCorrection();
    const pods = this.cluster.podEndpoints.length;
    const pairs = pods * (pods - 1);
    all += correction.all;
    none -= correction.none;
    return { pairs, all, none, some: pairs - all - none };
  }

  /** Pairs whose sender is a hostNetwork pod on the receiver's node: admitted whatever the class matrix says. */
  private ownNodeCorrection(): { readonly all: number; readonly none: number } {
    const { podEndpoints } = this.cluster;
    const byNode = new Map<string, number[]>();
    for (const [at, { pod }] of podEndpoints.entries()) {
      if (pod?.node === undefined) continue;
      const list = byNode.get(pod.node);
      if (list === undefined) byNode.set(pod.node, [at]);
      else list.push(at);
    }
    let all = 0;
    let none = 0;
    for (const [from, sender] of podEndpoints.entries()) {
      if (sender.asNode === undefined || sender.anyPod === undefined) continue;
      for (const to of byNode.get(sender.asNode.name) ?? []) {
        const listed = this.betweenClasses(this.classes.ofPod[from] ?? 0, this.classes.ofPod[to] ?? 0);
        if (listed !== ALL_PORTS) all++;
        if (listed === NO_PORTS) none++;
      }
    }
    return { all, none };
  }
}
