/** The head line of the packet list: column titles whose borders can be dragged. */
import { element } from '../base/dom.ts';
import { columns, kLeastColumnWidth, type Column } from './columns.ts';

/** Id of the head line: it stands beside the grid it belongs to. */
export const kHeadId = 'packet-list-head';

export interface ColumnHeaderOptions {
  /** Gets the CSS variables that both head and rows lay out by: `--columns`, and `--list-width`, the least width. */
  readonly grid: HTMLElement;
  readonly widths: Readonly<Record<string, number>>;
  readonly onResized: (widths: Readonly<Record<string, number>>) => void;
}

/** A narrower list is scrolled sideways rather than its Info squeezed further. */
const kLeastInfoWidth = 280;

export function columnHeader({ grid, widths, onResized }: ColumnHeaderOptions): HTMLElement {
  const current = new Map(columns.map((column) => [column.id, widths[column.id] ?? column.width]));

  const apply = (): void => {
    const tracks = columns.map(({ id, width }) => (width === 0 ? `minmax(${String(kLeastInfoWidth)}px, 1fr)` : `${String(current.get(id) ?? width)}px`));
    const least = columns.reduce((sum, { id, width }) => sum + (width === 0 ? kLeastInfoWidth : current.get(id) ?? width), 0);
    grid.style.setProperty('--columns', tracks.join(' '));
    grid.style.setProperty('--list-width', `${String(least)}px`);
  };
  const resize = (column: Column, width: number): void => {
    current.set(column.id, Math.max(kLeastColumnWidth, Math.round(width)));
    apply();
    onResized(Object.fromEntries(current));
  };

  apply();
  return element('div', {
    className: 'list-head',
    attributes: { id: kHeadId, role: 'row', 'aria-rowindex': '1' },
    children: columns.map((column) => {
      const title = element('span', {
        className: `cell cell--${column.align}`, text: column.title, attributes: { role: 'columnheader' },
      });
      if (column.width > 0) {
        title.append(resizeHandle(column, () => current.get(column.id) ?? column.width, resize));
      }
      return title;
    }),
  });
}

function resizeHandle(
  column: Column, width: () => number, resize: (column: Column, width: number) => void,
): HTMLElement {
  const handle = element('span', { className: 'column-resize', attributes: { 'aria-hidden': 'true' } });
  let startX = 0;
  let startWidth = 0;
  handle.addEventListener('pointerdown', (event) => {
    handle.setPointerCapture(event.pointerId);
    startX = event.clientX;
    startWidth = width();
    event.preventDefault();
  });
  handle.addEventListener('pointermove', (event) => {
    if (handle.hasPointerCapture(event.pointerId)) {
      resize(column, startWidth + event.clientX - startX);
    }
  });
  return handle;
}
