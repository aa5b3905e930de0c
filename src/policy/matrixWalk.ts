/** The all-pairs matrix row by row: the inner loop of reachability, kept flat and free of calls. */
import { ALL_PORTS, NO_PORTS, type PortSets } from './portSets.ts';
import { RowPool } from './rowPool.ts';
import type { Direction } from './types.ts';

/** Senders whose column of ingress is copied at a time: 32 entries of 2 bytes share a cache line. */
const BLOCK = 32;

/** Marks an intersection not worked out yet; never an id, as there are fewer sets. */
const UNKNOWN = 0xffff;

/** Beyond this many sets (a table of 8 MB) intersections are looked up in the sets' own memo. */
const LARGEST_TABLE = 2048;

export class MatrixWalk {
  private readonly sets: PortSets;
  private readonly count: number;
  private readonly pools: Readonly<Record<Direction, RowPool>>;
  private readonly into: Uint16Array;
  private readonly out: Uint16Array;
  private readonly outRows: Int32Array;
  private readonly intoRows: Int32Array;
  /** Ingress of a block of senders, turned round: `columns[k * count + to]`. */
  private readonly columns: Uint16Array;
  private blockStart = -1;
  private readonly size: number;
  private readonly table: Uint16Array;

  constructor(sets: PortSets, count: number, pools: Readonly<Record<Direction, RowPool>>, egress: Int32Array, ingress: Int32Array) {
    this.sets = sets;
    this.count = count;
    this.pools = pools;
    this.into = pools.ingress.flat;
    this.out = pools.egress.flat;
    this.outRows = egress.map((row) => row * count);
    this.intoRows = ingress.map((row) => row * count);
    this.columns = new Uint16Array(BLOCK * count);
    this.size = sets.count <= LARGEST_TABLE ? sets.count : 0;
    this.table = this.known();
  }

  /** The table with the trivial answers in it. */
  private known(): Uint16Array {
    const { size } = this;
    const table = new Uint16Array(size * size).fill(UNKNOWN);
    for (let id = 0; id < size; id++) {
      table[id * size + id] = id;
      table[id * size + ALL_PORTS] = id;
      table[ALL_PORTS * size + id] = id;
      table[id * size + NO_PORTS] = NO_PORTS;
      table[NO_PORTS * size + id] = NO_PORTS;
    }
    return table;
  }

  private turn(first: number): void {
    const { count, columns, into, intoRows } = this;
    const width = Math.min(BLOCK, count - first);
    for (let to = 0; to < count; to++) {
      const row = intoRows[to]! + first;
      for (let k = 0; k < width; k++) columns[k * count + to] = into[row + k]!;
    }
    this.blockStart = first;
  }

  /** Writes what `from` may send to each class into `target`. Ascending calls are cheapest. */
  row(from: number, target: Uint16Array): void {
    const { count, columns, out, into, intoRows } = this;
    const outRow = this.outRows[from]!;
    const some = this.pools.egress.openAt(outRow / count);
    if (some !== undefined) {
      target.fill(NO_PORTS);
      for (let at = 0; at < some.length; at++) {
        const to = some[at]!;
        target[to] = this.both(out[outRow + to]!, into[intoRows[to]! + from]!);
      }
      return;
    }
    if (this.blockStart < 0 || from < this.blockStart || from >= this.blockStart + BLOCK) this.turn(from - (from % BLOCK));
    const column = (from - this.blockStart) * count;
    // Nothing limits the sender: what the receivers admit is the answer.
    if (outRow === RowPool.OPEN) target.set(columns.subarray(column, column + count));
    else this.dense(outRow, column, target);
  }

  private dense(outRow: number, column: number, target: Uint16Array): void {
    const { count, columns, out } = this;
    for (let to = 0; to < count; to++) target[to] = this.both(out[outRow + to]!, columns[column + to]!);
  }

  /**
   * How many of the receivers' members each sender reaches on all ports (`open`) and on none (`closed`).
   * Receivers that share a row of ingress are counted together, and only where it is open: most of it is not.
   */
  counts(members: Int32Array): { readonly open: Float64Array; readonly closed: Float64Array } {
    const { count } = this;
    const tally: Tally = { open: new Float64Array(count), reached: new Float64Array(count) };
    const receivers = this.byIntoRow(members);
    for (const [row, list] of receivers) {
      if (row === RowPool.OPEN) this.unguarded(list, members, tally);
      else this.guarded(row, list, members, tally);
    }
    const total = members.reduce((sum, one) => sum + one, 0);
    return { open: tally.open, closed: tally.reached.map((one) => total - one) };
  }

  /** The classes that have members, by their row of ingress. */
  private byIntoRow(members: Int32Array): ReadonlyMap<number, readonly number[]> {
    const lists = new Map<number, number[]>();
    for (let to = 0; to < this.count; to++) {
      if (members[to] === 0) continue;
      const list = lists.get(this.intoRows[to]!);
      if (list === undefined) lists.set(this.intoRows[to]!, [to]);
      else list.push(to);
    }
    return lists;
  }

  /** An intersection by the table. */
  private both(a: number, b: number): number {
    const { size, table } = this;
    if (a >= size || b >= size) return this.sets.intersection(a, b);
    let found = table[a * size + b]!;
    if (found === UNKNOWN) {
      found = this.sets.intersection(a, b);
      table[a * size + b] = found;
    }
    return found;
  }

  /** Receivers that admit everything: what the sender may send is the answer, the same for all that share its row. */
  private unguarded(receivers: readonly number[], members: Int32Array, { open, reached }: Tally): void {
    const { out, outRows, count } = this;
    const known = new Map<number, { readonly open: number; readonly reached: number }>();
    for (let from = 0; from < count; from++) {
      const row = outRows[from]!;
      let sums = known.get(row);
      if (sums === undefined) {
        sums = row === RowPool.OPEN ? sumOf(receivers, members) : sumIn(out, row, receivers, members);
        known.set(row, sums);
      }
      open[from]! += sums.open;
      reached[from]! += sums.reached;
    }
  }

  private guarded(row: number, receivers: readonly number[], members: Int32Array, { open, reached }: Tally): void {
    const { out, into, outRows, count } = this;
    const weight = sumOf(receivers, members).reached;
    const places = this.pools.ingress.openAt(row / count);
    const length = places?.length ?? count;
    for (let place = 0; place < length; place++) {
      const from = places === undefined ? place : places[place]!;
      const admitted = into[row + from]!;
      const outRow = outRows[from]!;
      if (outRow === RowPool.OPEN) {
        if (admitted !== NO_PORTS) reached[from]! += weight;
        if (admitted === ALL_PORTS) open[from]! += weight;
        continue;
      }
      for (let at = 0; at < receivers.length; at++) {
        const to = receivers[at]!;
        const set = this.both(out[outRow + to]!, admitted);
        if (set === NO_PORTS) continue;
        reached[from]! += members[to]!;
        if (set === ALL_PORTS) open[from]! += members[to]!;
      }
    }
  }
}

/** Members that each sender reaches, by sender: on all ports, and on any. */
interface Tally {
  readonly open: Float64Array;
  readonly reached: Float64Array;
}

function sumOf(receivers: readonly number[], members: Int32Array): { readonly open: number; readonly reached: number } {
  let sum = 0;
  for (const to of receivers) sum += members[to]!;
  return { open: sum, reached: sum };
}

/** The members of receivers that a row of egress lets through, on all ports and on any. */
function sumIn(out: Uint16Array, row: number, receivers: readonly number[], members: Int32Array): { readonly open: number; readonly reached: number } {
  let open = 0;
  let reached = 0;
  for (const to of receivers) {
    const set = out[row + to]!;
    if (set === NO_PORTS) continue;
    reached += members[to]!;
    if (set === ALL_PORTS) open += members[to]!;
  }
  return { open, reached };
}
