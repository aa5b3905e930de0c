/**
 * How a tab's rows look, in which order they are, and how packets are found in them: what the page asks of its host, and the host of the
 * engine. Types only; the C++ side is native/engine/look.h, row_order.h and find.h.
 */
import type { FieldInfo } from './capture.ts';
import type { ViewId } from './engine.ts';
import type { BuiltInColumn, Preferences } from './preferences.ts';

/** Form of the Time column; `local` is the time zone of the machine that runs the engine. */
export type TimeFormat = 'relative' | 'delta' | 'deltaDisplayed' | 'local' | 'localDate' | 'utc' | 'utcDate' | 'epoch';

/** A column that shows a field. */
export interface FieldColumn {
  readonly field: string;
  /** 0: all values, n: the n-th, -n: the n-th from the end. */
  readonly occurrence: number;
}

/** How rows are made. */
export interface RowLook {
  readonly time: TimeFormat;
  /** Decimals of a second, -1: those of the file. */
  readonly digits: number;
  readonly fields: readonly FieldColumn[];
  /** Coloring rules in force; the first whose filter matches a packet is its `rule`. */
  readonly rules: readonly { readonly filter: string }[];
  /** Frames that filters and finds leave out. */
  readonly ignored: readonly number[];
  /** Frames that relative times after them are counted from. */
  readonly references: readonly number[];
}

/** What of a look cannot be used; the rest is. */
export interface LookAnswer {
  readonly problems: readonly { readonly kind: 'rule' | 'field'; readonly index: number; readonly message: string }[];
}

/** Rows arranged by a column: numbers and addresses as such, texts by their bytes. Rows without a value stand last. */
export interface RowOrder extends Partial<FieldColumn> {
  /** '': as they were captured. */
  readonly by: BuiltInColumn | 'field' | '';
  readonly descending: boolean;
  /** Of the rows the filter shows, or of all. */
  readonly filtered: boolean;
}

/** list: source, destination, protocol, info; details: the tree's lines; bytes: also as UTF-16. */
export type FindWhere = 'list' | 'details' | 'bytes' | 'hex' | 'filter';

export interface FindRequest {
  readonly where: FindWhere;
  readonly text: string;
  readonly matchCase: boolean;
  /** Frame to start after (or before); itself looked at last. 0: from the first, or the last. */
  readonly from: number;
  readonly forward: boolean;
  readonly wrap: boolean;
  /** Only among the rows the filter shows. */
  readonly filtered: boolean;
}

export interface FindAnswer {
  /** 0: nothing found. */
  readonly frame: number;
  /** Found beyond the end of the list. */
  readonly wrapped: boolean;
}

export interface FindProgress {
  readonly looked: number;
  readonly total: number;
}

/** Protocols that "Decode As" can choose, by table: `tcp.port`, `udp.port`, `ethertype`, `ip.proto`. */
export type DecodeTables = Readonly<Record<string, readonly string[]>>;

export interface EngineViewApi {
  decodeTables(): DecodeTables;
  setLook(request: { readonly view: ViewId; readonly look: RowLook }): LookAnswer;
  /** A newer find of the same view, or the caller's signal, ends an older one, which then fails with 'cancelled'. */
  find(request: FindRequest & { readonly view: ViewId }): FindAnswer;
  /** Holds until the view's filter is another; waits until the file is read. Ends as `find` does. */
  sort(request: RowOrder & { readonly view: ViewId }): void;
}

export interface EngineViewEvents {
  readonly findProgress: FindProgress & { readonly view: ViewId };
  readonly sortProgress: FindProgress & { readonly view: ViewId };
}

export interface EditorViewApi {
  setLook(request: { readonly look: RowLook }): LookAnswer;
  find(request: FindRequest): FindAnswer;
  sort(request: RowOrder): void;
  decodeTables(): DecodeTables;
  /** Changes what the user's choices are, in every tab; the `preferences` event follows. */
  setPreferences(change: Partial<Preferences>): void;
  /** Fields and protocols whose name or label holds the text, the closest first; at most 40. */
  findFields(request: { readonly text: string }): readonly FieldInfo[];
}

export interface EditorViewEvents {
  readonly findProgress: FindProgress;
  readonly sortProgress: FindProgress;
  readonly preferences: Preferences;
}
