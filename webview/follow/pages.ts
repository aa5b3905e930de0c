/** Rows of a stream as they are needed: a few pages of any stream, the newest wish first. */
import { Newest } from '../../src/base/newest.ts';
import { isCancelled } from '../../src/base/problem.ts';
import type { FollowPage, FollowRow } from '../../src/contract/follow.ts';

export interface StreamRow {
  readonly row: FollowRow;
  readonly bytes: Uint8Array;
}

/** Rows asked for at once; the widest row has 120 bytes, so that a page stays below 32 KB. */
const kPageRows = 150;
/** Pages kept: some screens around what is in view. */
const kMostPages = 20;

export class StreamPages {
  private readonly fetch: (from: number, count: number) => Promise<FollowPage>;
  private readonly onArrived: (total: number) => void;
  private readonly onFailed: (thrown: unknown) => void;
  private readonly newest = new Newest<FollowPage>();
  private readonly pages = new Map<number, readonly StreamRow[]>();
  private readonly asked = new Set<number>();
  private generation = 0;

  public constructor(
    fetch: (from: number, count: number) => Promise<FollowPage>,
    onArrived: (total: number) => void, onFailed: (thrown: unknown) => void,
  ) {
    this.fetch = fetch;
    this.onArrived = onArrived;
    this.onFailed = onFailed;
  }

  public get(row: number): StreamRow | undefined {
    return this.pages.get(Math.floor(row / kPageRows))?.[row % kPageRows];
  }

  /** Asks for what is missing of these rows. */
  public want(first: number, end: number): void {
    for (let page = Math.floor(first / kPageRows); page * kPageRows < Math.max(end, first + 1); page++) {
      if (!this.pages.has(page) && !this.asked.has(page)) {
        void this.load(page);
        return;
      }
    }
  }

  /** Another stream, or other rows of it. */
  public reset(): void {
    this.generation++;
    this.pages.clear();
    this.asked.clear();
  }

  private async load(page: number): Promise<void> {
    const { generation } = this;
    this.asked.add(page);
    try {
      const got = await this.newest.run(() => this.fetch(page * kPageRows, kPageRows));
      if (generation === this.generation) {
        this.keep(page, got);
        this.onArrived(got.total);
      }
    } catch (thrown) {
      if (!isCancelled(thrown) && generation === this.generation) {
        this.onFailed(thrown);
      }
    } finally {
      if (generation === this.generation) {
        this.asked.delete(page);
      }
    }
  }

  private keep(page: number, { rows, bytes }: FollowPage): void {
    let at = 0;
    this.pages.set(page, rows.map((row) => {
      const length = row.missing === true ? 0 : row.length;
      const own = bytes.subarray(at, at + length);
      at += length;
      return { row, bytes: own };
    }));
    for (const old of this.pages.keys()) {
      if (this.pages.size <= kMostPages) {
        break;
      }
      this.pages.delete(old);
    }
  }
}
