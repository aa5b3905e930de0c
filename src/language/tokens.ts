/**
 * Display filter text to tokens, for completion, hover and spacing. It never fails and judges nothing: whether a
 * filter is valid is asked of the engine.
 */

export type TokenKind =
  /** A field, a protocol, a function, a number, an address, a bareword. */
  | 'word'
  /** `==`, `&&`, `contains` … */
  | 'operator'
  /** "…" or r"…", the closing quote perhaps missing. */
  | 'string'
  | 'character'
  /** `${ip.src}`. */
  | 'reference'
  /** What stands in a slice, without its brackets. */
  | 'index'
  /** ( ) { } [ ] , .. # @ */
  | 'mark'
  /** What no token begins with. */
  | 'unknown';

export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The operators' spellings, which the engine's table has. */
export interface Spellings {
  readonly words: ReadonlySet<string>;
  /** Longest first. */
  readonly symbols: readonly string[];
}

/** Lengths are bounded, so that a long run of colons and digits is not gone through again from each of them. */
const kAddress = /(?:\d{1,3}(?:\.\d{1,3}){3}\/\d{1,2}|[0-9a-fA-F]{0,32}:[0-9a-fA-F:]{0,64}(?:[0-9a-fA-F]|::|:)(?:\.\d{1,3}){0,3}(?:\/\d{1,3})?)(?![\w:])/y;
/** A word may hold dots (also a last one, while it is typed) and hyphens; two dots are a range. */
const kWord = /\.?\w(?:[\w-]|\.(?!\.))*/y;
const kString = /[rR]?"(?:[^"\\]|\\[^])*(?:"|\\?$)/y;
const kCharacter = /'(?:[^'\\]|\\[^])*(?:'|\\?$)/y;
const kReference = /\$\{[^}]*\}?/y;
const kMark = /\.\.|[(){}[\],#@]/y;

function matched(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

export function tokenize(text: string, { words, symbols }: Spellings): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let inSlice = false;
  const add = (kind: TokenKind, found: string): void => {
    tokens.push({ kind, start: at, end: at + found.length, text: found });
    at += found.length;
  };
  while (at < text.length) {
    const character = text[at] ?? '';
    const blank = matched(/\s+/y, text, at);
    if (blank !== undefined) {
      at += blank.length;
    } else if (inSlice && !'],"'.includes(character)) {
      add('index', matched(/[^\],]*[^\],\s]/y, text, at) ?? character);
    } else {
      const { kind, found } = next(text, at, words, symbols);
      add(kind, found);
      inSlice = found === '[' || (inSlice && found !== ']');
    }
  }
  return tokens;
}

function next(
  text: string, at: number, words: ReadonlySet<string>, symbols: readonly string[],
): { readonly kind: TokenKind; readonly found: string } {
  const string = matched(kString, text, at);
  if (string !== undefined) return { kind: 'string', found: string };
  const character = matched(kCharacter, text, at);
  if (character !== undefined) return { kind: 'character', found: character };
  const reference = matched(kReference, text, at);
  if (reference !== undefined) return { kind: 'reference', found: reference };
  const word = matched(kAddress, text, at) ?? matched(kWord, text, at);
  if (word !== undefined) return { kind: words.has(word) ? 'operator' : 'word', found: word };
  const mark = matched(kMark, text, at);
  if (mark !== undefined) return { kind: 'mark', found: mark };
  const symbol = symbols.find((spelling) => text.startsWith(spelling, at));
  return symbol === undefined ? { kind: 'unknown', found: text[at] ?? '' } : { kind: 'operator', found: symbol };
}
