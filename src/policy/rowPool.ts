/** Rows of reachability in one flat array, so that a matrix of them is walked without following pointers. */
import { ALL_PORTS } from './portSets.ts';

export class RowPool {
  /** Row number 0: everything is allowed. */
  static readonly OPEN = 0;
  private readonly size: number;
  private store: Uint16Array;
  private made = 1;
  private readonly ids = new Map<string, number>();
  private readonly pending: ((row: Uint16Array) => void)[] = [];

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
  row(key: string, fill: (row: Uint16Array) => void): number {
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
      const larger = new Uint16Array(wanted);
      larger.set(this.store);
      this.store = larger;
    }
    for (const fill of this.pending) {
      fill(this.store.subarray(this.made * size, (this.made + 1) * size));
      this.made++;
    }
    this.pending.length = 0;
  }

  at(row: number, column: number): number {
    return this.store[row * this.size + column] ?? 0;
  }
}
