/**
 * One row of reachability: for one class and direction the ports allowed to (or from) every other class.
 * Classes selected by the same policies share a row.
 */
import type { Policy, Rule } from './model.ts';
import { ALL_PORTS, NO_PORTS, type PortSets } from './portSets.ts';
import type { ClassList, RuleTable } from './ruleTable.ts';
import type { Direction } from './types.ts';

/** What the admin tier (and later the baseline) has made of the ports so far; interned. */
interface Tally {
  readonly allowed: number;
  readonly undecided: number;
  readonly passed: number;
}

/** Tallies as small integers, so that peers in the same state share one step. */
class Tallies {
  readonly list: Tally[] = [];
  private readonly ids = new Map<string, number>();

  of(tally: Tally): number {
    const key = `${tally.allowed},${tally.undecided},${tally.passed}`;
    let id = this.ids.get(key);
    if (id === undefined) {
      id = this.list.length;
      this.ids.set(key, id);
      this.list.push(tally);
    }
    return id;
  }
}

export interface RowRequest {
  readonly policies: readonly Policy[];
  readonly direction: Direction;
  /** Port signature of the subject: ports by name are its own for ingress. */
  readonly portSignature: number;
}

export class RowMaker {
  private readonly table: RuleTable;
  private readonly sets: PortSets;
  private readonly signatures: Int32Array;
  private readonly size: number;
  private readonly everyone: ClassList;
  /** Where the row at hand has been written: the first `written` places. */
  private readonly places: Int32Array;
  private written = 0;

  /** @param signatures port signature of every class: ports by name are the peer's for egress. */
  constructor(table: RuleTable, sets: PortSets, signatures: Int32Array) {
    this.table = table;
    this.sets = sets;
    this.signatures = signatures;
    this.size = signatures.length;
    this.places = new Int32Array(this.size);
    this.everyone = Int32Array.from(signatures, (_, at) => at);
  }

  /**
   * Writes the allowed set of ports for each class into `row`, which holds zeros (NO_PORTS) as it comes.
   * Answers where it has written; undefined: anywhere.
   */
  fill(row: Uint16Array, request: RowRequest): Int32Array | undefined {
    const { policies } = request;
    this.written = 0;
    const isolating = policies.every(({ tier }) => tier === 'networkpolicy') ? policies : policies.filter(({ tier }) => tier === 'networkpolicy');
    const isolated = isolating.length > 0;
    if (isolated) this.union(row, isolating, request);
    if (isolating === policies) return this.places.subarray(0, this.written);
    const admin = policies.filter(({ tier }) => tier === 'admin');
    const baseline = policies.filter(({ tier }) => tier === 'baseline');
    if (admin.length > 0 || !isolated) this.tiered(row, admin, isolated, baseline, request);
    return undefined;
  }

  /** The ports of a rule: one set, or one per port signature of the peer (egress to named ports: they are the receiver's). */
  private ports(rule: Rule, { direction, portSignature }: RowRequest): number | Int32Array {
    const ports = this.table.portsOf(rule);
    return typeof ports === 'number' || direction === 'egress' ? ports : (ports[portSignature] ?? NO_PORTS);
  }

  private union(row: Uint16Array, policies: readonly Policy[], request: RowRequest): void {
    for (const policy of policies) {
      for (const rule of policy[request.direction] ?? []) {
        const peers = this.table.peers(rule) ?? this.everyone;
        const ports = this.ports(rule, request);
        if (typeof ports !== 'number') this.addNamed(row, peers, ports);
        else this.addTo(row, peers, ports);
      }
    }
  }

  /** Adds ports for the listed peers. Neighbouring peers are mostly in the same state: the last answer serves again. */
  private addTo(row: Uint16Array, peers: ClassList, ports: number): void {
    if (ports === NO_PORTS) return;
    const { places } = this;
    let { written } = this;
    let before = NO_PORTS;
    let after = ports;
    for (let at = 0; at < peers.length; at++) {
      const peer = peers[at]!;
      const now = row[peer]!;
      if (now === NO_PORTS) places[written++] = peer;
      if (now !== before) {
        before = now;
        after = this.sets.union(now, ports);
      }
      row[peer] = after;
    }
    this.written = written;
  }

  /** The same where each peer has ports of its own. */
  private addNamed(row: Uint16Array, peers: ClassList, ports: Int32Array): void {
    for (let at = 0; at < peers.length; at++) {
      const peer = peers[at]!;
      const now = row[peer]!;
      const after = this.sets.union(now, ports[this.signatures[peer]!]!);
      if (now === after) continue;
      if (now === NO_PORTS) this.places[this.written++] = peer;
      row[peer] = after;
    }
  }

  /** `row` holds what NetworkPolicies allow where the subject is `isolated` by any. */
  private tiered(row: Uint16Array, admin: readonly Policy[], isolated: boolean, baseline: readonly Policy[], request: RowRequest): void {
    const { sets } = this;
    const tallies = new Tallies();
    const state = new Int32Array(this.size).fill(tallies.of({ allowed: NO_PORTS, undecided: ALL_PORTS, passed: NO_PORTS }));
    this.walk(admin, tallies, state, request);
    if (isolated) {
      for (let peer = 0; peer < this.size; peer++) {
        const tally = tallies.list[state[peer] ?? 0];
        if (tally === undefined) continue;
        const open = sets.union(tally.undecided, tally.passed);
        row[peer] = sets.union(tally.allowed, sets.intersection(open, row[peer] ?? NO_PORTS));
      }
      return;
    }
    // What was passed on meets the baseline like what was never decided.
    for (let peer = 0; peer < this.size; peer++) {
      const tally = tallies.list[state[peer] ?? 0];
      if (tally === undefined || tally.passed === NO_PORTS) continue;
      state[peer] = tallies.of({ allowed: tally.allowed, undecided: sets.union(tally.undecided, tally.passed), passed: NO_PORTS });
    }
    this.walk(baseline, tallies, state, request);
    for (let peer = 0; peer < this.size; peer++) {
      const tally = tallies.list[state[peer] ?? 0];
      if (tally !== undefined) row[peer] = sets.union(sets.union(tally.allowed, tally.undecided), tally.passed);
    }
  }

  /** First match wins: each rule takes its ports out of what is still undecided. */
  private walk(policies: readonly Policy[], tallies: Tallies, state: Int32Array, request: RowRequest): void {
    for (const policy of policies) {
      for (const rule of policy[request.direction] ?? []) {
        const peers = this.table.peers(rule) ?? this.everyone;
        const ports = this.ports(rule, request);
        const steps = new Map<number, number>();
        for (let at = 0; at < peers.length; at++) {
          const peer = peers[at]!;
          const taken = typeof ports === 'number' ? ports : ports[this.signatures[peer]!]!;
          // Sets of ports are fewer than 2^16: both fit one number.
          const key = state[peer]! * 2 ** 16 + taken;
          let next = steps.get(key);
          if (next === undefined) {
            next = this.step(tallies, state[peer]!, taken, rule);
            steps.set(key, next);
          }
          state[peer] = next;
        }
      }
    }
  }

  private step(tallies: Tallies, now: number, ports: number, rule: Rule): number {
    const { sets } = this;
    const tally = tallies.list[now];
    if (tally === undefined) return now;
    const taken = sets.intersection(tally.undecided, ports);
    if (taken === NO_PORTS) return now;
    return tallies.of({
      allowed: rule.action === 'Allow' ? sets.union(tally.allowed, taken) : tally.allowed,
      undecided: sets.difference(tally.undecided, taken),
      passed: rule.action === 'Pass' ? sets.union(tally.passed, taken) : tally.passed,
    });
  }
}
