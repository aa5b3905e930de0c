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

  /** @param signatures port signature of every class: ports by name are the peer's for egress. */
  constructor(table: RuleTable, sets: PortSets, signatures: Int32Array) {
    this.table = table;
    this.sets = sets;
    this.signatures = signatures;
    this.size = signatures.length;
  }

  /** Writes the allowed set of ports for each class into `row`, which holds zeros (NO_PORTS) as it comes. */
  fill(row: Uint16Array, request: RowRequest): void {
    const { policies, direction } = request;
    const admin = policies.filter(({ tier }) => tier === 'admin');
    const isolating = policies.filter((policy) => policy.tier === 'networkpolicy' && policy[direction] !== undefined);
    const baseline = policies.filter(({ tier }) => tier === 'baseline');
    const isolated = isolating.length > 0;
    if (isolated) this.union(row, isolating, request);
    if (admin.length > 0 || !isolated) this.tiered(row, admin, isolated, baseline, request);
  }

  /** Calls `step` with lists of peers (undefined: all) and the ports the rule has for them. */
  private parts(rule: Rule, request: RowRequest, step: (peers: ClassList | undefined, ports: number) => void): void {
    const peers = this.table.peers(rule);
    const ports = this.table.portsOf(rule);
    if (typeof ports === 'number') step(peers, ports);
    else if (request.direction === 'ingress') step(peers, ports[request.portSignature] ?? NO_PORTS);
    // Egress to a named port: it is the receiver's, so receivers go by what they declare.
    else for (const [signature, list] of this.bySignature(peers)) step(list, ports[signature] ?? NO_PORTS);
  }

  private bySignature(peers: ClassList | undefined): ReadonlyMap<number, ClassList> {
    const lists = new Map<number, number[]>();
    for (const peer of peers ?? this.everyone()) {
      const signature = this.signatures[peer] ?? 0;
      const list = lists.get(signature);
      if (list === undefined) lists.set(signature, [peer]);
      else list.push(peer);
    }
    return new Map([...lists].map(([signature, list]) => [signature, Int32Array.from(list)]));
  }

  private everyone(): ClassList {
    return Int32Array.from(this.signatures, (_, at) => at);
  }

  private union(row: Uint16Array, policies: readonly Policy[], request: RowRequest): void {
    for (const policy of policies) {
      for (const rule of policy[request.direction] ?? []) {
        this.parts(rule, request, (peers, ports) => {
          if (peers === undefined) this.addToAll(row, ports);
          else this.addTo(row, peers, ports);
        });
      }
    }
  }

  /** Adds ports for the listed peers. Neighbouring peers are mostly in the same state: the last answer serves again. */
  private addTo(row: Uint16Array, peers: ClassList, ports: number): void {
    let before = NO_PORTS;
    let after = ports;
    for (let at = 0; at < peers.length; at++) {
      const peer = peers[at]!;
      const now = row[peer]!;
      if (now !== before) {
        before = now;
        after = this.sets.union(now, ports);
      }
      row[peer] = after;
    }
  }

  private addToAll(row: Uint16Array, ports: number): void {
    if (ports === ALL_PORTS) {
      row.fill(ALL_PORTS);
      return;
    }
    for (let peer = 0; peer < row.length; peer++) row[peer] = this.sets.union(row[peer]!, ports);
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
        this.parts(rule, request, (peers, ports) => {
          const steps = new Map<number, number>();
          const count = peers?.length ?? this.size;
          for (let at = 0; at < count; at++) {
            const peer = peers === undefined ? at : peers[at]!;
            const now = state[peer]!;
            let next = steps.get(now);
            if (next === undefined) {
              next = this.step(tallies, now, ports, rule);
              steps.set(now, next);
            }
            state[peer] = next;
          }
        });
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
