/**
 * The matrix of groups: rows send, columns receive. Only the cells in view exist, whatever the number of groups;
 * their states are asked for by windows. A state is a sign and a word besides its colour.
 */
import { Newest } from '../../src/base/newest.ts';
import { isCancelled } from '../../src/base/problem.ts';
import type { PolicyGroup } from '../../src/contract/policy.ts';
import { element, setText } from '../base/dom.ts';

const kCell = 26;
const kRowHead = 220;
const kColumnHead = 150;
/** Cells asked for beyond those in view, on each side. */
const kMargin = 10;

/** By state: 0 no port, 1 some, 2 all, 3 policies do not apply; -1 not known yet. */
const signs: Readonly<Record<number, { readonly sign: string; readonly word: string; readonly name: string }>> = {
  [-1]: { sign: '', word: 'being worked out', name: 'unknown' },
  0: { sign: '✕', word: 'no port', name: 'none' },
  1: { sign: '◐', word: 'some ports', name: 'some' },
  2: { sign: '✓', word: 'all ports', name: 'all' },
  3: { sign: '·', word: 'not limited by policies', name: 'outside' },
};

export interface MatrixHost {
  /** States of the cells of these groups, row by row. */
  cells(rows: readonly number[], columns: readonly number[]): Promise<Uint8Array>;
  chosen(from: number, to: number): void;
  failed(thrown: unknown): void;
}

interface Window {
  readonly firstRow: number;
  readonly rows: number;
  readonly firstColumn: number;
  readonly columns: number;
}

export class MatrixView {
  public readonly root: HTMLElement;
  private readonly host: MatrixHost;
  private readonly sheet = element('div', { className: 'matrix-sheet', attributes: { role: 'presentation' } });
  private readonly layer = element('div', { className: 'matrix-layer', attributes: { role: 'presentation' } });
  private readonly newest = new Newest<void>();
  private groups: readonly PolicyGroup[] = [];
  /** Groups shown, by place in the matrix. */
  private order: readonly number[] = [];
  private known: { readonly window: Window; readonly states: Uint8Array } | undefined;
  private active = { row: 0, column: 0 };
  private chosen: { readonly from: number; readonly to: number } | undefined;
  private frame: number | undefined;
  private generation = 0;

  public constructor(host: MatrixHost) {
    this.host = host;
    this.sheet.append(this.layer);
    this.root = element('div', {
      className: 'matrix', children: [this.sheet],
      attributes: { role: 'grid', tabindex: '0', 'aria-label': 'Who reaches whom: rows send, columns receive' },
    });
    this.root.addEventListener('scroll', () => { this.schedule(); });
    this.root.addEventListener('keydown', (event) => { this.onKey(event); });
    this.root.addEventListener('click', (event) => { this.onClick(event); });
    new ResizeObserver(() => { this.schedule(); }).observe(this.root);
  }

  public show(groups: readonly PolicyGroup[], order: readonly number[]): void {
    this.groups = groups;
    this.order = order;
    this.known = undefined;
    this.generation++;
    const size = order.length * kCell;
    this.sheet.style.width = `${String(kRowHead + size)}px`;
    this.sheet.style.height = `${String(kColumnHead + size)}px`;
    this.active = { row: Math.min(this.active.row, Math.max(0, order.length - 1)), column: Math.min(this.active.column, Math.max(0, order.length - 1)) };
    this.root.setAttribute('aria-rowcount', String(order.length));
    this.root.setAttribute('aria-colcount', String(order.length));
    this.schedule();
  }

  /** Marks a pair of groups as the chosen one; undefined: none is. */
  public mark(chosen: { readonly from: number; readonly to: number } | undefined): void {
    this.chosen = chosen;
    this.schedule();
  }

  private schedule(): void {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.paint();
    });
  }

  private window(margin: number): Window {
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = this.root;
    const count = this.order.length;
    const firstRow = Math.max(0, Math.floor(scrollTop / kCell) - margin);
    const firstColumn = Math.max(0, Math.floor(scrollLeft / kCell) - margin);
    const endRow = Math.min(count, Math.ceil((scrollTop + clientHeight - kColumnHead) / kCell) + margin);
    const endColumn = Math.min(count, Math.ceil((scrollLeft + clientWidth - kRowHead) / kCell) + margin);
    return { firstRow, rows: Math.max(0, endRow - firstRow), firstColumn, columns: Math.max(0, endColumn - firstColumn) };
  }

  private state(row: number, column: number): number {
    if (this.known === undefined) return -1;
    const { window, states } = this.known;
    const r = row - window.firstRow;
    const c = column - window.firstColumn;
    return r < 0 || c < 0 || r >= window.rows || c >= window.columns ? -1 : (states[r * window.columns + c] ?? -1);
  }

  private paint(): void {
    const view = this.window(0);
    const parts: HTMLElement[] = [this.corner()];
    for (let column = view.firstColumn; column < view.firstColumn + view.columns; column++) parts.push(this.columnHead(column));
    let missing = false;
    for (let row = view.firstRow; row < view.firstRow + view.rows; row++) {
      const cells = [this.rowHead(row)];
      for (let column = view.firstColumn; column < view.firstColumn + view.columns; column++) {
        const state = this.state(row, column);
        missing ||= state < 0;
        cells.push(this.cell(row, column, state));
      }
      parts.push(element('div', { attributes: { role: 'row', 'aria-rowindex': String(row + 1) }, children: cells }));
    }
    this.layer.replaceChildren(...parts);
    this.markActive();
    if (missing) this.fetch();
  }

  private corner(): HTMLElement {
    return element('div', {
      className: 'matrix-corner', attributes: { style: `left:${String(this.root.scrollLeft)}px;top:${String(this.root.scrollTop)}px;width:${String(kRowHead)}px;height:${String(kColumnHead)}px` },
      children: [element('span', { className: 'corner-to', text: 'receives →' }), element('span', { className: 'corner-from', text: 'sends ↓' })],
    });
  }

  private rowHead(row: number): HTMLElement {
    const group = this.groups[this.order[row] ?? -1];
    const head = element('div', {
      className: `matrix-row-head${group?.selected === true ? ' selected' : ''}`,
      attributes: { role: 'rowheader', title: groupTitle(group), style: `left:${String(this.root.scrollLeft)}px;top:${String(kColumnHead + row * kCell)}px;width:${String(kRowHead)}px` },
    });
    head.append(element('span', { className: 'group-name', text: group?.text ?? '' }), element('span', { className: 'group-count', text: countText(group) }));
    return head;
  }

  private columnHead(column: number): HTMLElement {
    const group = this.groups[this.order[column] ?? -1];
    return element('div', {
      className: `matrix-column-head${group?.selected === true ? ' selected' : ''}`,
      attributes: { role: 'columnheader', title: groupTitle(group), style: `left:${String(kRowHead + column * kCell)}px;top:${String(this.root.scrollTop)}px;height:${String(kColumnHead)}px` },
      children: [element('span', { className: 'group-name', text: group?.text ?? '' })],
    });
  }

  private cell(row: number, column: number, state: number): HTMLElement {
    const { sign, word, name } = signs[state] ?? { sign: '', word: '', name: '' };
    const from = this.order[row] ?? -1;
    const to = this.order[column] ?? -1;
    const isChosen = this.chosen?.from === from && this.chosen.to === to;
    return element('div', {
      className: `matrix-cell cell-${name}${isChosen ? ' chosen' : ''}`, text: sign,
      attributes: {
        role: 'gridcell', id: `cell-${String(row)}-${String(column)}`, 'aria-colindex': String(column + 1), 'aria-selected': String(isChosen),
        'aria-label': `${this.groups[from]?.text ?? ''} to ${this.groups[to]?.text ?? ''}: ${word}`, title: `${this.groups[from]?.text ?? ''} → ${this.groups[to]?.text ?? ''}: ${word}`,
        'data-row': String(row), 'data-column': String(column), style: `left:${String(kRowHead + column * kCell)}px;top:${String(kColumnHead + row * kCell)}px`,
      },
    });
  }

  /** Asks for what is in view and a little more; of several wishes only the last is asked. */
  private fetch(): void {
    const { generation } = this;
    this.newest.run(async () => {
      const window = this.window(kMargin);
      const rows = this.order.slice(window.firstRow, window.firstRow + window.rows);
      const columns = this.order.slice(window.firstColumn, window.firstColumn + window.columns);
      if (rows.length === 0 || columns.length === 0) return;
      const states = await this.host.cells(rows, columns);
      if (generation !== this.generation) return;
      this.known = { window, states };
      this.schedule();
    }).catch((thrown: unknown) => { if (!isCancelled(thrown)) this.host.failed(thrown); });
  }

  private markActive(): void {
    const { row, column } = this.active;
    for (const cell of this.layer.querySelectorAll('.active')) cell.classList.remove('active');
    const cell = this.layer.querySelector(`#cell-${String(row)}-${String(column)}`);
    cell?.classList.add('active');
    if (cell === null) this.root.removeAttribute('aria-activedescendant');
    else this.root.setAttribute('aria-activedescendant', cell.id);
  }

  private choose(): void {
    const from = this.order[this.active.row];
    const to = this.order[this.active.column];
    if (from === undefined || to === undefined) return;
    this.chosen = { from, to };
    this.host.chosen(from, to);
    this.schedule();
  }

  private onClick(event: MouseEvent): void {
    const cell = event.target instanceof Element ? event.target.closest('.matrix-cell') : null;
    if (!(cell instanceof HTMLElement)) return;
    this.active = { row: Number(cell.dataset['row']), column: Number(cell.dataset['column']) };
    this.choose();
  }

  private onKey(event: KeyboardEvent): void {
    const last = this.order.length - 1;
    const page = Math.max(1, Math.floor((this.root.clientHeight - kColumnHead) / kCell) - 1);
    const { row, column } = this.active;
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
      PageUp: [row - page, column], PageDown: [row + page, column], Home: event.ctrlKey ? [0, 0] : [row, 0], End: event.ctrlKey ? [last, last] : [row, last],
    };
    const move = moves[event.key];
    if (event.key === 'Enter' || event.key === ' ') this.choose();
    else if (move === undefined) return;
    else {
      this.active = { row: Math.max(0, Math.min(last, move[0])), column: Math.max(0, Math.min(last, move[1])) };
      this.reveal();
      this.markActive();
      this.schedule();
    }
    event.preventDefault();
  }

  private reveal(): void {
    const { row, column } = this.active;
    const { clientHeight, clientWidth } = this.root;
    const top = row * kCell;
    const left = column * kCell;
    if (top < this.root.scrollTop) this.root.scrollTop = top;
    else if (top + kCell > this.root.scrollTop + clientHeight - kColumnHead) this.root.scrollTop = top + kCell - clientHeight + kColumnHead;
    if (left < this.root.scrollLeft) this.root.scrollLeft = left;
    else if (left + kCell > this.root.scrollLeft + clientWidth - kRowHead) this.root.scrollLeft = left + kCell - clientWidth + kRowHead;
  }
}

const countText = (group: PolicyGroup | undefined): string => (group === undefined || group.pods < 2 ? '' : `×${String(group.pods)}`);

function groupTitle(group: PolicyGroup | undefined): string {
  if (group === undefined) return '';
  const more = group.pods > group.names.length && group.kind !== 'address' ? `\nand ${String(group.pods - group.names.length)} more` : '';
  return [group.selected ? `${group.text} (selected by the policy)` : group.text, ...group.names].join('\n') + more;
}

/** What the signs mean, as a line under the matrix. */
export function legend(): HTMLElement {
  const root = element('div', { className: 'legend' });
  for (const state of [2, 1, 0, 3]) {
    const { sign, word, name } = signs[state] ?? { sign: '', word: '', name: '' };
    const sample = element('span', { className: `legend-sign cell-${name}` });
    setText(sample, sign);
    root.append(sample, element('span', { text: word }));
  }
  return root;
}
