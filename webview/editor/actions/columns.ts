/** Columns: resize, move, hide, rename, add a field; the menu of a column's title. */
import type { TreeNode } from '../../../src/contract/capture.ts';
import type { ColumnChoice } from '../../../src/contract/preferences.ts';
import { openMenu, type MenuPlace } from '../../widgets/menu.ts';
import { kFieldColumnWidth, standardColumns, type Column } from '../columns.ts';
import type { ColumnActs } from '../columnHeader.ts';
import type { Tools } from '../tools.ts';
import { chooseColumns } from './columnsDialog.ts';
import type { RowSorting } from './sorting.ts';
import { openTimeMenu } from './timeFormat.ts';

const replaced = <T>(items: readonly T[], index: number, change: Partial<T>): readonly T[] =>
  items.map((item, at) => (at === index ? { ...item, ...change } : item));

/** Moves a visible column to the place of another visible one; hidden ones stay with their neighbours. */
function move(tools: Tools, from: number, to: number): void {
  const visible = tools.list.visibleColumns;
  const [source, target] = [visible[from]?.choice, visible[to]?.choice];
  const moved = source === undefined ? undefined : tools.columns[source];
  if (source === undefined || target === undefined || moved === undefined) {
    return;
  }
  const others = tools.columns.filter((_choice, index) => index !== source);
  tools.change({ columns: [...others.slice(0, target), moved, ...others.slice(target)] });
}

function hide(tools: Tools, column: Column | undefined): void {
  if (column === undefined || tools.list.visibleColumns.length < 2) {
    tools.say('The last column cannot be hidden.');
    return;
  }
  tools.change({ columns: replaced<ColumnChoice>(tools.columns, column.choice, { visible: false }) });
  tools.say(`The column ${column.title} is hidden; "Choose Columns…" shows it again.`);
}

export function columnActs(tools: Tools, sorting: RowSorting): ColumnActs {
  return {
    onSort: (index) => { sorting.step(tools.list.visibleColumns[index]); },
    onResized: (column, width, done) => {
      if (done) {
        tools.change({ columns: replaced<ColumnChoice>(tools.columns, column.choice, { width }) });
      }
    },
    onMoved: (from, to) => { move(tools, from, to); },
    onHidden: (index) => { hide(tools, tools.list.visibleColumns[index]); },
    onMenu: (index, place) => { openColumnMenu(tools, sorting, index, place); },
  };
}

function openColumnMenu(tools: Tools, sorting: RowSorting, index: number, place: MenuPlace): void {
  const visible = tools.list.visibleColumns;
  const column = visible[index];
  if (column === undefined) {
    return;
  }
  const isField = typeof column.shows !== 'string';
  openMenu([
    { label: 'Sort Ascending', run: () => { sorting.by(column, false); } },
    { label: 'Sort Descending', run: () => { sorting.by(column, true); } },
    { label: 'Order of Capture', disabled: !sorting.isSorted, run: () => { sorting.end(); } },
    'separator',
    { label: 'Move Left', keys: 'Alt+←', disabled: index === 0, run: () => { move(tools, index, index - 1); } },
    { label: 'Move Right', keys: 'Alt+→', disabled: index === visible.length - 1, run: () => { move(tools, index, index + 1); } },
    { label: 'Hide Column', keys: 'Del', disabled: visible.length < 2, run: () => { hide(tools, column); } },
    {
      label: 'Remove Column', disabled: !isField,
      run: () => { tools.change({ columns: tools.columns.filter((_choice, at) => at !== column.choice) }); },
    },
    'separator',
    ...(column.shows === 'time' ? [{ label: 'Time Display Format…', run: () => { openTimeMenu(tools, place); } }] : []),
    { label: 'Choose Columns…', run: () => { chooseColumns(tools); } },
    { label: 'Standard Columns', run: () => { tools.change({ columns: standardColumns }); } },
  ], place, `Column ${column.title}`);
}

/** Adds a field's column before Info, or at the end. */
export function addFieldColumn(tools: Tools, { field, label }: Pick<TreeNode, 'field' | 'label'>): void {
  if (field === '') {
    tools.say('What is selected is no field.');
    return;
  }
  if (tools.columns.some(({ shows, visible }) => visible && typeof shows !== 'string' && shows.field === field)) {
    tools.say(`${field} is a column already.`);
    return;
  }
  const title = titleOf(label, field);
  const choice: ColumnChoice = { title, shows: { field, occurrence: 0 }, width: kFieldColumnWidth, visible: true };
  const info = tools.columns.findIndex(({ shows }) => shows === 'info');
  const at = info < 0 ? tools.columns.length : info;
  tools.change({ columns: [...tools.columns.slice(0, at), choice, ...tools.columns.slice(at)] });
  tools.say(`The column ${title} shows ${field}.`);
}

/** What stands before the value in a field's line, without the picture of its bits. */
export function titleOf(label: string, field: string): string {
  const words = label.replace(/^\[|\]$/g, '').replace(/^[.01 ]+ = /, '').split(':', 1)[0]?.trim() ?? '';
  return words === '' || words.length > 40 ? field : words;
}
