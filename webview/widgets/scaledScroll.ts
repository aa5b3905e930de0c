/**
 * Scroll arithmetic of a list of any length. Chromium caps an element's height at 33.5 million px, so the
 * scrolled element (the "runway") is at most kRunwayLimit high and the list keeps its own position in pixels.
 * Steps (wheel, keys) move that position exactly; only dragging the thumb goes through the scaled runway.
 */

/** Highest runway, px. Well below the browser's cap, so that zoomed pages stay below it too. */
export const kRunwayLimit = 8_000_000;

/** Difference between the thumb where it was put and where the browser says it is that is only rounding, px. */
const kRounding = 1.5;

export interface VisibleRows {
  readonly first: number;
  /** One past the last. */
  readonly end: number;
  /** Where the first row starts in the viewport, px, ≤ 0. */
  readonly offset: number;
}

export class ScaledScroll {
  private readonly rowHeight: number;
  private total = 0;
  private viewport = 0;
  private position = 0;

  public constructor(rowHeight: number) {
    this.rowHeight = rowHeight;
  }

  /** Number of rows and height of the viewport in px; keeps the position where it still exists. */
  public resize(total: number, viewport: number): void {
    this.total = total;
    this.viewport = viewport;
    this.moveTo(this.position);
  }

  /** Height of the scrolled element, px. */
  public get runway(): number {
    return Math.min(this.total * this.rowHeight, kRunwayLimit);
  }

  /** Where the browser's thumb belongs for the present position. */
  public get scrollTop(): number {
    return this.position / this.scale;
  }

  /** Position in the unscaled list, px. */
  public get top(): number {
    return this.position;
  }

  /** Whether wheel steps must be made here rather than by the browser. */
  public get isScaled(): boolean {
    return this.total * this.rowHeight > kRunwayLimit;
  }

  /** Rows that fit whole into the viewport, at least 1. */
  public get rowsPerPage(): number {
    return Math.max(1, Math.floor(this.viewport / this.rowHeight));
  }

  /** The browser's thumb moved. Tells whether the user did it, rather than rounding of what was set here. */
  public dragTo(scrollTop: number): boolean {
    if (Math.abs(scrollTop - this.scrollTop) < (this.isScaled ? kRounding : Number.EPSILON)) {
      return false;
    }
    this.moveTo(scrollTop * this.scale);
    return true;
  }

  public scrollBy(pixels: number): void {
    this.moveTo(this.position + pixels);
  }

  /** Moves as little as shows the row whole. */
  public reveal(row: number): void {
    const start = row * this.rowHeight;
    const end = start + this.rowHeight;
    if (start < this.position) {
      this.moveTo(start);
    } else if (end > this.position + this.viewport) {
      this.moveTo(end - this.viewport);
    }
  }

  /** Puts the row in the middle, unless it is in view already. */
  public center(row: number): void {
    const start = row * this.rowHeight;
    if (start < this.position || start + this.rowHeight > this.position + this.viewport) {
      this.moveTo(start - (this.viewport - this.rowHeight) / 2);
    }
  }

  public visible(): VisibleRows {
    const first = Math.floor(this.position / this.rowHeight);
    const end = Math.min(this.total, Math.ceil((this.position + this.viewport) / this.rowHeight));
    return { first: Math.min(first, end), end, offset: first * this.rowHeight - this.position };
  }

  /** Pixels of the list per pixel of the thumb's way. */
  private get scale(): number {
    const way = this.runway - this.viewport;
    return way <= 0 ? 1 : this.limit / way;
  }

  private get limit(): number {
    return Math.max(0, this.total * this.rowHeight - this.viewport);
  }

  private moveTo(position: number): void {
    this.position = Math.min(Math.max(0, position), this.limit);
  }
}
