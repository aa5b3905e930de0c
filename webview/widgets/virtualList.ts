/**
 * A list that holds elements only for the rows in view, for any number of rows of one height.
 * Knows nothing of what the rows show: its owner fills them.
 */
import { element } from '../base/dom.ts';
import { ScaledScroll, type VisibleRows } from './scaledScroll.ts';

export interface VirtualListOptions {
  readonly rowHeight: number;
  readonly role: 'grid' | 'tree' | 'list';
  readonly label: string;
  readonly className: string;
  /** A fresh, empty row. */
  readonly createRow: () => HTMLElement;
  /** Fills the element for a row; called when another row takes the element and after `refresh`. */
  readonly renderRow: (target: HTMLElement, row: number) => void;
  /** Called at each painted frame with the rows in view. */
  readonly onVisible?: (rows: VisibleRows) => void;
}

/** One wheel "line", as some mice report it, is one row; one "page" is a viewport. */
const kWheelLine = 1;
const kWheelPage = 2;

interface PooledRow {
  readonly element: HTMLElement;
  row: number;
  generation: number;
}

export class VirtualList {
  public readonly root: HTMLElement;
  public readonly scroll: ScaledScroll;

  private readonly options: VirtualListOptions;
  private readonly runway = element('div', { className: 'vlist-runway', attributes: { role: 'presentation' } });
  private readonly layer = element('div', { className: 'vlist-layer', attributes: { role: 'presentation' } });
  private readonly pool: PooledRow[] = [];
  private total = 0;
  private generation = 0;
  private frame: number | undefined;

  public constructor(options: VirtualListOptions) {
    this.options = options;
    this.scroll = new ScaledScroll(options.rowHeight);
    this.runway.append(this.layer);
    this.root = element('div', {
      className: `vlist ${options.className}`,
      attributes: { role: options.role, tabindex: '0', 'aria-label': options.label },
      children: [this.runway],
    });
    this.root.addEventListener('scroll', () => {
      this.scroll.dragTo(this.root.scrollTop);
      this.schedule();
    });
    this.root.addEventListener('wheel', (event) => { this.onWheel(event); }, { passive: false });
    new ResizeObserver(() => { this.layout(); }).observe(this.root);
  }

  /** Sets the number of rows; the position stays where it still exists. */
  public setTotal(total: number): void {
    if (total !== this.total) {
      this.total = total;
      this.layout();
    }
  }

  /** What rows show has changed: fill all of them again at the next frame. */
  public refresh(): void {
    this.generation++;
    this.schedule();
  }

  public reveal(row: number): void {
    this.scroll.reveal(row);
    this.placeThumb();
  }

  public center(row: number): void {
    this.scroll.center(row);
    this.placeThumb();
  }

  /** Puts the row at the top, as far as there are rows below it. */
  public showFirst(row: number): void {
    this.scroll.scrollBy(row * this.options.rowHeight - this.scroll.top);
    this.placeThumb();
  }

  /** The element that shows the row now, if it is in view. */
  public elementOf(row: number): HTMLElement | undefined {
    return this.pool.find((pooled) => pooled.row === row)?.element;
  }

  /** The row that an event happened in. */
  public rowAt(event: Event): number | undefined {
    const target = event.target;
    return target instanceof Node
      ? this.pool.find((pooled) => pooled.row >= 0 && pooled.element.contains(target))?.row
      : undefined;
  }

  private layout(): void {
    this.scroll.resize(this.total, this.root.clientHeight);
    this.runway.style.height = `${String(this.scroll.runway)}px`;
    this.placeThumb();
  }

  private placeThumb(): void {
    const { scrollTop } = this.scroll;
    if (Math.abs(this.root.scrollTop - scrollTop) >= 1) {
      this.root.scrollTop = scrollTop;
    }
    this.schedule();
  }

  /** A short list is left to the browser's own (smooth) scrolling; in a scaled one each pixel is made here. */
  private onWheel(event: WheelEvent): void {
    if (!this.scroll.isScaled || event.ctrlKey || event.deltaY === 0) {
      return;
    }
    event.preventDefault();
    const unit = event.deltaMode === kWheelLine ? this.options.rowHeight
      : event.deltaMode === kWheelPage ? this.root.clientHeight
      : 1;
    this.scroll.scrollBy(event.deltaY * unit);
    this.placeThumb();
  }

  private schedule(): void {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.paint();
    });
  }

  private paint(): void {
    const visible = this.scroll.visible();
    const { rowHeight } = this.options;
    this.growPool(visible.end - visible.first + 1);
    const size = this.pool.length;
    for (const pooled of this.pool) {
      if (pooled.row < visible.first || pooled.row >= visible.end) {
        pooled.row = -1;
      }
    }
    for (let row = visible.first; row < visible.end; row++) {
      // Row r always lives in the same element while it is in view: scrolling by one row fills one element.
      const pooled = this.pool[row % size];
      if (pooled !== undefined) {
        this.place(pooled, row, (row - visible.first) * rowHeight + visible.offset);
      }
    }
    for (const pooled of this.pool) {
      pooled.element.hidden = pooled.row < 0;
    }
    this.options.onVisible?.(visible);
  }

  private place(pooled: PooledRow, row: number, y: number): void {
    pooled.element.style.transform = `translateY(${String(y)}px)`;
    if (pooled.row !== row || pooled.generation !== this.generation) {
      pooled.row = row;
      pooled.generation = this.generation;
      this.options.renderRow(pooled.element, row);
    }
  }

  private growPool(size: number): void {
    if (this.pool.length >= size) {
      return;
    }
    while (this.pool.length < size) {
      const created = this.options.createRow();
      created.classList.add('vlist-row');
      this.layer.append(created);
      this.pool.push({ element: created, row: -1, generation: -1 });
    }
    // Another size is another placement of rows.
    for (const pooled of this.pool) {
      pooled.row = -1;
    }
  }
}
