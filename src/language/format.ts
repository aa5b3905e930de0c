/**
 * Normal spacing: one blank around operators that compare or join and after commas, none inside parentheses and
 * before slices. Arithmetic keeps the blanks it has (to one): "-" and "/" belong to a word where none are.
 */
import type { FilterRegistry } from './registry.ts';
import { tokenize, type Token } from './tokens.ts';

/** The filter in normal spacing; as it is where the tokens would not stay the same. For valid filters. */
export function format(registry: FilterRegistry, text: string): string {
  const tokens = tokenize(text, registry.spellings);
  let spaced = '';
  tokens.forEach((token, at) => {
    const previous = tokens[at - 1];
    spaced += previous === undefined ? token.text : `${blank(registry, tokens, at, previous, token)}${token.text}`;
  });
  const again = tokenize(spaced, registry.spellings);
  const same = again.length === tokens.length && again.every(({ kind, text: found }, at) => kind === tokens[at]?.kind && found === tokens[at].text);
  return same ? spaced : text;
}

function blank(registry: FilterRegistry, tokens: readonly Token[], at: number, previous: Token, token: Token): string {
  const asWritten = previous.end === token.start ? '' : ' ';
  if (inBrackets(tokens, at)) return previous.text === ',' ? ' ' : '';
  if (previous.kind === 'mark' && '([#@'.includes(previous.text)) return '';
  if (token.kind === 'mark') {
    switch (token.text) {
      case ')': case ',': case ']': case '[': case '#': case '..': case '}': return '';
      case '(': return registry.function(previous.text) !== undefined ? '' : previous.text === '!' ? '' : ' ';
      default: break;
    }
  }
  if (previous.kind === 'mark' && previous.text === ',') return ' ';
  if (previous.kind === 'mark' && (previous.text === '{' || previous.text === '..')) return '';
  if (previous.text === '!' && previous.kind === 'operator') return '';
  if (isArithmetic(registry, previous) || isArithmetic(registry, token)) return arithmeticBlank(registry, tokens, at, asWritten);
  return ' ';
}

/** After an operator a sign stands at its number; elsewhere blanks stay as they are, since they say what it is. */
function arithmeticBlank(registry: FilterRegistry, tokens: readonly Token[], at: number, asWritten: string): string {
  const token = tokens[at];
  const previous = tokens[at - 1];
  const isOther = ({ kind, text }: Token): boolean => kind === 'operator' && !isArithmetic(registry, { kind, text });
  if (previous !== undefined && isOther(previous)) return ' ';
  if (token !== undefined && isOther(token)) return ' ';
  return asWritten;
}

const isArithmetic = (registry: FilterRegistry, { kind, text }: Pick<Token, 'kind' | 'text'>): boolean =>
  kind === 'operator' && registry.operator(text)?.kind === 'arithmetic' && !/^\w/.test(text);

/** Whether a token stands in a slice, its closing bracket included. */
function inBrackets(tokens: readonly Token[], at: number): boolean {
  const open = tokens.slice(0, at).findLastIndex(({ kind, text }) => kind === 'mark' && (text === '[' || text === ']'));
  return open >= 0 && tokens[open]?.text === '[';
}
