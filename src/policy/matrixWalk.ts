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
  private readonly into: Uint16Array;
  private readonly out: Uint16Array;
  private readonly outRows: Int32Array;
  private readonly intoRows: Int32Array;
  /** Ingress of a block of senders, turned round: `columns[k * count + to]`. */
  private readonly columns: Uint16Array;
  private readonly sparse = new Map<number, Int32Array | undefined>();
  private blockStart = -1;
  private readonly size: number;
  private readonly table: Uint16Array;

  constructor(sets: PortSets, count: number, pools: Readonly<Record<Direction, RowPool>>, egress: Int32Array, ingress: Int32Array) {
    this.sets = sets;
    this.count = count;
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
    const some = outRow === RowPool.OPEN ? undefined : this.someOf(outRow);
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

  /** Where a row of egress that is mostly closed is not; undefined for the others. */
  private someOf(outRow: number): Int32Array | undefined {
    if (this.sparse.has(outRow)) return this.sparse.get(outRow);
    const { count, out } = this;
    const found: number[] = [];
    for (let to = 0; to < count; to++) if (out[outRow + to] !== NO_PORTS) found.push(to);
    const some = found.length * 2 < count ? Int32Array.from(found) : undefined;
    this.sparse.set(outRow, some);
    return some;
  }

  private dense(outRow: number, column: number, target: Uint16Array): void {
    const { count, columns, out } = this;
    for (let to = 0; to < count; to++) target[to] = this.both(out[outRow + to]!, columns[column + to]!);
  }

  /**
   * How many of the receivers' members each sender reaches on all ports (`open`) and on none (`closed`).
   * Senders that nothing limits are counted for all receivers at once, row by row of ingress.
   */
  counts(members: Int32Array): { readonly open: Float64Array; readonly closed: Float64Array } {
    const { count, into } = this;
    const open = new Float64Array(count);
    const closed = new Float64Array(count);
    const weights = new Map<number, number>();
    for (let to = 0; to < count; to++) weights.set(this.intoRows[to]!, (weights.get(this.intoRows[to]!) ?? 0) + members[to]!);
    const total = members.reduce((sum, one) => sum + one, 0);
    for (const [row, weight] of weights) if (weight > 0) addRow(into, row, weight, open, closed);
    for (let from = 0; from < count; from++) closed[from] = total - closed[from]!;
    const row = new Uint16Array(count);
    for (let from = 0; from < count; from++) {
      if (this.outRows[from] === RowPool.OPEN || members[from] === 0) continue;
      this.limited(from, row, members, total, open, closed);
    }
    return { open, closed };
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

  private limited(from: number, row: Uint16Array, members: Int32Array, total: number, open: Float64Array, closed: Float64Array): void {
    const { out, into, intoRows } = this;
    const outRow = this.outRows[from]!;
    const some = this.someOf(outRow);
    let reached = 0;
    let all = 0;
    if (some === undefined) this.row(from, row);
    const length = some?.length ?? row.length;
    for (let at = 0; at < length; at++) {
      const to = some === undefined ? at : some[at]!;
      const admitted = into[intoRows[to]! + from]!;
      if (admitted === NO_PORTS) continue;
      const set = some === undefined ? row[to]! : this.both(out[outRow + to]!, admitted);
      if (set === NO_PORTS) continue;
      reached += members[to]!;
      if (set === ALL_PORTS) all += members[to]!;
    }
    open[from] = all;
    closed[from] = total - reached;
  }
}

/** Adds a row's receivers to what each sender reaches. Rows are mostly closed, so only the rest is counted. */
function addRow(flat: Uint16Array, row: number, weight: number, open: Float64Array, reached: Float64Array): void {
  const count = open.length;
  for (let from = 0; from < count; from++) {
    const set = flat[row + from]!;
    if (set === NO_PORTS) continue;
    reached[from]! += weight;
    if (set === ALL_PORTS) open[from]! += weight;
  }
}
