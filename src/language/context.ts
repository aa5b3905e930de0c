/** What is expected at a place of a filter, from the tokens before it. A guess that helps writing; it judges nothing. */
import type { FilterRegistry } from './registry.ts';
import { tokenize, type Token } from './tokens.ts';

/** What stands on the left of a comparison. */
export interface Subject {
  /** Its field, where it is one ('' for a function's result or a slice). */
  readonly field: string;
  readonly type: string;
  /** Key in brackets: `k8s.label["app"]`. */
  readonly key?: string;
  /** Whether it may stand alone, as a test of presence. */
  readonly alone: boolean;
}

export type Expected =
  /** The start of a test; after "tcp.len +" another term of this subject. */
  | { readonly kind: 'operand'; readonly term?: Subject }
  /** What can be done with the subject. */
  | { readonly kind: 'operator'; readonly subject: Subject }
  /** A value (or another field) to hold the subject against, after this operator. */
  | { readonly kind: 'value'; readonly subject: Subject; readonly operator: string }
  /** An argument of a function, from 0. */
  | { readonly kind: 'argument'; readonly name: string; readonly index: number }
  /** A key of the subject's key=value strings. */
  | { readonly kind: 'key'; readonly subject: Subject }
  /** A field's name in `${…}`. */
  | { readonly kind: 'reference' }
  /** A test is complete: and, or. */
  | { readonly kind: 'join' }
  /** Only `in` may follow: after "x not". */
  | { readonly kind: 'in'; readonly subject: Subject }
  /** A regular expression, a slice: nothing can be offered. */
  | { readonly kind: 'nothing' };

/** An open parenthesis, brace or bracket. */
interface Open {
  readonly mark: string;
  /** Name of the function whose arguments stand in it, '' for a group. */
  readonly name: string;
  readonly index: number;
  readonly outer: Expected;
  /** Type of the first argument. */
  readonly first: string;
}

export interface Context {
  readonly expected: Expected;
  /** What would be replaced: the word, string or symbol the place is in or at the end of; empty at a new place. */
  readonly start: number;
  readonly end: number;
  /** What of it stands before the place. */
  readonly typed: string;
  /** The innermost function call the place is in. */
  readonly call?: { readonly name: string; readonly index: number };
}

export function contextAt(registry: FilterRegistry, text: string, offset: number): Context {
  const tokens = tokenize(text, registry.spellings);
  const current = tokens.find((token) => token.start < offset && offset <= token.end && isOpenEnded(token, offset));
  const before = tokens.filter((token) => token !== current && token.end <= offset && token.start < (current?.start ?? offset));
  const { expected, opens } = walk(registry, before);
  const call = opens.findLast(({ name }) => name !== '');
  const place = current === undefined ? { start: offset, end: offset } : spanOf(current, tokens, expected);
  return {
    expected: insideOf(current, expected),
    ...place,
    typed: text.slice(place.start, offset),
    ...(call === undefined ? {} : { call: { name: call.name, index: call.index } }),
  };
}

/** Whether writing at the place would go on with the token: a closed string is done, so is a bracket. */
function isOpenEnded({ kind, text, start, end }: Token, offset: number): boolean {
  switch (kind) {
    case 'mark': return false;
    case 'string': return offset < end || !/^r?"(?:[^"\\]|\\[^])*"$/i.test(text);
    case 'reference': return offset >= start + 2 && (offset < end || !text.endsWith('}'));
    default: return true;
  }
}

function spanOf(current: Token, tokens: readonly Token[], expected: Expected): { readonly start: number; readonly end: number } {
  if (current.kind === 'reference') {
    return { start: current.start + 2, end: current.text.endsWith('}') ? current.end - 1 : current.end };
  }
  // "==" while it is written is "=", which is no operator: symbols that touch are one place.
  let { start } = current;
  if (expected.kind !== 'value' && (current.kind === 'unknown' || isSymbol(current))) {
    for (const token of tokens.toReversed()) {
      start = token.end === start && (token.kind === 'unknown' || isSymbol(token)) ? token.start : start;
    }
  }
  return { start, end: current.end };
}

const isSymbol = ({ kind, text }: Token): boolean => kind === 'operator' && !/^\w/.test(text);

function insideOf(current: Token | undefined, expected: Expected): Expected {
  switch (current?.kind) {
    case 'reference': return { kind: 'reference' };
    case 'index': return { kind: 'nothing' };
    case 'string': return expected.kind === 'value' || expected.kind === 'key' ? expected : { kind: 'nothing' };
    case 'character': return { kind: 'nothing' };
    case 'mark':
    case 'operator':
    case 'unknown':
    case 'word':
    case undefined: return expected;
  }
}

interface Walked {
  readonly expected: Expected;
  readonly opens: readonly Open[];
}

function walk(registry: FilterRegistry, tokens: readonly Token[]): Walked {
  let expected: Expected = { kind: 'operand' };
  const opens: Open[] = [];
  tokens.forEach((token, at) => {
    expected = token.kind === 'mark' || token.kind === 'index'
      ? afterMark(registry, token, tokens[at - 1], expected, opens)
      : afterToken(registry, token, tokens[at + 1], expected, opens);
  });
  return { expected, opens };
}

function afterMark(
  registry: FilterRegistry, { text, kind }: Token, previous: Token | undefined, expected: Expected, opens: Open[],
): Expected {
  if (kind === 'index') return { kind: 'nothing' };
  switch (text) {
    case '(': {
      const name = previous?.kind === 'word' && registry.function(previous.text) !== undefined ? previous.text : '';
      opens.push({ mark: text, name, index: 0, outer: expected, first: '' });
      return name === '' ? expected : { kind: 'argument', name, index: 0 };
    }
    case '{':
      opens.push({ mark: text, name: '', index: 0, outer: expected, first: '' });
      return expected;
    case '[':
      opens.push({ mark: text, name: '', index: 0, outer: expected, first: '' });
      return expected.kind === 'operator' && expected.subject.type === 'FT_STRING'
        ? { kind: 'key', subject: expected.subject } : { kind: 'nothing' };
    case ',': return afterComma(opens);
    case ')':
    case '}':
    case ']': return afterClose(registry, text, previous, expected, opens.pop());
    case '..': return expected.kind === 'join' ? lastSet(opens) : expected;
    default: return expected;
  }
}

/** In a set another value follows, in a call another argument. */
function afterComma(opens: Open[]): Expected {
  const open = opens.at(-1);
  if (open === undefined) return { kind: 'nothing' };
  if (open.name !== '') {
    opens[opens.length - 1] = { ...open, index: open.index + 1 };
    return { kind: 'argument', name: open.name, index: open.index + 1 };
  }
  return open.mark === '{' ? open.outer : { kind: 'nothing' };
}

const lastSet = (opens: readonly Open[]): Expected => opens.findLast(({ mark }) => mark === '{')?.outer ?? { kind: 'nothing' };

function afterClose(
  registry: FilterRegistry, mark: string, previous: Token | undefined, expected: Expected, open: Open | undefined,
): Expected {
  if (open === undefined) return { kind: 'join' };
  if (open.name !== '') {
    const types = registry.function(open.name)?.types ?? [];
    const result = types.find(([taken]) => taken === open.first)?.[1] ?? types[0]?.[1] ?? '';
    return open.outer.kind === 'value' ? { kind: 'join' }
      : { kind: 'operator', subject: { field: '', type: result, alone: false } };
  }
  if (mark === ']') {
    if (open.outer.kind !== 'operator') return open.outer.kind === 'value' ? { kind: 'join' } : open.outer;
    const { subject } = open.outer;
    if (previous?.kind === 'string') {
      return { kind: 'operator', subject: { ...subject, key: previous.text.slice(1, -1), alone: true } };
    }
    return { kind: 'operator', subject: { field: '', type: 'FT_BYTES', alone: true } };
  }
  return mark === '}' && expected.kind === 'operator' ? expected : { kind: 'join' };
}

function afterToken(
  registry: FilterRegistry, token: Token, following: Token | undefined, expected: Expected, opens: Open[],
): Expected {
  if (token.kind === 'operator') return afterOperator(registry, token.text, expected);
  switch (expected.kind) {
    case 'operand':
    case 'argument': {
      // The name of a function: its parenthesis decides.
      if (following?.text === '(' && registry.function(token.text) !== undefined) return expected;
      const subject = subjectOf(registry, token.text);
      if (expected.kind === 'argument') {
        const open = opens.at(-1);
        if (open?.name !== '' && open?.first === '') opens[opens.length - 1] = { ...open, first: subject.type };
        return { kind: 'nothing' };
      }
      return { kind: 'operator', subject: expected.term === undefined ? subject : { ...expected.term, field: '' } };
    }
    case 'value': return following?.text === '(' && registry.function(token.text) !== undefined ? expected : { kind: 'join' };
    case 'key': return { kind: 'nothing' };
    case 'operator':
    case 'reference':
    case 'join':
    case 'in':
    case 'nothing': return expected;
  }
}

function subjectOf(registry: FilterRegistry, name: string): Subject {
  const field = registry.field(name);
  return { field: field?.name ?? name, type: field?.type ?? registry.knownType(name) ?? '', alone: true };
}

function afterOperator(registry: FilterRegistry, text: string, expected: Expected): Expected {
  const kind = registry.operator(text)?.kind;
  switch (kind) {
    case 'and':
    case 'or': return { kind: 'operand' };
    case 'not': return expected.kind === 'operator' ? { kind: 'in', subject: expected.subject } : { kind: 'operand' };
    case 'any':
    case 'all': return { kind: 'operand' };
    case 'matches': return { kind: 'nothing' };
    case 'compare':
    case 'contains':
    case 'in':
      return expected.kind === 'operator' || expected.kind === 'in'
        ? { kind: 'value', subject: expected.subject, operator: text } : { kind: 'operand' };
    case 'arithmetic':
      // "tcp.len + 5" is a subject still, and so is the field of its type that follows.
      return expected.kind === 'operator' ? { kind: 'operand', term: expected.subject } : expected.kind === 'join' ? { kind: 'nothing' } : expected;
    case undefined: return expected;
  }
}
