/** The packet list: one line per packet, any number of packets, the rows fetched as they come into view. */
import type { PacketRow, RowPage } from '../../src/contract/capture.ts';
import { element, onCopy, setText } from '../base/dom.ts';
import { VirtualList } from '../widgets/virtualList.ts';
import { onMenuRequest } from '../widgets/contextMenu.ts';
import type { MenuPlace } from '../widgets/menu.ts';
import { ColumnHeader, kHeadId, type ColumnActs, type SortedBy } from './columnHeader.ts';
import type { Column } from './columns.ts';
import { RowCache, type FetchRows } from './rowCache.ts';

/** How a row stands out from the others. */
export interface RowStyle {
  readonly className: string;
  /** CSS colours; '' for the page's own. */
  readonly background: string;
  readonly foreground: string;
  /** In words, so that nothing is said by colour alone. */
  readonly title: string;
  /** Cell texts in place of the packet's own, by column. */
  readonly texts: Partial<Readonly<Record<string, string>>>;
}

export interface PacketListOptions {
  readonly fetch: FetchRows;
  readonly columns: ColumnActs;
  readonly styleOf: (packet: PacketRow) => RowStyle;
  /** The menu of a cell was asked for; its packet is the selected one. */
  readonly onMenu: (packet: PacketRow, column: Column, place: MenuPlace) => void;
  /** A packet became the selected one. */
  readonly onSelect: (packet: PacketRow) => void;
  /** The first row in view is another. */
  readonly onScrolled: (first: number) => void;
  /** Rows were painted for the first time. */
  readonly onFirstPaint: () => void;
  /** The list's length as its pages say it. */
  readonly onTotal: (page: RowPage) => void;
}

export const kRowHeight = 20;
/** The head line is row 1 for assistive technology. */
const kAriaOffset = 2;

export class PacketList {
  public readonly root: HTMLElement;

  private readonly options: PacketListOptions;
  private readonly list: VirtualList;
  private readonly cache: RowCache;
  private readonly header: ColumnHeader;
  private readonly empty = element('div', { className: 'list-empty', attributes: { role: 'status' } });
  private columns: readonly Column[] = [];
  /** Counts changes of the columns: row elements of older ones are built anew. */
  private layout = 0;
  /** Column that the keys are in, -1: none was chosen. */
  private column = -1;
  private total = 0;
  private selected = -1;
  /** Frame last given to onSelect. */
  private shown = 0;
  private painted = false;
  /** The last row stays in view while rows are added. */
  private following = false;
  /** End of the rows that were in view when the list last went to its end. */
  private followed = 0;
  /** A packet was chosen by the user: rows do not run away from it. */
  private held = false;
  private live = false;

  public constructor(options: PacketListOptions) {
    this.options = options;
    this.cache = new RowCache(options.fetch, (page) => { this.onArrived(page); });
    this.list = new VirtualList({
      rowHeight: kRowHeight,
      role: 'grid',
      label: 'Packets',
      className: 'packets',
      createRow: () => element('div', { attributes: { role: 'row' } }),
      renderRow: (target, row) => { this.render(target, row); },
      onVisible: ({ first, end }) => {
        // What is followed is gone to once it is there.
        const ahead = this.following ? Math.max(0, this.total - end) : 0;
        this.cache.want(first + ahead, end + ahead);
        if (end > first) {
          options.onScrolled(first);
        }
        this.updateFollowing(end);
        this.reportFirstPaint(first, end);
      },
    });
    this.empty.hidden = true;
    this.root = element('section', { className: 'packet-list', attributes: { 'aria-label': 'Packet list' } });
    this.header = new ColumnHeader(this.root, options.columns);
    const head = this.header.root;
    this.root.append(element('div', { className: 'list-head-frame', children: [head] }), this.empty, this.list.root);
    this.list.root.addEventListener('scroll', () => {
      head.style.transform = `translateX(${String(-this.list.root.scrollLeft)}px)`;
    });
    this.list.root.setAttribute('aria-owns', kHeadId);
    onCopy(this.list.root, () => {
      const packet = this.selectedPacket;
      return packet === undefined ? '' : this.textsOf(packet).join('\t');
    });
    onMenuRequest(this.list, () => this.selected, ({ row, target, place }) => {
      this.select(row);
      const column = this.columns[target === undefined ? Math.max(0, this.column) : this.columnOf(target)];
      const packet = this.cache.get(row);
      if (packet !== undefined && column !== undefined) {
        this.options.onMenu(packet, column, place);
      }
    });
    this.list.root.addEventListener('keydown', (event) => { this.onKey(event); });
    this.list.root.addEventListener('mousedown', (event) => {
      const row = event.button === 0 ? this.list.rowAt(event) : undefined;
      if (row !== undefined) {
        this.choose(row);
      }
    });
  }

  public focus(): void {
    this.list.root.focus();
  }

  public get selectedPacket(): PacketRow | undefined {
    return this.cache.get(this.selected);
  }

  /** The column the keys are in. */
  public get activeColumn(): Column | undefined {
    return this.columns[Math.max(0, this.column)];
  }

  public get visibleColumns(): readonly Column[] {
    return this.columns;
  }

  public setColumns(columns: readonly Column[]): void {
    this.columns = columns;
    this.column = Math.min(this.column, columns.length - 1);
    this.layout++;
    this.header.show(columns);
    this.list.root.setAttribute('aria-colcount', String(columns.length));
    this.list.refresh();
  }

  public showSorted(sorted: SortedBy | undefined): void {
    this.header.showSorted(sorted);
  }

  /** The keys go to the column titles. */
  public focusHeader(): void {
    this.header.focus(0);
  }

  /** Cell texts of a packet, to be copied, in the order of the columns. */
  public textsOf(packet: PacketRow): readonly string[] {
    const { texts } = this.options.styleOf(packet);
    return this.columns.map((column) => texts[column.id] ?? column.plain(packet));
  }

  public setTotal(total: number): void {
    this.total = total;
    this.cache.setTotal(total);
    this.list.setTotal(total);
    this.list.root.setAttribute('aria-rowcount', String(total + 1));
    this.followed = Math.min(this.followed, total);
    if (this.following) {
      this.list.refresh();
    }
    if (this.selected >= total) {
      this.selected = total - 1;
      this.list.refresh();
    }
  }

  /** Rows come by themselves: while the end of the list is in view, it stays there. */
  public setLive(live: boolean): void {
    if (live && !this.live) {
      this.follow();
    }
    this.live = live;
    this.following = this.following && live;
  }

  public get isFollowing(): boolean {
    return this.following;
  }

  public follow(): void {
    this.held = false;
    this.following = true;
    this.goToEnd(this.total);
  }

  private goToEnd(end: number): void {
    this.followed = end;
    if (end > 0) {
      this.list.reveal(end - 1);
    }
  }

  /** Another list: rows, selection and position of the old one are gone. */
  public reset(total: number): void {
    this.cache.reset();
    this.selected = -1;
    this.shown = 0;
    this.setTotal(total);
    this.list.refresh();
  }

  /** Asks again for rows in view that are not there. */
  public repaint(): void {
    this.list.refresh();
  }

  /** What rows say may have changed; they are fetched again, those in view first; the selected packet too if so wanted. */
  public invalidate(withSelection = true): void {
    this.cache.invalidate();
    if (withSelection) {
      this.shown = 0;
    }
    this.list.refresh();
  }

  /** What stands in the list when it has no rows. */
  public showEmpty(text: string): void {
    setText(this.empty, text);
    this.empty.hidden = text === '';
  }

  /** Selects a row (from 0; the nearest there is) and brings it into view; tells whether there is one. */
  public select(wanted: number, how: 'reveal' | 'center' = 'reveal'): boolean {
    if (this.total === 0) {
      return false;
    }
    const row = Math.min(this.total - 1, Math.max(0, wanted));
    this.selected = row;
    this.list.root.setAttribute('aria-activedescendant', rowId(row));
    if (how === 'center') {
      this.list.center(row);
    } else {
      this.list.reveal(row);
    }
    this.list.refresh();
    this.reportSelection();
    return true;
  }

  /** Puts the row at the top. */
  public scrollTo(row: number): void {
    this.list.showFirst(row);
  }

  /** The user chose a row: while packets come, only the last one is let go of again. */
  private choose(row: number): void {
    this.held = row < this.total - 1;
    this.following = this.live && !this.held;
    this.select(row);
  }

  /** Who scrolls away from the end stays there; who comes back to it goes on with it. */
  private updateFollowing(end: number): void {
    if (end >= this.total) {
      this.following = this.live && !this.held;
      this.followed = end;
    } else if (!this.following || end < this.followed) {
      this.following = false;
      this.held = false;
    }
  }

  private render(target: HTMLElement, row: number): void {
    const packet = this.cache.get(row);
    target.id = rowId(row);
    target.setAttribute('aria-rowindex', String(row + kAriaOffset));
    target.setAttribute('aria-selected', String(row === this.selected));
    this.buildCells(target);
    const style = packet === undefined ? undefined : this.options.styleOf(packet);
    const selected = row === this.selected ? ' selected' : '';
    target.className = `vlist-row packet ${style?.className ?? 'loading'}${selected}`;
    target.title = style?.title ?? '';
    target.setAttribute('aria-description', style?.title ?? '');
    target.style.setProperty('--row-background', style?.background ?? '');
    target.style.setProperty('--row-foreground', style?.foreground ?? '');
    this.columns.forEach((column, index) => {
      const cell = target.children[index];
      if (cell !== undefined) {
        setText(cell, packet === undefined ? '' : style?.texts[column.id] ?? column.text(packet));
        cell.classList.toggle('cell--active', selected !== '' && index === this.column);
      }
    });
  }

  private buildCells(target: HTMLElement): void {
    const layout = String(this.layout);
    if (target.dataset['layout'] !== layout) {
      target.dataset['layout'] = layout;
      target.replaceChildren(...this.columns.map(({ align, id }, index) => element('span', {
        className: `cell cell--${align} cell--${id}`, attributes: { role: 'gridcell', 'aria-colindex': String(index + 1) },
      })));
    }
  }

  private columnOf(target: Element): number {
    const cell = target.closest('.cell');
    return cell?.parentElement === undefined || cell.parentElement === null ? 0 : [...cell.parentElement.children].indexOf(cell);
  }

  private onArrived(page: RowPage): void {
    this.options.onTotal(page);
    const end = page.from + page.rows.length;
    if (this.following && end > this.followed) {
      this.goToEnd(Math.min(end, this.total));
    }
    this.list.refresh();
    this.reportSelection();
  }

  private reportSelection(): void {
    const packet = this.cache.get(this.selected);
    if (packet !== undefined && packet.n !== this.shown) {
      this.shown = packet.n;
      this.options.onSelect(packet);
    }
  }

  private reportFirstPaint(first: number, end: number): void {
    if (!this.painted && end > first && this.cache.get(first) !== undefined) {
      this.painted = true;
      this.options.onFirstPaint();
    }
  }

  private onKey(event: KeyboardEvent): void {
    const page = this.list.scroll.rowsPerPage;
    const last = this.total - 1;
    const target: Readonly<Record<string, number>> = {
      ArrowDown: this.selected + 1,
      ArrowUp: this.selected - 1,
      PageDown: this.selected + page,
      PageUp: this.selected - page,
      Home: 0,
      End: last,
    };
    const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    if (step !== 0 && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.column = Math.min(this.columns.length - 1, Math.max(0, this.column + step));
      this.list.refresh();
      return;
    }
    const row = target[event.key];
    if (row !== undefined && !event.altKey && !event.metaKey) {
      event.preventDefault();
      this.choose(row);
    }
  }
}

const rowId = (row: number): string => `packet-${String(row)}`;
