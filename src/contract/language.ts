/**
 * The display filter language as completion, hover and signatures see it: the engine's tables, and the answers made
 * of them. Types only. The C++ side of the tables is native/engine/json_language.cc; offsets are UTF-16.
 */
import type { FieldInfo } from './capture.ts';

/** What can be done with values of a type. */
export type TypeAbility = 'compare' | 'in' | 'contains' | 'matches' | 'slice' | 'arithmetic';

export interface TypeInfo {
  /** FT_UINT16 … */
  readonly type: string;
  /** "an unsigned 16-bit number". */
  readonly text: string;
  readonly can: readonly TypeAbility[];
}

export interface OperatorInfo {
  readonly spelling: string;
  readonly kind: 'compare' | 'contains' | 'matches' | 'in' | 'and' | 'or' | 'not' | 'any' | 'all' | 'arithmetic';
  readonly help?: string;
  /** Deprecated in favour of this spelling. */
  readonly better?: string;
}

export interface FunctionInfo {
  readonly name: string;
  /** `max(field, ...)`. */
  readonly signature: string;
  readonly help: string;
  /** Types of field it takes, each with the type of its result. */
  readonly types: readonly (readonly [taken: string, result: string])[];
}

/** The engine's tables: the one truth behind every editor of filters. */
export interface LanguageTables {
  readonly fields: readonly FieldInfo[];
  readonly operators: readonly OperatorInfo[];
  readonly functions: readonly FunctionInfo[];
  readonly types: readonly TypeInfo[];
  /** Names that are valid and not dissected yet, with their types. */
  readonly known: readonly (readonly [name: string, type: string])[];
}

/** What a field holds in a capture: values as filter text, the most frequent first, with how often. */
export interface FieldValues {
  readonly values: readonly (readonly [text: string, count: number])[];
  /** Packets looked at, from the first. */
  readonly packets: number;
  /** Whether these were all that was asked for: false when time ran out. */
  readonly whole: boolean;
}

/** A place in the text of one filter. */
export interface FilterPlace {
  readonly text: string;
  readonly offset: number;
}

export type CompletionKind = 'field' | 'protocol' | 'operator' | 'keyword' | 'function' | 'value' | 'constant';

export interface FilterCompletion {
  readonly label: string;
  readonly kind: CompletionKind;
  /** Beside the label: the field's own name for people, a value's meaning. */
  readonly detail: string;
  /** At the end of the line: type, count. */
  readonly note: string;
  /** What replaces [start, end) of the text, as snippet text: `$0` says where the cursor goes, `\\$` is a dollar sign. */
  readonly insert: string;
  /** What the typed word is held against where that is not the label. */
  readonly match?: string;
  /** Longer help, plain text. */
  readonly help?: string;
  /** After it is inserted something is sure to follow: ask again. */
  readonly again?: boolean;
}

export interface FilterCompletions {
  /** What the items replace. */
  readonly start: number;
  readonly end: number;
  /** In the order they are to be shown. */
  readonly items: readonly FilterCompletion[];
  /** There are more, or others once more is typed: ask again. */
  readonly incomplete: boolean;
}

/** Help on what stands at a place. Lines are plain text; the first is the heading. */
export interface FilterHover {
  readonly start: number;
  readonly end: number;
  readonly title: string;
  readonly lines: readonly string[];
}

export interface FilterSignature {
  readonly label: string;
  readonly help: string;
  /** Parameters as ranges of the label, and the one at the place. */
  readonly parameters: readonly (readonly [start: number, end: number])[];
  readonly active: number;
}

/** A filter with a name; one with a button stands beside the filter bar. */
export interface SavedFilter {
  readonly name: string;
  readonly filter: string;
  readonly button?: boolean;
}

/** What filter bars offer besides typing; the same in every tab. */
export interface FilterLists {
  /** Filters applied before, oldest first. */
  readonly history: readonly string[];
  /** The user's, then the workspace's. */
  readonly saved: readonly SavedFilter[];
}
