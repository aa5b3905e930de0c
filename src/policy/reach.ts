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

/** What became of the policies since another computation. */
interface Change {
  readonly previous: Reachability;
  readonly added: readonly Policy[];
  readonly removed: readonly Policy[];
}

function byPlace(a: Policy, b: Policy): number {
  return byPrecedence(a, b) || a.position - b.position;
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
  /** The policies that select each class. */
  private readonly selecting: readonly Policy[][];
  /** Row of each class. */
  private readonly ingress: Int32Array;
  private readonly egress: Int32Array;

  constructor(cluster: ClusterIndex, policies: readonly Policy[], previous?: Reachability) {
    this.cluster = cluster;
    this.policies = [...policies].sort(byPlace);
    const kept = this.changedSince(previous);
    if (kept !== undefined) {
      ({ classes: this.classes, sets: this.sets, vocabulary: this.vocabulary, table: this.table } = kept.previous);
      ({ maker: this.maker, pools: this.pools, numbers: this.numbers } = kept.previous);
    } else {
      this.vocabulary = vocabularyOf(this.policies);
      this.classes = classify(cluster, this.vocabulary);
      this.sets = new PortSets(this.classes.atoms);
      this.table = new RuleTable(cluster, this.classes, this.sets);
      this.maker = new RowMaker(this.table, this.sets, Int32Array.from(this.classes.all, (one) => one.portSignature));
      const count = this.classes.all.length;
      this.pools = { ingress: new RowPool(count), egress: new RowPool(count) };
      this.numbers = new Map();
    }
    this.selecting = kept === undefined ? this.selectingAll() : this.selectingAfter(kept);
    this.ingress = this.rows('ingress', kept);
    this.egress = this.rows('egress', kept);
  }

  /** The same cluster with other policies; work on policies that are the same objects is kept. */
  withPolicies(policies: readonly Policy[]): Reachability {
    return new Reachability(this.cluster, policies, this);
  }

  /** What another computation of this cluster leaves to be done; undefined where its classes do not serve. */
  private changedSince(previous: Reachability | undefined): Change | undefined {
    if (previous?.cluster !== this.cluster) return undefined;
    const [before, now] = [new Set(previous.policies), new Set(this.policies)];
    const added = this.policies.filter((policy) => !before.has(policy));
    const removed = previous.policies.filter((policy) => !now.has(policy));
    return covers(previous.classes, previous.vocabulary, vocabularyOf(added)) ? { previous, added, removed } : undefined;
  }

  private selectingAll(): readonly Policy[][] {
    const lists: Policy[][] = this.classes.all.map(() => []);
    for (const policy of this.policies) for (const id of this.table.subjects(policy)) lists[id]!.push(policy);
    return lists;
  }

  /** Lists of classes that nothing changed for are those of before: the same objects. */
  private selectingAfter({ previous, added, removed }: Change): readonly Policy[][] {
    const lists = [...previous.selecting];
    const gone = new Set(removed);
    for (const id of new Set(removed.flatMap((policy) => [...this.table.subjects(policy)]))) {
      lists[id] = lists[id]!.filter((policy) => !gone.has(policy));
    }
    for (const policy of added) for (const id of this.table.subjects(policy)) lists[id] = [...lists[id]!, policy].sort(byPlace);
    return lists;
  }

  private rows(direction: Direction, kept: Change | undefined): Int32Array {
    const pool = this.pools[direction];
    const rows = new Int32Array(this.selecting.length);
    for (let id = 0; id < rows.length; id++) {
      const policies = this.selecting[id]!;
      rows[id] = kept !== undefined && policies === kept.previous.selecting[id] ? kept.previous[direction][id]! : this.row(policies, id, direction);
    }
    pool.make();
    return rows;
  }

  private row(selecting: readonly Policy[], id: number, direction: Direction): number {
    const portSignature = this.classes.all[id]!.portSignature;
    const policies: Policy[] = [];
    let key = direction === 'ingress' ? `${portSignature}` : '';
    for (const policy of selecting) {
      const rules = policy[direction];
      if (rules === undefined || (policy.tier !== 'networkpolicy' && rules.length === 0)) continue;
      policies.push(policy);
      key += `,${this.numberOf(policy)}`;
    }
    if (policies.length === 0) return RowPool.OPEN;
    return this.pools[direction].row(key, (row) => this.maker.fill(row, { policies, direction, portSignature }));
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
    const { ofPod } = this.classes;
    const senders = this.classes.all.filter(({ kind }) => kind === 'host').flatMap(({ pods }) => pods);
    const receivers = new Map<string, number[]>(senders.map((at) => [podEndpoints[at]!.asNode!.name, []]));
    for (let at = 0; senders.length > 0 && at < podEndpoints.length; at++) {
      const node = podEndpoints[at]!.pod?.node;
      if (node !== undefined) receivers.get(node)?.push(at);
    }
    let all = 0;
    let none = 0;
    for (const from of senders) {
      for (const to of receivers.get(podEndpoints[from]!.asNode!.name) ?? []) {
        const listed = this.betweenClasses(ofPod[from]!, ofPod[to]!);
        if (listed !== ALL_PORTS) all++;
        if (listed === NO_PORTS) none++;
      }
    }
    return { all, none };
  }
}
