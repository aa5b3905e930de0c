/** The columns of the packet list: the built-in ones, and fields the user chose. */
import type { PacketRow } from '../../src/contract/capture.ts';
import type { BuiltInColumn, ColumnChoice } from '../../src/contract/preferences.ts';
import type { FieldColumn } from '../../src/contract/viewing.ts';
import { formatCount } from '../base/format.ts';

export interface Column {
  /** Index among all choices, hidden ones too. */
  readonly choice: number;
  readonly id: string;
  readonly title: string;
  readonly shows: BuiltInColumn | FieldColumn;
  /** px; 0: takes what is left. */
  readonly width: number;
  readonly align: 'start' | 'end';
  readonly text: (row: PacketRow) => string;
  /** The text as other programs read it. */
  readonly plain: (row: PacketRow) => string;
}

/** Narrowest a column can be dragged, px. */
export const kLeastColumnWidth = 32;
/** Width of a column for a field that is added, px. */
export const kFieldColumnWidth = 120;

const builtIn: Readonly<Record<BuiltInColumn, Pick<Column, 'align' | 'text'> & Partial<Pick<Column, 'plain'>>>> = {
  number: { align: 'end', text: ({ n }) => String(n) },
  time: { align: 'end', text: ({ time }) => time },
  source: { align: 'start', text: ({ source }) => source },
  destination: { align: 'start', text: ({ destination }) => destination },
  protocol: { align: 'start', text: ({ protocol }) => protocol },
  length: { align: 'end', text: ({ length }) => formatCount(length), plain: ({ length }) => String(length) },
  info: { align: 'start', text: ({ info }) => info },
};

export const standardColumns: readonly ColumnChoice[] = [
  { title: 'No.', shows: 'number', width: 76, visible: true },
  { title: 'Time', shows: 'time', width: 104, visible: true },
  { title: 'Source', shows: 'source', width: 168, visible: true },
  { title: 'Destination', shows: 'destination', width: 168, visible: true },
  { title: 'Protocol', shows: 'protocol', width: 84, visible: true },
  { title: 'Length', shows: 'length', width: 72, visible: true },
  { title: 'Info', shows: 'info', width: 0, visible: true },
];

/** What the user chose, or the standard columns; a list that shows nothing at all is not kept. */
export const choicesOf = (kept: readonly ColumnChoice[]): readonly ColumnChoice[] =>
  (kept.some(({ visible }) => visible) ? kept : standardColumns);

/** Fields of the visible columns: the look's `fields`, by whose order a row's `cells` come. */
export const fieldsOf = (choices: readonly ColumnChoice[]): readonly FieldColumn[] =>
  choices.flatMap(({ shows, visible }) => (visible && typeof shows !== 'string' ? [shows] : []));

/** The visible columns, ready to be painted. */
export function columnsOf(choices: readonly ColumnChoice[]): readonly Column[] {
  let fields = 0;
  return choices.flatMap(({ title, shows, width, visible }, index): readonly Column[] => {
    if (!visible) {
      return [];
    }
    if (typeof shows === 'string') {
      const { text, plain = text, align } = builtIn[shows];
      return [{ choice: index, id: shows, title, shows, width, align, text, plain }];
    }
    const at = fields++;
    const text = ({ cells }: PacketRow): string => cells?.[at] ?? '';
    return [{ choice: index, id: `field-${String(at)}`, title, shows, width, align: 'start' as const, text, plain: text }];
  });
}
