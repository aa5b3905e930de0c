/**
 * The head line of the packet list. Mouse: click a title to sort by it, drag a border to resize, a title to move, right
 * button for the menu. Keys: arrows go from title to title, Shift+arrows resize, Alt+arrows move, Delete hides, Space
 * sorts, Enter opens the menu.
 */
import { element } from '../base/dom.ts';
import type { MenuPlace } from '../widgets/menu.ts';
import { kLeastColumnWidth, type Column } from './columns.ts';

/** Id of the head line: it stands beside the grid it belongs to. */
export const kHeadId = 'packet-list-head';

/** What users do to columns; indices count the visible ones. */
export interface ColumnActs {
  /** `done` is false while the mouse still drags. */
  readonly onResized: (column: Column, width: number, done: boolean) => void;
  readonly onMoved: (from: number, to: number) => void;
  readonly onHidden: (index: number) => void;
  /** Ascending first, then descending, then as captured. */
  readonly onSort: (index: number) => void;
  readonly onMenu: (index: number, place: MenuPlace) => void;
}

/** Which column the rows are arranged by. */
export interface SortedBy {
  readonly shows: Column['shows'];
  readonly descending: boolean;
}

export const sameColumn = (a: Column['shows'], b: Column['shows'] | undefined): boolean =>
  (typeof a === 'string' || typeof b !== 'object' ? a === b : a.field === b.field && a.occurrence === b.occurrence);

/** A narrower list is scrolled sideways rather than its Info squeezed further. */
const kLeastInfoWidth = 280;
/** px a key press resizes by. */
const kResizeStep = 10;
/** px the mouse moves before a press on a title becomes a drag. */
const kDragStart = 5;

export class ColumnHeader {
  public readonly root = element('div', {
    className: 'list-head', attributes: { id: kHeadId, role: 'row', 'aria-rowindex': '1' },
  });

  private readonly grid: HTMLElement;
  private readonly acts: ColumnActs;
  private columns: readonly Column[] = [];
  private widths: number[] = [];
  private titles: readonly HTMLElement[] = [];
  private sorted: SortedBy | undefined;

  /** `grid` gets the variables that head and rows lay out by: `--columns`, and `--list-width`, the least width. */
  public constructor(grid: HTMLElement, acts: ColumnActs) {
    this.grid = grid;
    this.acts = acts;
    this.root.addEventListener('keydown', (event) => { this.onKey(event); });
    this.root.addEventListener('contextmenu', (event) => {
      event.preventDefault();
      const index = this.titles.findIndex((title) => event.target instanceof Node && title.contains(event.target));
      if (index >= 0) {
        this.acts.onMenu(index, { x: event.clientX, y: event.clientY });
      }
    });
  }

  public show(columns: readonly Column[]): void {
    const focused = this.focused;
    this.columns = columns;
    this.widths = columns.map(({ width }) => width);
    this.titles = columns.map((column, index) => this.createTitle(column, index));
    this.root.replaceChildren(...this.titles);
    this.showSorted(this.sorted);
    this.layout();
    if (focused >= 0) {
      this.focus(Math.min(focused, columns.length - 1));
    }
  }

  /** Says by which column the rows are arranged. */
  public showSorted(sorted: SortedBy | undefined): void {
    this.sorted = sorted;
    this.titles.forEach((title, index) => {
      const direction = sorted === undefined || !sameColumn(sorted.shows, this.columns[index]?.shows) ? 'none' : sorted.descending ? 'descending' : 'ascending';
      title.setAttribute('aria-sort', direction);
    });
  }

  public focus(index: number): void {
    this.titles.forEach((title, at) => { title.tabIndex = at === index ? 0 : -1; });
    this.titles[index]?.focus();
  }

  private get focused(): number {
    return this.titles.findIndex((title) => title === document.activeElement);
  }

  private layout(): void {
    const tracks = this.widths.map((width) => (width === 0 ? `minmax(${String(kLeastInfoWidth)}px, 1fr)` : `${String(width)}px`));
    const least = this.widths.reduce((sum, width) => sum + (width === 0 ? kLeastInfoWidth : width), 0);
    this.grid.style.setProperty('--columns', tracks.join(' '));
    this.grid.style.setProperty('--list-width', `${String(least)}px`);
  }

  private resize(index: number, width: number, done: boolean): void {
    const column = this.columns[index];
    if (column !== undefined) {
      this.widths[index] = Math.max(kLeastColumnWidth, Math.round(width));
      this.layout();
      this.acts.onResized(column, this.widths[index] ?? kLeastColumnWidth, done);
    }
  }

  /** A column that takes what is left starts from what it has. */
  private widthOf(index: number): number {
    return this.titles[index]?.getBoundingClientRect().width ?? kLeastColumnWidth;
  }

  private createTitle(column: Column, index: number): HTMLElement {
    const title = element('span', {
      className: `cell cell--${column.align}`,
      attributes: {
        role: 'columnheader', tabindex: index === 0 ? '0' : '-1', 'aria-colindex': String(index + 1),
        title: typeof column.shows === 'string' ? column.title : `${column.title}: ${column.shows.field}`,
      },
      children: [
        element('span', { className: 'head-text', text: column.title }), element('span', { className: 'head-sort', attributes: { 'aria-hidden': 'true' } }),
        this.resizeHandle(index),
      ],
    });
    this.makeMovable(title, index);
    return title;
  }

  private resizeHandle(index: number): HTMLElement {
    const handle = element('span', { className: 'column-resize', attributes: { 'aria-hidden': 'true' } });
    let startX = 0;
    let startWidth = 0;
    handle.addEventListener('pointerdown', (event) => {
      if (event.button === 0) {
        handle.setPointerCapture(event.pointerId);
        startX = event.clientX;
        startWidth = this.widthOf(index);
        event.preventDefault();
        event.stopPropagation();
      }
    });
    handle.addEventListener('pointermove', (event) => {
      if (handle.hasPointerCapture(event.pointerId)) {
        this.resize(index, startWidth + event.clientX - startX, false);
      }
    });
    handle.addEventListener('pointerup', (event) => {
      if (handle.hasPointerCapture(event.pointerId)) {
        this.resize(index, startWidth + event.clientX - startX, true);
      }
    });
    return handle;
  }

  private makeMovable(title: HTMLElement, index: number): void {
    let startX: number | undefined;
    title.addEventListener('pointerdown', (event) => {
      startX = event.button === 0 ? event.clientX : undefined;
      if (event.button === 0) {
        title.setPointerCapture(event.pointerId);
      }
    });
    title.addEventListener('pointermove', (event) => {
      if (startX !== undefined && Math.abs(event.clientX - startX) > kDragStart) {
        title.classList.add('moving');
        const to = this.indexAt(event.clientX);
        this.titles.forEach((other, at) => { other.classList.toggle('drop-here', at === to && at !== index); });
      }
    });
    const end = (event: PointerEvent): void => {
      const moving = title.classList.contains('moving');
      const pressed = startX !== undefined;
      startX = undefined;
      title.classList.remove('moving');
      this.titles.forEach((other) => { other.classList.remove('drop-here'); });
      const to = this.indexAt(event.clientX);
      if (moving && event.type === 'pointerup' && to >= 0 && to !== index) {
        this.acts.onMoved(index, to);
      } else if (pressed && !moving && event.type === 'pointerup') {
        this.acts.onSort(index);
      }
    };
    title.addEventListener('pointerup', end);
    title.addEventListener('pointercancel', end);
  }

  private indexAt(x: number): number {
    return this.titles.findIndex((title) => {
      const { left, right } = title.getBoundingClientRect();
      return x >= left && x < right;
    });
  }

  private onKey(event: KeyboardEvent): void {
    const index = this.focused;
    if (index < 0 || event.ctrlKey || event.metaKey || !this.act(event, index)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private act(event: KeyboardEvent, index: number): boolean {
    const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    const last = this.columns.length - 1;
    if (step !== 0 && event.shiftKey) {
      this.resize(index, this.widthOf(index) + step * kResizeStep, true);
      return true;
    }
    if (step !== 0 && event.altKey) {
      if (index + step >= 0 && index + step <= last) {
        this.focus(index + step);
        this.acts.onMoved(index, index + step);
      }
      return true;
    }
    if (step !== 0) {
      this.focus(Math.min(last, Math.max(0, index + step)));
      return true;
    }
    switch (event.key) {
      case 'Home': this.focus(0); return true;
      case 'End': this.focus(last); return true;
      case 'Delete': this.acts.onHidden(index); return true;
      case ' ': this.acts.onSort(index); return true;
      case 'Enter':
      case 'ContextMenu': this.openMenu(index); return true;
      case 'F10':
        if (event.shiftKey) {
          this.openMenu(index);
        }
        return event.shiftKey;
      default: return false;
    }
  }

  private openMenu(index: number): void {
    const box = this.titles[index]?.getBoundingClientRect();
    this.acts.onMenu(index, { x: box?.left ?? 0, y: box?.bottom ?? 0 });
  }
}
