/**
 * A reader for the plain part of YAML that tools write (kubectl get -o yaml, Helm, kustomize): block maps and lists,
 * scalars on a line or broken at spaces, literal blocks. It gives the same values as the full parser, some twenty times
 * faster, and declines whatever goes beyond that part: the full parser then decides, of an item of an outer list by itself.
 */

/** Thrown to decline. */
const DECLINED = new Error('beyond the plain part of YAML');

/** Deeper nesting than any Kubernetes object has: it could exhaust the stack. */
const DEEPEST = 100;

/** YAML allows 1024 characters before the colon of a key (1.2, 7.4). */
const LONGEST_KEY = 1000;

/** Lists so far out are read item by item: `items` of a List is, and what a single object has below one key. */
const OUTERMOST = 2;

/** The full parser's value of a text that is an item of a list and nothing else; undefined where it finds any fault. */
export type ReadItem = (text: string) => { readonly value: unknown } | undefined;

const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const TAB = 9;
const QUOTE = 34;
const HASH = 35;
const APOSTROPHE = 39;
const DASH = 45;
const COLON = 58;
const DOT = 46;
const BACKSLASH = 92;

/** Words that are no text in YAML 1.1. */
const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...['~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF', 'false', 'False', 'FALSE'].map((word) => [word, false] as const),
]);

/** What may begin a plain scalar without further thought: a letter, `_`, `/`, `$`, `(`. */
function isPlainStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === 47 || code === 36 || code === 40;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** A scalar that begins with a digit or a sign: a simple whole number, or a text that can be no number. */
function numberLike(text: string): number | string {
  if (/^-?(?:0|[1-9]\d{0,14})$/.test(text)) return Number(text);
  // Letters beside the e of an exponent are in no number that is not written 0x, 0b or 0o: a hash, for one.
  if (/[a-df-zA-DF-Z]/.test(text) && !/^-?0[xXbBoO]/.test(text)) return text;
  if (/[^0-9+\-._eExXoObBa-fA-F]/.test(text) || /^\d+\.\d+\.\d/.test(text) || /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(text)) return text;
  throw DECLINED;
}

class FastReader {
  private readonly text: string;
  private readonly end: number;
  private at: number;
  /** The current line: its indentation, where its content begins and ends; `indent` -1 at the end. */
  private indent = -1;
  private start = 0;
  private stop = 0;
  private depth = 0;
  private readonly readItem: ReadItem | undefined;

  constructor(text: string, start: number, end: number, readItem: ReadItem | undefined) {
    this.text = text;
    this.readItem = readItem;
    this.at = start;
    this.end = end;
  }

  read(): unknown {
    this.next();
    if (this.indent < 0) return undefined;
    const value = this.node();
    if (this.indent >= 0) throw DECLINED;
    return value;
  }

  /** Moves to the next line that holds more than a comment. */
  private next(): void {
    const { text, end } = this;
    while (this.at < end) {
      const lineStart = this.at;
      let newline = text.indexOf('\n', lineStart);
      if (newline < 0 || newline > end) newline = end;
      this.at = newline + 1;
      let from = lineStart;
      while (from < newline && text.charCodeAt(from) === SPACE) from++;
      let to = newline;
      while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
      if (from === to || text.charCodeAt(from) === HASH) continue;
      if (text.charCodeAt(from) === TAB) throw DECLINED;
      this.indent = from - lineStart;
      this.start = from;
      this.stop = to;
      return;
    }
    this.indent = -1;
  }

  private isItem(): boolean {
    if (this.text.charCodeAt(this.start) !== DASH) return false;
    return this.start + 1 === this.stop || this.text.charCodeAt(this.start + 1) === SPACE;
  }

  private node(): unknown {
    return this.nested((): unknown => (this.isItem() ? this.list(this.indent) : this.map(this.indent)));
  }

  private nested<T>(read: () => T): T {
    if (++this.depth > DEEPEST) throw DECLINED;
    const value = read();
    this.depth--;
    return value;
  }

  private list(indent: number): unknown[] {
    const items: unknown[] = [];
    while (this.indent === indent && this.isItem()) items.push(this.depth > OUTERMOST ? this.item(indent) : this.outerItem(indent));
    if (this.indent > indent) throw DECLINED;
    return items;
  }

  private item(indent: number): unknown {
    let from = this.start + 1;
    while (from < this.stop && this.text.charCodeAt(from) === SPACE) from++;
    if (from === this.stop || this.text.charCodeAt(from) === HASH) {
      this.next();
      return this.indent > indent ? this.node() : null;
    }
    // The rest of the line stands like a line of its own, further in.
    const inner = indent + (from - this.start);
    this.indent = inner;
    this.start = from;
    if (this.isItem()) return this.nested(() => this.list(inner));
    if (this.keyEnd() >= 0) return this.nested(() => this.map(inner));
    return this.inline(from, indent);
  }

  /** An item that goes beyond the plain part does not take those beside it along. */
  private outerItem(indent: number): unknown {
    const { text, start, depth, readItem } = this;
    const line = start - indent;
    try {
      const value = this.item(indent);
      if (this.indent > indent) throw DECLINED;
      return value;
    } catch (error) {
      // Behind the dash of another item it is no text by itself.
      if (error !== DECLINED || readItem === undefined || text.slice(line, start).trim() !== '') throw error;
      const end = this.endOfItem(start, indent);
      const found = readItem(text.slice(line, end));
      if (!Array.isArray(found?.value) || found.value.length !== 1) throw DECLINED;
      this.depth = depth;
      this.at = end;
      this.next();
      return found.value[0] as unknown;
    }
  }

  /** Where the first line begins that stands no further in than the item at `start` and holds more than a comment. */
  private endOfItem(start: number, indent: number): number {
    const { text, end } = this;
    for (let at = start; at < end;) {
      const newline = text.indexOf('\n', at);
      if (newline < 0 || newline >= end) return end;
      at = newline + 1;
      let from = at;
      while (from < end && text.charCodeAt(from) === SPACE) from++;
      if (from - at <= indent && from < end && !isBlank(text.charCodeAt(from)) && text.charCodeAt(from) !== HASH) return at;
    }
    return end;
  }

  /** Where the colon after the key of this line is; -1 where the line is no entry of a map. */
  private keyEnd(): number {
    const { text, start, stop } = this;
    const first = text.charCodeAt(start);
    let at = start;
    if (first === QUOTE || first === APOSTROPHE) {
      at++;
      while (at < stop && text.charCodeAt(at) !== first) at++;
      if (++at > stop) throw DECLINED;
      return text.charCodeAt(at) === COLON && (at + 1 === stop || text.charCodeAt(at + 1) === SPACE) ? at : -1;
    }
    for (; at < stop; at++) {
      const code = text.charCodeAt(at);
      if (code === COLON && (at + 1 === stop || text.charCodeAt(at + 1) === SPACE)) return at;
      if (code === HASH && text.charCodeAt(at - 1) === SPACE) return -1;
      // Tabs between tokens are allowed in places; which ones the full parser knows.
      if (code === TAB) throw DECLINED;
    }
    return -1;
  }

  private key(colon: number): string {
    const { text, start } = this;
    if (colon - start > LONGEST_KEY) throw DECLINED;
    const first = text.charCodeAt(start);
    if (first === QUOTE || first === APOSTROPHE) {
      const key = text.slice(start + 1, colon - 1);
      if (key.includes('\\') || key === '__proto__') throw DECLINED;
      return key;
    }
    const key = text.slice(start, colon);
    if (!(isPlainStart(first) || /^\.[a-z]{4}/i.test(key)) || WORDS.has(key) || key === '__proto__' || key.endsWith(' ')) throw DECLINED;
    return key;
  }

  private map(indent: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    while (this.indent === indent && !this.isItem()) {
      const colon = this.keyEnd();
      if (colon < 0) throw DECLINED;
      const key = this.key(colon);
      if (Object.hasOwn(map, key)) throw DECLINED;
      let from = colon + 1;
      while (from < this.stop && this.text.charCodeAt(from) === SPACE) from++;
      if (from < this.stop && this.text.charCodeAt(from) !== HASH) {
        map[key] = this.inline(from, indent);
        continue;
      }
      this.next();
      // A list may stand as far out as the key it belongs to.
      if (this.indent > indent) map[key] = this.node();
      else map[key] = this.indent === indent && this.isItem() ? this.list(indent) : null;
    }
    if (this.indent > indent) throw DECLINED;
    return map;
  }

  /** A value that stands on the line; the lines after it must not go on with it. */
  private inline(from: number, indent: number): unknown {
    const first = this.text.charCodeAt(from);
    if (first === 124) return this.literal(from, indent);
    const isPlain = first !== QUOTE && first !== APOSTROPHE;
    const value = isPlain ? this.plain(from) : this.quoted(from, first, indent);
    const folded = isPlain && this.goesOn(indent) ? this.folded(from, indent) : value;
    this.next();
    if (this.indent > indent) throw DECLINED;
    return folded;
  }

  private quoted(from: number, quote: number, indent: number): string {
    const { text } = this;
    const parts: string[] = [];
    let begin = from + 1;
    let close = this.closing(begin, quote);
    while (close < 0) {
      // Broken at a space; an empty line would be a line's end.
      if (begin === this.stop || !this.goesOn(indent)) throw DECLINED;
      parts.push(text.slice(begin, this.stop));
      this.next();
      begin = this.start;
      close = this.closing(begin, quote);
    }
    parts.push(text.slice(begin, close));
    let after = close + 1;
    while (after < this.stop && text.charCodeAt(after) === SPACE) after++;
    // Anything but a comment after it is for the full parser.
    if (after < this.stop && (text.charCodeAt(after) !== HASH || after === close + 1)) throw DECLINED;
    const value = parts.join(' ');
    if (quote === APOSTROPHE) return value.replaceAll("''", "'");
    if (!value.includes('\\')) return value;
    // Escapes as JSON has them mean the same; others, and one that is broken by a line, are declined.
    if (parts.length > 1) throw DECLINED;
    try {
      return JSON.parse(`"${value}"`) as string;
    } catch {
      throw DECLINED;
    }
  }

  /** The quote that ends a scalar on this line, -1 where none does: not one that is doubled or escaped. */
  private closing(from: number, quote: number): number {
    const { text, stop } = this;
    for (let at = from; at < stop; at++) {
      const code = text.charCodeAt(at);
      if (code === quote) {
        if (quote === QUOTE || text.charCodeAt(at + 1) !== APOSTROPHE) return at;
        at++;
      } else if (code === BACKSLASH && quote === QUOTE) at++;
    }
    return -1;
  }

  private plain(from: number): unknown {
    const rest = this.text.slice(from, this.stop);
    // Searched in the rest of the line only: the whole text would be gone through for every scalar.
    const comment = rest.indexOf(' #');
    const value = comment < 0 ? rest : rest.slice(0, comment).trimEnd();
    if (value === '{}') return {};
    if (value === '[]') return [];
    const word = WORDS.get(value);
    if (word !== undefined) return word;
    if (value.includes(': ') || value.endsWith(':') || value.includes('\t')) throw DECLINED;
    const first = value.charCodeAt(0);
    if (isPlainStart(first)) return value;
    const second = value.charCodeAt(1);
    if (isDigit(first) || (first === DASH && isDigit(second))) return numberLike(value);
    // A file's name; `.5`, `.inf` and `.nan` are numbers.
    if (first === DOT && /^\.(?!inf$|nan$)[a-z]/i.test(value)) return value;
    // An option of a command: `--config=x`, `-v`.
    if (first === DASH && (second === DASH || isPlainStart(second))) return value;
    throw DECLINED;
  }

  /** Whether the next line is further in: what stands on this one goes on there. */
  private goesOn(indent: number): boolean {
    const { text, at, end } = this;
    let from = at;
    while (from < end && text.charCodeAt(from) === SPACE) from++;
    if (from - at <= indent || from >= end || isBlank(text.charCodeAt(from))) return false;
    // Behind a scalar without quotes a comment, within quotes a part of the text.
    if (text.charCodeAt(from) === HASH) throw DECLINED;
    return true;
  }

  /** A text without quotes that is broken at its spaces, as long messages are. What could mean anything else is declined. */
  private folded(from: number, indent: number): string {
    const { text } = this;
    const words = [text.slice(from, this.stop)];
    while (this.goesOn(indent)) {
      this.next();
      words.push(text.slice(this.start, this.stop));
    }
    for (const [at, line] of words.entries()) {
      if (at > 0 && !isPlainStart(line.charCodeAt(0)) && !isDigit(line.charCodeAt(0))) throw DECLINED;
      if (/: |:$|\t| #|^[{[]/.test(line)) throw DECLINED;
    }
    return words.join(' ');
  }

  /** `|`, `|-`, `|+`: the lines further in, as they are. */
  private literal(from: number, indent: number): string {
    const { text, end } = this;
    const header = text.slice(from, this.stop);
    if (header !== '|' && header !== '|-' && header !== '|+') throw DECLINED;
    const lines: string[] = [];
    let depth = -1;
    while (this.at < end) {
      let newline = text.indexOf('\n', this.at);
      if (newline < 0 || newline > end) newline = end;
      const line = text.slice(this.at, newline);
      const content = line.search(/[^ ]/);
      if (content < 0 || line === '\r') {
        if (line.length > 0) throw DECLINED;
      } else {
        if (content <= indent) break;
        if (depth < 0) depth = content;
        if (content < depth || line.includes('\r') || line.charCodeAt(content) === TAB) throw DECLINED;
      }
      lines.push(content < 0 ? '' : line.slice(depth));
      this.at = newline + 1;
    }
    let last = lines.length;
    while (last > 0 && lines[last - 1] === '') last--;
    if (depth < 0 || this.at > end) throw DECLINED;
    this.next();
    if (this.indent > indent) throw DECLINED;
    const kept = lines.slice(0, last).join('\n');
    if (header === '|-') return kept;
    return header === '|' ? `${kept}\n` : `${lines.join('\n')}\n`;
  }
}

function isBlank(code: number): boolean {
  return code === SPACE || code === RETURN || code === TAB || code === NEWLINE;
}

/**
 * The value of one document between two offsets of a text; `declined` where the full parser is needed.
 * A document that holds nothing has the value undefined. `readItem` may help with items of outer lists.
 */
export function readFast(text: string, start: number, end: number, readItem?: ReadItem): { readonly value: unknown } | 'declined' {
  try {
    return { value: new FastReader(text, start, end, readItem).read() };
  } catch (error) {
    if (error === DECLINED) return 'declined';
    throw error;
  }
}
