/** Rows of reachability in one flat array, so that a matrix of them is walked without following pointers. */
import { ALL_PORTS } from './portSets.ts';

/** Writes a row of zeros (NO_PORTS), and answers where it has written; undefined: anywhere. The answer is copied. */
export type RowFill = (row: Uint16Array) => Int32Array | undefined;

export class RowPool {
  /** Row number 0: everything is allowed. */
  static readonly OPEN = 0;
  private readonly size: number;
  private store: Uint16Array;
  private made = 1;
  private readonly ids = new Map<string, number>();
  private readonly pending: RowFill[] = [];
  /** Where rows hold anything, one list after the other; where each row's begins (-1: it has none) and its length. */
  private places = new Int32Array(1024);
  private readonly starts: number[] = [-1];
  private readonly lengths: number[] = [0];
  private placed = 0;

  /** @param size entries of a row. */
  constructor(size: number) {
    this.size = size;
    this.store = new Uint16Array(size).fill(ALL_PORTS);
  }

  /** All rows, one after the other; valid until the next `make`. */
  get flat(): Uint16Array {
    return this.store;
  }

  /** The number of the row known by `key`; a new one is filled (from zeros) by the next `make`. */
  row(key: string, fill: RowFill): number {
    let id = this.ids.get(key);
    if (id === undefined) {
      id = this.made + this.pending.length;
      this.ids.set(key, id);
      this.pending.push(fill);
    }
    return id;
  }

  /** Makes the rows asked for: room for all of them at once. */
  make(): void {
    const { size } = this;
    const wanted = (this.made + this.pending.length) * size;
    if (this.store.length < wanted) {
      // The first rows get just the room they need; for the few that changes add there is room to spare.
      const spare = this.made > 1 ? (wanted >> 4) + 16 * size : 0;
      const larger = new Uint16Array(wanted + spare);
      larger.set(this.store);
      this.store = larger;
    }
    for (const fill of this.pending) {
      this.keep(fill(this.store.subarray(this.made * size, (this.made + 1) * size)));
      this.made++;
    }
    this.pending.length = 0;
  }

  private keep(places: Int32Array | undefined): void {
    if (places !== undefined) {
      if (this.placed + places.length > this.places.length) {
        const larger = new Int32Array(2 * this.places.length + places.length);
        larger.set(this.places);
        this.places = larger;
      }
      this.places.set(places, this.placed);
      this.placed += places.length;
    }
    this.starts.push(places === undefined ? -1 : this.placed - places.length);
    this.lengths.push(places?.length ?? 0);
  }

  /** Where a row holds anything, in no order; undefined where that is not known and may be everywhere. */
  openAt(row: number): Int32Array | undefined {
    const start = this.starts[row]!;
    return start < 0 ? undefined : this.places.subarray(start, start + this.lengths[row]!);
  }

  at(row: number, column: number): number {
    return this.store[row * this.size + column] ?? 0;
  }
}
