/**
 * Where the cursor is, from lines and their indentation alone: what is being typed is seldom valid YAML. Block style
 * only; in flow style (and JSON) nothing is found.
 */

export interface Cursor {
  /** Keys from the root down to the entry the cursor is in; `-` stands for an item of a list. */
  readonly path: readonly string[];
  /** Whether a key or its value is being typed. */
  readonly at: 'key' | 'value';
  /** What is typed so far, from its first character to the end of the word the cursor is in. */
  readonly word: string;
  /** Columns of that word. */
  readonly from: number;
  readonly to: number;
  /** Entries of the same map, as far as they are one-line. */
  readonly siblings: ReadonlyMap<string, string>;
}

interface Token {
  readonly column: number;
  /** undefined: the dash of an item. */
  readonly key?: string;
  /** Where the value begins; the text's length where there is none. */
  readonly value: number;
}

/** Lines looked at upwards: no object is nested over more. */
const HIGHEST = 5000;

const KEY = /^(?:"([^"]*)"|'([^']*)'|([^\s#:,[\]{}"'-][^#:]*?|[^\s#:,[\]{}"'][^:]*?))\s*:(?:\s|$)/;

/** Dashes and the key of one line. */
function tokensOf(line: string): readonly Token[] {
  const tokens: Token[] = [];
  let column = line.search(/\S/);
  if (column < 0 || line.charAt(column) === '#') return tokens;
  while (line.charAt(column) === '-' && (column + 1 >= line.length || line.charAt(column + 1) === ' ')) {
    tokens.push({ column, value: column + 1 });
    const next = line.slice(column + 1).search(/\S/);
    if (next < 0) return tokens;
    column += 1 + next;
  }
  const match = KEY.exec(line.slice(column));
  if (match === null) return tokens;
  const key = match[1] ?? match[2] ?? match[3] ?? '';
  tokens.push({ column, key, value: column + match[0].length });
  return tokens;
}

function startsDocument(line: string): boolean {
  return line.startsWith('---');
}

/** The keys above a column, from the root down. */
function parentsOf(lines: readonly string[], from: number, own: readonly Token[], column: number): string[] {
  const path: string[] = [];
  const reached = { limit: column, afterDash: false };
  const take = ({ key, column: at }: Token): void => {
    const isParent = at < reached.limit || (reached.afterDash && key !== undefined && at === reached.limit);
    if (!isParent) return;
    path.unshift(key ?? '-');
    reached.limit = at;
    reached.afterDash = key === undefined;
  };
  for (const token of own.toReversed()) take(token);
  for (let at = from - 1; at >= 0 && at > from - HIGHEST && (reached.limit > 0 || reached.afterDash); at--) {
    const line = lines[at] ?? '';
    if (startsDocument(line)) break;
    for (const token of tokensOf(line).toReversed()) take(token);
  }
  return path;
}

/** One-line entries at the same column, up and down until the map ends. */
function siblingsOf(lines: readonly string[], from: number, column: number): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const look = (at: number): boolean => {
    const line = lines[at] ?? '';
    if (startsDocument(line)) return false;
    const tokens = tokensOf(line);
    const first = tokens[0];
    if (first === undefined) return true;
    const own = tokens.find((token) => token.key !== undefined && token.column === column);
    if (own?.key !== undefined) found.set(own.key, line.slice(own.value).replace(/\s#.*$/, '').trim().replace(/^["']|["']$/g, ''));
    if (first.column < column) return false;
    return true;
  };
  const ownFirst = tokensOf(lines[from] ?? '')[0];
  const beginsItem = ownFirst !== undefined && ownFirst.column < column;
  for (let at = from - 1; !beginsItem && at >= 0 && at > from - HIGHEST && look(at); at--);
  for (let at = from + 1; at < lines.length && at < from + HIGHEST; at++) {
    const first = tokensOf(lines[at] ?? '')[0];
    if (startsDocument(lines[at] ?? '') || (first !== undefined && first.column < column)) break;
    look(at);
  }
  return found;
}

/** The cursor's place; undefined in a comment, or where block style gives none. */
export function cursorAt(text: string, position: { readonly line: number; readonly character: number }): Cursor | undefined {
  const lines = text.split(/\r?\n/);
  const line = lines[position.line] ?? '';
  const before = line.slice(0, position.character);
  if (/(?:^|\s)#/.test(before) || /[[{]/.test(before)) return undefined;
  const tokens = tokensOf(line);
  const end = position.character + (/^[\w./-]*/.exec(line.slice(position.character))?.[0].length ?? 0);
  const last = tokens.at(-1);
  if (last?.key !== undefined && position.character >= last.value - 1) {
    const from = Math.min(last.value + (/^\s*/.exec(line.slice(last.value, position.character))?.[0].length ?? 0), position.character);
    const path = parentsOf(lines, position.line, tokens.slice(0, -1), last.column);
    return { path: [...path, last.key], at: 'value', word: line.slice(from, end), from, to: end, siblings: siblingsOf(lines, position.line, last.column) };
  }
  const dashes = tokens.filter(({ key }) => key === undefined);
  const from = before.length - (/[\w./"'-]*$/.exec(before)?.[0].length ?? 0);
  const dash = dashes.at(-1);
  const start = dash !== undefined && from <= dash.column ? Math.min(dash.column + 1, position.character) : from;
  const column = last?.key !== undefined ? last.column : start;
  const path = parentsOf(lines, position.line, dashes, column);
  return { path, at: 'key', word: line.slice(start, end), from: start, to: end, siblings: siblingsOf(lines, position.line, column) };
}
