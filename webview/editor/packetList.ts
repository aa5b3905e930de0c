/** The packet list: one line per packet, any number of packets, the rows fetched as they come into view. */
import type { PacketRow, RowPage } from '../../src/contract/capture.ts';
import { element, onCopy, setText } from '../base/dom.ts';
import { VirtualList } from '../widgets/virtualList.ts';
import { columnHeader, kHeadId } from './columnHeader.ts';
import { colorClass, columns } from './columns.ts';
import { RowCache, type FetchRows } from './rowCache.ts';

export interface PacketListOptions {
  readonly fetch: FetchRows;
  readonly widths: Readonly<Record<string, number>>;
  readonly onResized: (widths: Readonly<Record<string, number>>) => void;
  /** A packet became the selected one. */
  readonly onSelect: (packet: PacketRow) => void;
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
  private readonly empty = element('div', { className: 'list-empty', attributes: { role: 'status' } });
  private total = 0;
  private selected = -1;
  /** Frame last given to onSelect. */
  private shown = 0;
  private painted = false;

  public constructor(options: PacketListOptions) {
    this.options = options;
    this.cache = new RowCache(options.fetch, (page) => { this.onArrived(page); });
    this.list = new VirtualList({
      rowHeight: kRowHeight,
      role: 'grid',
      label: 'Packets',
      className: 'packets',
      createRow,
      renderRow: (target, row) => { this.render(target, row); },
      onVisible: ({ first, end }) => {
        this.cache.want(first, end);
        this.reportFirstPaint(first, end);
      },
    });
    this.empty.hidden = true;
    this.root = element('section', { className: 'packet-list', attributes: { 'aria-label': 'Packet list' } });
    const head = columnHeader({ grid: this.root, widths: options.widths, onResized: options.onResized });
    this.root.append(element('div', { className: 'list-head-frame', children: [head] }), this.empty, this.list.root);
    this.list.root.addEventListener('scroll', () => {
      head.style.transform = `translateX(${String(-this.list.root.scrollLeft)}px)`;
    });
    this.list.root.setAttribute('aria-colcount', String(columns.length));
    this.list.root.setAttribute('aria-owns', kHeadId);
    onCopy(this.list.root, () => {
      const packet = this.cache.get(this.selected);
      return packet === undefined ? '' : columns.map(({ text }) => text(packet)).join('\t');
    });
    this.list.root.addEventListener('keydown', (event) => { this.onKey(event); });
    this.list.root.addEventListener('mousedown', (event) => {
      const row = event.button === 0 ? this.list.rowAt(event) : undefined;
      if (row !== undefined) {
        this.select(row);
      }
    });
  }

  public focus(): void {
    this.list.root.focus();
  }

  public setTotal(total: number): void {
    this.total = total;
    this.cache.setTotal(total);
    this.list.setTotal(total);
    this.list.root.setAttribute('aria-rowcount', String(total + 1));
    if (this.selected >= total) {
      this.selected = total - 1;
      this.list.refresh();
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

  /** What rows say may have changed; they are fetched again, those in view first. */
  public invalidate(): void {
    this.cache.invalidate();
    this.shown = 0;
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

  private render(target: HTMLElement, row: number): void {
    const packet = this.cache.get(row);
    target.id = rowId(row);
    target.setAttribute('aria-rowindex', String(row + kAriaOffset));
    target.setAttribute('aria-selected', String(row === this.selected));
    const selected = row === this.selected ? ' selected' : '';
    target.className = `vlist-row packet${packet === undefined ? ' loading' : colorClass(packet.color)}${selected}`;
    columns.forEach((column, index) => {
      const cell = target.children[index];
      if (cell !== undefined) {
        setText(cell, packet === undefined ? '' : column.text(packet));
      }
    });
  }

  private onArrived(page: RowPage): void {
    this.options.onTotal(page);
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
    const row = target[event.key];
    if (row !== undefined && !event.altKey && !event.metaKey) {
      event.preventDefault();
      this.select(row);
    }
  }
}

const rowId = (row: number): string => `packet-${String(row)}`;

function createRow(): HTMLElement {
  return element('div', {
    attributes: { role: 'row' },
    children: columns.map(({ align, id }) =>
      element('span', { className: `cell cell--${align} cell--${id}`, attributes: { role: 'gridcell' } })),
  });
}
