/** What the user chose for all captures: columns, time, coloring, Decode As. Types only. */
import type { FieldColumn, TimeFormat } from './viewing.ts';

/** Columns that need no field. */
export type BuiltInColumn = 'number' | 'time' | 'source' | 'destination' | 'protocol' | 'length' | 'info';

/** One column, in the order they stand. */
export interface ColumnChoice {
  readonly title: string;
  /** A built-in column, or a field's values. */
  readonly shows: BuiltInColumn | FieldColumn;
  /** px; 0: takes what is left. */
  readonly width: number;
  readonly visible: boolean;
}

export interface ColoringRule {
  readonly name: string;
  readonly filter: string;
  /** A name of the palette (src/contract/rowColors.ts) or `#rrggbb`, the background. */
  readonly color: string;
  readonly enabled: boolean;
}

export interface Preferences {
  /** Empty: the built-in ones. */
  readonly columns: readonly ColumnChoice[];
  readonly time: TimeFormat;
  /** Decimals of a second, -1: those of the file. */
  readonly digits: number;
  readonly coloring: boolean;
  readonly rules: readonly ColoringRule[];
  /** Rules as `-d` takes them: `tcp.port==8888,http`. */
  readonly decodeAs: readonly string[];
}
