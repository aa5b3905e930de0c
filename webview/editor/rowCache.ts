/**
 * Rows of the packet list that are here, and the asking for those that are not. One request is under way at
 * a time; when it is done the next one asks for what is wanted then, so that the newest wish wins.
 */
import type { PacketRow, RowPage } from '../../src/contract/capture.ts';

export type FetchRows = (from: number, count: number) => Promise<RowPage>;

/** Most rows kept; beyond it those far from the view go. */
const kMostRows = 5000;
/** Screens asked for before and after the one in view. */
const kScreensAround = 1;

interface Kept {
  readonly row: PacketRow;
  readonly generation: number;
}

export class RowCache {
  private readonly rows = new Map<number, Kept>();
  private readonly fetch: FetchRows;
  private readonly onArrived: (page: RowPage) => void;
  /** Counts lists, and what is known of the rows of one. */
  private list = 0;
  private generation = 0;
  private total = 0;
  private fetching = false;
  private first = 0;
  private end = 0;

  /** `fetch` rejects when a page cannot be had; it is asked again at the next `want`. */
  public constructor(fetch: FetchRows, onArrived: (page: RowPage) => void) {
    this.fetch = fetch;
    this.onArrived = onArrived;
  }

  public get(row: number): PacketRow | undefined {
    return this.rows.get(row)?.row;
  }

  public setTotal(total: number): void {
    this.total = total;
  }

  /** Another list (another filter): nothing of the old one may be shown. */
  public reset(): void {
    this.rows.clear();
    this.list++;
    this.generation++;
  }

  /** What rows say may have changed: keep showing them until they are replaced. */
  public invalidate(): void {
    this.generation++;
  }

  /** These rows are in view; asks for what is missing of them and around them. */
  public want(first: number, end: number): void {
    this.first = first;
    this.end = end;
    if (!this.fetching) {
      void this.fetchNext();
    }
  }

  private async fetchNext(): Promise<void> {
    const gap = this.nextGap();
    if (gap === undefined) {
      return;
    }
    this.fetching = true;
    const { list, generation } = this;
    try {
      const page = await this.fetch(gap.from, gap.count);
      // Rows that are out of date by now are better than none: a file that grows steadily outdates every page on its way.
      if (list === this.list) {
        this.keep(page, generation);
        this.onArrived(page);
      }
    } catch {
      // The cause is shown by whoever listens to the engine's problems; asking on would only repeat it.
      return;
    } finally {
      this.fetching = false;
    }
    void this.fetchNext();
  }

  private keep(page: RowPage, generation: number): void {
    page.rows.forEach((row, index) => {
      this.rows.set(page.from + index, { row, generation });
    });
    if (page.rows.length === 0) {
      // The list is shorter than was thought.
      this.total = Math.min(this.total, page.total);
    }
    if (this.rows.size > kMostRows) {
      this.evict();
    }
  }

  /** First what is in view, then the screen below, then the one above. */
  private nextGap(): { readonly from: number; readonly count: number } | undefined {
    const screen = Math.max(1, this.end - this.first);
    const after = Math.min(this.total, this.end + screen * kScreensAround);
    const before = Math.max(0, this.first - screen * kScreensAround);
    return this.gapIn(this.first, after) ?? this.gapIn(before, this.first);
  }

  private gapIn(from: number, to: number): { readonly from: number; readonly count: number } | undefined {
    const end = Math.min(to, this.total);
    let start = from;
    while (start < end && this.isFresh(start)) {
      start++;
    }
    let stop = end;
    while (stop > start && this.isFresh(stop - 1)) {
      stop--;
    }
    return start < stop ? { from: start, count: stop - start } : undefined;
  }

  private isFresh(row: number): boolean {
    return this.rows.get(row)?.generation === this.generation;
  }

  private evict(): void {
    const span = Math.max(200, (this.end - this.first) * 4);
    for (const row of this.rows.keys()) {
      if (row < this.first - span || row > this.end + span) {
        this.rows.delete(row);
      }
    }
  }
}
