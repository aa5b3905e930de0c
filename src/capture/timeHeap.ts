/** A heap by time: the earliest first, of equal times the one that came first. */

export interface Timed {
  readonly time: number;
}

interface Entry<T> {
  readonly item: T;
  readonly order: number;
}

export class TimeHeap<T extends Timed> {
  private readonly entries: Entry<T>[] = [];
  private next = 0;

  public get size(): number {
    return this.entries.length;
  }

  public get first(): T | undefined {
    return this.entries[0]?.item;
  }

  public push(item: T): void {
    const { entries } = this;
    const entry = { item, order: this.next++ };
    let at = entries.length;
    entries.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = entries[above];
      if (other === undefined || !before(entry, other)) break;
      entries[at] = other;
      at = above;
    }
    entries[at] = entry;
  }

  public pop(): T | undefined {
    const { entries } = this;
    const top = entries[0];
    const last = entries.pop();
    if (top === undefined || last === undefined || entries.length === 0) return top?.item;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      let child = entries[below];
      const right = entries[below + 1];
      if (child === undefined) break;
      if (right !== undefined && before(right, child)) {
        child = right;
        below++;
      }
      if (!before(child, last)) break;
      entries[at] = child;
      at = below;
    }
    entries[at] = last;
    return top.item;
  }
}

const before = (a: Entry<Timed>, b: Entry<Timed>): boolean => a.item.time < b.item.time || (a.item.time === b.item.time && a.order < b.order);
