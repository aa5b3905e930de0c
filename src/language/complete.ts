/** What can be written at a place of a filter. */
import type { FieldInfo } from '../contract/capture.ts';
import type { CompletionKind, FieldValues, FilterCompletion, FilterCompletions } from '../contract/language.ts';
import { contextAt, type Context, type Subject } from './context.ts';
import { nameOfValue, writeNumber, type FilterRegistry } from './registry.ts';

/** Gives the values a field has in the capture at hand; undefined where there is no capture. */
export type ValuesSeen = (field: string) => Promise<FieldValues | undefined>;

/** More are of no use to choose from; the next letter brings others. */
const kMostItems = 200;

export async function complete(
  registry: FilterRegistry, text: string, offset: number, valuesSeen: ValuesSeen,
): Promise<FilterCompletions> {
  const context = contextAt(registry, text, offset);
  const items = await itemsFor(registry, context, valuesSeen);
  return {
    start: context.start, end: context.end, items: items.slice(0, kMostItems),
    incomplete: true,
  };
}

async function itemsFor(
  registry: FilterRegistry, { expected, typed }: Context, valuesSeen: ValuesSeen,
): Promise<readonly FilterCompletion[]> {
  switch (expected.kind) {
    case 'operand': {
      const { term } = expected;
      return term !== undefined ? fieldItems(registry, typed, ({ type }) => comparable(type, term.type)) : [...fieldItems(registry, typed), ...functionItems(registry, typed), ...wordItems(registry, typed, ['not', 'any', 'all'])];
    }
    case 'argument': {
      const taken = new Set(registry.function(expected.name)?.types.map(([type]) => type));
      return fieldItems(registry, typed, ({ type }) => taken.has(type));
    }
    case 'reference': return fieldItems(registry, typed, ({ type }) => registry.can(type, 'compare'));
    case 'operator': return operatorItems(registry, expected.subject, typed);
    case 'in': return operatorItems(registry, expected.subject, typed).filter(({ label }) => label === 'in');
    case 'value': return valueItems(registry, expected.subject, expected.operator, typed, valuesSeen);
    case 'key': return keyItems(expected.subject, await valuesSeen(expected.subject.field));
    case 'join': return joinItems(registry, typed);
    case 'nothing': return [];
  }
}

// ---- fields and functions

/**
 * Fields whose name begins with what was typed, then those it occurs in, then those whose label has it. With nothing
 * typed only protocols: a list of all fields is none.
 */
function fieldItems(
  registry: FilterRegistry, typed: string, fits: (field: FieldInfo) => boolean = () => true,
): readonly FilterCompletion[] {
  const wanted = typed.replace(/^\./, '').toLowerCase();
  const usable = registry.fields.filter((field) => !field.name.startsWith('_') || wanted.startsWith('_')).filter(fits);
  if (wanted === '') {
    const protocols = usable.filter(({ type }) => type === 'FT_PROTOCOL');
    return (protocols.length > 0 ? protocols : usable).map(fieldItem);
  }
  const begins = usable.filter(({ name }) => name.toLowerCase().startsWith(wanted));
  const rest = usable.filter((field) => !begins.includes(field));
  const holds = rest.filter(({ name }) => name.toLowerCase().includes(wanted));
  const labelled = wanted.length < 3 ? [] : rest.filter((field) => !holds.includes(field) && field.label.toLowerCase().includes(wanted));
  return [
    ...begins.sort(byDepth).map(fieldItem),
    ...holds.map(fieldItem),
    ...labelled.map((field) => ({ ...fieldItem(field), match: field.label })),
  ];
}

/** "tcp" before "tcp.flags" before "tcp.flags.syn": what is asked for most is short. */
const byDepth = (a: FieldInfo, b: FieldInfo): number =>
  a.name.split('.').length - b.name.split('.').length || (a.name < b.name ? -1 : 1);

const fieldItem = ({ name, label, type }: FieldInfo): FilterCompletion => ({
  label: name, kind: type === 'FT_PROTOCOL' ? 'protocol' : 'field', detail: label, note: shortType(type), insert: name,
});

/** FT_UINT16 → uint16. */
export const shortType = (type: string): string => type.replace(/^FT_/, '').toLowerCase();

const functionItems = (registry: FilterRegistry, typed: string): readonly FilterCompletion[] =>
  registry.functions.filter(({ name }) => name.startsWith(typed)).map(({ name, signature, help }) => ({
    label: name, kind: 'function', detail: signature, note: 'function', insert: `${name}($0)`, help, again: true,
  }));

const wordItems = (registry: FilterRegistry, typed: string, words: readonly string[]): readonly FilterCompletion[] =>
  words.filter((word) => word.startsWith(typed) && registry.operator(word) !== undefined).map((word) => ({
    label: word, kind: 'keyword', detail: kWordHelp[word] ?? '', note: '', insert: `${word} `, again: true,
  }));

const kWordHelp: Readonly<Record<string, string>> = {
  not: 'the test must not hold', any: 'some value of the field', all: 'every value of the field',
  '&&': 'both tests hold', '||': 'one of the tests holds', and: 'both tests hold', or: 'one of the tests holds',
};

// ---- operators

/** Symbols in their usual order; words only once one is begun, since each says what a symbol says. */
function operatorItems(registry: FilterRegistry, subject: Subject, typed: string): readonly FilterCompletion[] {
  const isWord = /^\w/.test(typed);
  const possible = registry.operators.filter(({ kind, better }) => {
    if (better !== undefined) return false;
    switch (kind) {
      case 'compare':
      case 'contains':
      case 'matches':
      case 'in': return subject.type === '' || registry.can(subject.type, kind);
      case 'arithmetic': return registry.can(subject.type, 'arithmetic');
      case 'not': return false;
      default: return false;
    }
  });
  const shown = possible.filter(({ spelling, kind }) =>
    isWord ? spelling.startsWith(typed) : !/^\w/.test(spelling) || ['contains', 'matches', 'in'].includes(kind));
  return [
    ...shown.filter(({ kind }) => kind !== 'arithmetic').map(({ spelling, kind, help }) =>
      operatorItem(spelling, help ?? kOperatorHelp[kind] ?? '', subject.type)),
    ...(subject.alone ? joinItems(registry, typed) : []),
    ...shown.filter(({ kind }) => kind === 'arithmetic').map(({ spelling, help }) => operatorItem(spelling, help ?? '', '')),
  ];
}

const kOperatorHelp: Readonly<Record<string, string>> = {
  contains: 'holds the text or the bytes', matches: 'matches a regular expression', in: 'is one of a set',
};

function operatorItem(spelling: string, detail: string, type: string): FilterCompletion {
  const insert = spelling === 'in' ? 'in {$0}'
    : spelling === 'matches' || spelling === '~' ? `${spelling} "$0"`
    : spelling === 'contains' && type === 'FT_STRING' ? 'contains "$0"'
    : `${spelling} `;
  return { label: spelling, kind: 'operator', detail, note: '', insert, again: true };
}

function joinItems(registry: FilterRegistry, typed: string): readonly FilterCompletion[] {
  const spellings = /^\w/.test(typed) ? ['and', 'or'] : ['&&', '||'];
  return wordItems(registry, /^\w/.test(typed) ? typed : '', spellings).map((item) => ({ ...item, kind: 'operator' }));
}

// ---- values

async function valueItems(
  registry: FilterRegistry, subject: Subject, operator: string, typed: string, valuesSeen: ValuesSeen,
): Promise<readonly FilterCompletion[]> {
  const field = registry.field(subject.field);
  const seen = subject.field === '' || subject.type === '' ? undefined : await valuesSeen(subject.field);
  const texts = subject.key === undefined ? seen?.values ?? [] : valuesOfKey(subject.key, seen);
  const listed = field === undefined || subject.key !== undefined ? [] : namedItems(field, typed);
  const seenItems = texts.map(([text, count]) => seenItem(field, text, count, typed));
  const written = new Set(seenItems.map(({ label }) => label));
  const isName = /^[A-Za-z_.]/.test(typed) && operator !== 'contains';
  return [
    ...seenItems,
    ...listed.filter(({ label }) => !written.has(label)),
    ...(isName ? fieldItems(registry, typed, (other) => comparable(other.type, subject.type) && other.name !== subject.field) : []),
  ];
}

/** Numbers of any width compare with each other, bytes with addresses of bytes; else types must be the same. */
const comparable = (one: string, other: string): boolean => familyOf(one) === familyOf(other);
const familyOf = (type: string): string =>
  /^FT_(U?INT\d+|CHAR|FRAMENUM)$/.test(type) ? 'number' : /^FT_(FLOAT|DOUBLE)$/.test(type) ? 'real' : /^FT_(BYTES|UINT_BYTES|ETHER|OID)$/.test(type) ? 'bytes' : type;

function seenItem(field: FieldInfo | undefined, text: string, count: number, typed: string): FilterCompletion {
  const number = field?.values === undefined && field?.ranges === undefined ? Number.NaN : Number(text);
  const name = field === undefined || Number.isNaN(number) ? '' : nameOfValue(field, number);
  return {
    ...valueItem(field, text, name, typed), note: `seen ${new Intl.NumberFormat('en-US').format(count)}×`,
  };
}

const namedItems = (field: FieldInfo, typed: string): readonly FilterCompletion[] =>
  (field.values ?? []).map(([value, name]) => ({ ...valueItem(field, writeNumber(field, value), name, typed), kind: 'constant' }));

/**
 * A value by its name where the name is its alone (and says more than a truth value), else as it is written. A string
 * typed without its quote gets both.
 */
function valueItem(field: FieldInfo | undefined, text: string, name: string, typed: string): FilterCompletion {
  const kind: CompletionKind = 'value';
  if (name === '' || field === undefined) {
    const bare = text.startsWith('"') && !typed.startsWith('"') ? { match: text.slice(1, -1) } : {};
    return { label: text, kind, detail: '', note: '', insert: escapeInsert(text), ...bare };
  }
  const byName = field.type !== 'FT_BOOLEAN' && (field.values ?? []).filter(([, other]) => other === name).length === 1 && name.length <= 60;
  const quoted = `"${name.replaceAll(/["\\]/g, '\\$&')}"`;
  const byNumber = /^[\d-]/.test(typed);
  return {
    label: `${name} (${text})`, kind, detail: '', note: '', insert: byName && !byNumber ? escapeInsert(quoted) : text,
    match: byNumber ? text : typed.startsWith('"') ? quoted : name,
  };
}

/** A value as snippet text: what means something there is escaped. */
const escapeInsert = (text: string): string => text.replaceAll(/[\\$}]/g, '\\$&');

/** Of "key=value" strings. */
const splitLabel = (text: string): readonly [string, string] => {
  const bare = text.slice(1, -1);
  const at = bare.indexOf('=');
  return at < 0 ? [bare, ''] : [bare.slice(0, at), bare.slice(at + 1)];
};

const valuesOfKey = (key: string, seen: FieldValues | undefined): readonly (readonly [string, number])[] =>
  (seen?.values ?? []).flatMap(([text, count]) => {
    const [name, value] = splitLabel(text);
    return name === key ? [[`"${value}"`, count] as const] : [];
  });

function keyItems(subject: Subject, seen: FieldValues | undefined): readonly FilterCompletion[] {
  const keys = new Map<string, number>();
  for (const [text, count] of seen?.values ?? []) {
    const [key] = splitLabel(text);
    keys.set(key, (keys.get(key) ?? 0) + count);
  }
  return [...keys].map(([key, count]) => ({
    label: `"${key}"`, kind: 'value', detail: `key of ${subject.field}`, note: `seen ${String(count)}×`, insert: escapeInsert(`"${key}"`),
    match: `"${key}"`,
  }));
}
