/** The form of the Time column. */
import type { TimeFormat } from '../../../src/contract/viewing.ts';
import { openMenu, type MenuEntry, type MenuPlace } from '../../widgets/menu.ts';
import type { Tools } from '../tools.ts';

const formats: readonly (readonly [TimeFormat, string])[] = [
  ['relative', 'Seconds Since First Packet'],
  ['delta', 'Seconds Since Previous Packet'],
  ['deltaDisplayed', 'Seconds Since Previous Displayed Packet'],
  ['local', 'Time of Day'],
  ['localDate', 'Date and Time of Day'],
  ['utc', 'UTC Time of Day'],
  ['utcDate', 'UTC Date and Time of Day'],
  ['epoch', 'Seconds Since 1970-01-01 (Epoch)'],
];

const precisions: readonly (readonly [number, string])[] = [
  [-1, 'Automatic (as in the File)'], [0, 'Seconds'], [1, 'Tenths'], [2, 'Hundredths'], [3, 'Milliseconds'],
  [6, 'Microseconds'], [9, 'Nanoseconds'],
];

/** Widest text of a format, for the column: the date needs room. */
const widths: Partial<Readonly<Record<TimeFormat, number>>> = { utcDate: 190, localDate: 190, epoch: 140, utc: 120, local: 120 };

function choose(tools: Tools, time: TimeFormat): void {
  const room = widths[time] ?? 104;
  const columns = tools.columns.map((column) => (column.shows === 'time' && column.width < room ? { ...column, width: room } : column));
  tools.change({ time, columns });
}

export function timeEntries(tools: Tools): readonly MenuEntry[] {
  const { preferences } = tools;
  return [
    ...formats.map(([time, label]) => ({ label, checked: preferences.time === time, run: () => { choose(tools, time); } })),
    'separator',
    {
      label: 'Precision',
      children: precisions.map(([digits, label]) => ({
        label, checked: preferences.digits === digits, run: () => { tools.change({ digits }); },
      })),
    },
  ];
}

export function openTimeMenu(tools: Tools, place?: MenuPlace): void {
  const { left, top } = tools.list.root.getBoundingClientRect();
  openMenu(timeEntries(tools), place ?? { x: left + 80, y: top + 22 }, 'Time display format');
}
