/** Where the cursor is in JSON that is being typed: by its brackets and strings up to there, whatever follows. */
import type { Cursor } from './cursor.ts';
import { offsetAt } from './files.ts';

interface Level {
  /** Where it opens. */
  readonly start: number;
  readonly isList: boolean;
  /** Of a map: the key whose value is being read. */
  key: string | undefined;
  readonly siblings: Map<string, string>;
}

interface Text {
  readonly value: string;
  /** Behind the closing quote; the end of the line where there is none. */
  readonly end: number;
}

/** The string that begins at a quote. */
function stringAt(text: string, quote: number): Text {
  let at = quote + 1;
  while (at < text.length && text.charAt(at) !== '"' && text.charAt(at) !== '\n') at += text.charAt(at) === '\\' ? 2 : 1;
  const isClosed = text.charAt(at) === '"';
  const inside = text.slice(quote + 1, at);
  return { value: inside, end: Math.min(isClosed ? at + 1 : at, text.length) };
}

/** Cursor, and where the object of Kubernetes begins that it is in. */
export interface JsonCursor extends Cursor {
  readonly object: number;
}

const BARE = /^[\w.+-]*/;

/** Reads up to the cursor: levels that are open there, and the string or word it is in. */
function readTo(text: string, offset: number): { readonly levels: readonly Level[]; readonly from: number; readonly end: number; readonly isValue: boolean } {
  const levels: Level[] = [];
  let isValue = false;
  let at = 0;
  while (at < offset) {
    const char = text.charAt(at);
    const level = levels.at(-1);
    if (char === '"') {
      const { value, end } = stringAt(text, at);
      if (end > offset || (end === offset && text.charAt(end - 1) !== '"')) return { levels, from: at, end, isValue };
      if (level !== undefined && !level.isList && !isValue) level.key = value;
      else if (level?.key !== undefined) level.siblings.set(level.key, value);
      at = end;
      continue;
    }
    if (char === '{' || char === '[') {
      levels.push({ start: at, isList: char === '[', key: undefined, siblings: new Map() });
      isValue = char === '[';
    } else if (char === '}' || char === ']') {
      levels.pop();
      isValue = false;
    } else if (char === ':') isValue = true;
    else if (char === ',') {
      isValue = level?.isList === true;
      if (level !== undefined) level.key = undefined;
    }
    at++;
  }
  const from = offset - (/[\w.+-]*$/.exec(text.slice(Math.max(0, offset - 300), offset))?.[0].length ?? 0);
  return { levels, from, end: offset + (BARE.exec(text.slice(offset))?.[0].length ?? 0), isValue };
}

/** Entries of the map behind the cursor, as far as they are texts: `"key": "tier"` may stand on either side. */
function addFollowing(level: Level, text: string, from: number): void {
  const rest = text.slice(from, text.indexOf('}', from) < 0 ? text.length : text.indexOf('}', from));
  for (const [, key = '', value = ''] of rest.matchAll(/"([^"\\]*)"\s*:\s*"([^"\\]*)"/g)) level.siblings.set(key, value);
}

/** The cursor's place; undefined outside of all brackets. Columns are of the cursor's line. */
export function jsonCursorAt(text: string, position: { readonly line: number; readonly character: number }): JsonCursor | undefined {
  const offset = offsetAt(text, position);
  const { levels, from, end, isValue } = readTo(text, offset);
  const level = levels.at(-1);
  if (level === undefined) return undefined;
  // Of a list of values the map around it says which key they are of.
  const map = level.isList ? (levels.at(-2) ?? level) : level;
  addFollowing(map, text, end);
  const path = levels.flatMap((one) => (one.isList ? ['-'] : one === level && !isValue ? [] : [one.key ?? '']));
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  // Objects are the root, or items of a List.
  const object = levels[2] !== undefined && levels[1]?.isList === true && levels[0]?.key === 'items' ? levels[2] : levels[0];
  return {
    path, at: isValue && !level.isList ? 'value' : 'key', word: text.slice(from, end), from: from - lineStart, to: end - lineStart,
    siblings: map.siblings, object: object?.start ?? 0,
  };
}
