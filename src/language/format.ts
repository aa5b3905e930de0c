/**
 * Normal spacing: one blank around operators that compare or join and after commas, none inside parentheses and
 * before slices. Arithmetic keeps the blanks it has (to one): "-" and "/" belong to a word where none are.
 */
import type { FilterRegistry } from './registry.ts';
import { tokenize, type Token } from './tokens.ts';

/** The filter in normal spacing; as it is where the tokens would not stay the same. For valid filters. */
export function format(registry: FilterRegistry, text: string): string {
  const tokens = tokenize(text, registry.spellings);
  const words: string[] = [];
  let inSlice = false;
  tokens.forEach((token, at) => {
    const previous = tokens[at - 1];
    inSlice = isMark(previous, '[') || (inSlice && !isMark(previous, ']'));
    words.push(previous === undefined ? '' : blank(registry, previous, token, inSlice), token.text);
  });
  const spaced = words.join('');
  const again = tokenize(spaced, registry.spellings);
  const same = again.length === tokens.length && again.every(({ kind, text: found }, at) => kind === tokens[at]?.kind && found === tokens[at].text);
  return same ? spaced : text;
}

const isMark = (token: Token | undefined, mark: string): boolean => token?.kind === 'mark' && token.text === mark;

function blank(registry: FilterRegistry, previous: Token, token: Token, inSlice: boolean): string {
  const asWritten = previous.end === token.start ? '' : ' ';
  if (inSlice) return previous.text === ',' ? ' ' : '';
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
  if (isArithmetic(registry, previous) || isArithmetic(registry, token)) return arithmeticBlank(registry, previous, token, asWritten);
  return ' ';
}

/** After an operator a sign stands at its number; elsewhere blanks stay as they are, since they say what it is. */
function arithmeticBlank(registry: FilterRegistry, previous: Token, token: Token, asWritten: string): string {
  const isOther = (side: Token): boolean => side.kind === 'operator' && !isArithmetic(registry, side);
  return isOther(previous) || isOther(token) ? ' ' : asWritten;
}

const isArithmetic = (registry: FilterRegistry, { kind, text }: Token): boolean =>
  kind === 'operator' && registry.operator(text)?.kind === 'arithmetic' && !/^\w/.test(text);
