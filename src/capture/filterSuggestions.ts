/** What can be written at the end of a filter for agents (`--ebpf-filter`): the terms of captureTerms.ts, with the values of a cluster. */
import { agentFields, isAgentField } from './agentFields.ts';
import { addressAndPortFields, isProtocolTerm, protocolTerms, tokensOf } from './captureTerms.ts';

/** A value that a field has in the cluster now. */
export interface KnownValue {
  readonly text: string;
  /** Whose it is, for people. */
  readonly detail: string;
}

export interface KnownTerms {
  readonly labelKeys: readonly KnownValue[];
  /** Of `ip.addr`, `k8s.pod.name` …; `key`: of `k8s.label["key"]`. */
  readonly valuesOf: (field: string, key: string | undefined) => readonly KnownValue[];
}

export interface Suggestion {
  /** What is put in place of what was begun last. */
  readonly label: string;
  readonly detail: string;
  /** The whole filter with it. */
  readonly filter: string;
}

type Place =
  | { readonly at: 'operand' | 'join' | 'nothing' }
  | { readonly at: 'operator' | 'open'; readonly term: string }
  | { readonly at: 'value'; readonly term: string; readonly list: boolean };

/** More are of no use to choose from: another letter brings others. */
const kMost = 60;
const kJoins = [['and', 'both hold'], ['or', 'one of them holds']] as const;
const equality = [['==', 'is'], ['!=', 'is not']] as const;

/** Of `k8s.label["app"]`, the field and the key. */
function partsOf(term: string): { readonly field: string; readonly key: string | undefined } {
  const [, field = term, key] = /^([^[]+)\["([^"]*)"\]$/.exec(term) ?? [];
  return { field, key };
}

const isField = (term: string): boolean => isAgentField(partsOf(term).field) || addressAndPortFields.includes(term);

/** What is begun at the end: a quoted text that is still open, a label's key, or a word. */
function begun(text: string): string {
  const label = /k8s\.label\[(?:"[^"]*"?\]?)?$/.exec(text)?.[0];
  if (label !== undefined) return label;
  const open = /^(?:[^"]|"(?:[^"\\]|\\.)*")*?("(?:[^"\\]|\\.)*)$/.exec(text)?.[1];
  return open ?? /(?<![=!])=$/.exec(text)?.[0] ?? /[^\s()&|=!{},"[\]]*$/.exec(text)?.[0] ?? '';
}

/** One token on; what cannot stand there leads nowhere. */
function after(place: Place, token: string): Place {
  const word = token.toLowerCase();
  const joins = ['and', '&&', 'or', '||'].includes(word);
  switch (place.at) {
    case 'operand':
      if (['not', '!', '('].includes(word)) return place;
      return isProtocolTerm(token) ? { at: 'join' } : isField(token) ? { at: 'operator', term: token } : { at: 'nothing' };
    case 'operator':
      if (['==', 'eq', '!=', 'ne', 'contains'].includes(word)) return { at: 'value', term: place.term, list: false };
      if (word === 'in') return { at: 'open', term: place.term };
      return joins ? { at: 'operand' } : { at: word === ')' ? 'join' : 'nothing' };
    case 'open': return word === '{' ? { at: 'value', term: place.term, list: true } : { at: 'nothing' };
    case 'value':
      if (!place.list) return { at: 'join' };
      return word === '}' ? { at: 'join' } : place;
    case 'join': return joins ? { at: 'operand' } : { at: word === ')' ? 'join' : 'nothing' };
    case 'nothing': return place;
  }
}

/** As the filter's language takes it: what names pods is quoted where it holds other signs. */
const written = (field: string, text: string): string => (!isAgentField(field) || /^[A-Za-z0-9._/-]+$/.test(text) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`);

function valuesAt(term: string, known: KnownTerms): readonly (readonly [string, string])[] {
  const { field, key } = partsOf(term);
  return known.valuesOf(field, key).map(({ text, detail }) => [written(field, text), detail] as const);
}

/** Words that can stand at a place, with what they say. */
function wordsAt(place: Place, known: KnownTerms, depth: number): readonly (readonly [string, string])[] {
  switch (place.at) {
    case 'operand': return [
      ...agentFields.map((field) => [field, 'of pods'] as const),
      ...addressAndPortFields.map((field) => [field, 'of packets'] as const),
      ...protocolTerms.map((name) => [name, 'protocol'] as const),
      ['not', 'does not hold'],
      ...known.labelKeys.map(({ text, detail }) => [`k8s.label["${text}"]`, detail] as const),
    ];
    case 'operator': return isAgentField(partsOf(place.term).field)
      ? [...equality, ['in {', 'is one of'], ['contains', 'has this part'], ...kJoins]
      : equality;
    case 'open': return [['{', 'a list']];
    case 'value': return [...valuesAt(place.term, known), ...(place.list ? [['}', 'ends the list'] as const] : [])];
    case 'join': return depth > 0 ? [...kJoins, [')', 'closes']] : kJoins;
    case 'nothing': return [];
  }
}

/** What can stand at the end of `text`, in place of the word that is begun there; then what can follow it, where it is whole. */
export function suggestTerms(text: string, known: KnownTerms): readonly Suggestion[] {
  const typed = begun(text);
  const head = text.slice(0, text.length - typed.length);
  const tokens = tokensOf(head);
  const place = tokens.reduce<Place>(after, { at: 'operand' });
  const depth = tokens.filter((token) => token === '(').length - tokens.filter((token) => token === ')').length;
  const gap = head === '' || /[\s({]$/.test(head) ? '' : ' ';
  const wanted = typed.replace(/^"/, '').toLowerCase();
  const found = wordsAt(place, known, depth).filter(([word]) => word.toLowerCase().includes(wanted));
  const begins = (word: string): boolean => word.replace(/^"/, '').toLowerCase().startsWith(wanted);
  const [first, rest] = [found.filter(([word]) => begins(word)), found.filter(([word]) => !begins(word))];
  const items = [...first, ...rest].filter(([word]) => word !== typed).map(([label, detail]): Suggestion => ({ label, detail, filter: `${head}${gap}${label} ` }));
  const next = `${text} `;
  const isWhole = typed !== '' && begun(next) === '' && (place.at !== 'operand' || isProtocolTerm(typed) || isField(typed));
  const following = isWhole ? suggestTerms(next, known).filter(({ label }) => place.at !== 'value' || !place.list || label === '}') : [];
  return [...items, ...following].slice(0, kMost);
}
