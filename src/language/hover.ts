/** Help on what stands at a place of a filter. */
import type { FieldInfo } from '../contract/capture.ts';
import type { FilterHover, FilterSignature } from '../contract/language.ts';
import { contextAt } from './context.ts';
import { nameOfValue, writeNumber, type FilterRegistry } from './registry.ts';
import { tokenize, type Token } from './tokens.ts';

/** Value names shown; the completion list has them all. */
const kMostNames = 12;

export function hover(registry: FilterRegistry, text: string, offset: number): FilterHover | undefined {
  // Between two tokens the one that begins there comes first, if there is something to say of it.
  const touched = tokenize(text, registry.spellings).filter(({ start, end }) => start <= offset && offset <= end).reverse();
  for (const token of touched) {
    const help = helpOn(registry, text, token);
    if (help !== undefined) return { start: token.start, end: token.end, ...help };
  }
  return undefined;
}

type Help = Omit<FilterHover, 'start' | 'end'>;

function helpOn(registry: FilterRegistry, text: string, token: Token): Help | undefined {
  switch (token.kind) {
    case 'operator': return operatorHelp(registry, token.text);
    case 'reference': return nameHelp(registry, token.text.slice(2).replace(/}$/, ''));
    case 'word': return nameHelp(registry, token.text) ?? valueHelp(registry, text, token);
    case 'string':
    case 'character':
    case 'index':
    case 'mark':
    case 'unknown': return undefined;
  }
}

function nameHelp(registry: FilterRegistry, name: string): Help | undefined {
  const called = registry.function(name);
  if (called !== undefined) return { title: called.signature, lines: [called.help] };
  const field = registry.field(name);
  if (field !== undefined) return fieldHelp(registry, field);
  const type = registry.knownType(name);
  return type === undefined ? undefined
    : { title: name, lines: [sentence(registry.describe(type)), 'Known, but not dissected yet: it is never there.'] };
}

function fieldHelp(registry: FilterRegistry, field: FieldInfo): Help {
  const { name, label, type, protocol } = field;
  const owner = registry.field(protocol);
  return {
    title: label === '' ? name : `${name}: ${label}`,
    lines: [
      type === 'FT_PROTOCOL' ? `A protocol with ${String(registry.fields.filter((other) => other.protocol === name).length - 1)} fields.`
        : type === 'FT_NONE' ? `A label of ${owner?.label ?? protocol}: it has no value, test only whether it is there.`
        : `${sentence(registry.describe(type)).slice(0, -1)} of ${owner?.label ?? protocol}.`,
      ...nameLines(field),
    ],
  };
}

function nameLines(field: FieldInfo): readonly string[] {
  const names = [
    ...(field.values ?? []).map(([value, name]) => `${writeNumber(field, value)} ${name}`),
    ...(field.ranges ?? []).map(([low, high, name]) =>
      `${writeNumber(field, low)}${low === high ? '' : `..${writeNumber(field, high)}`} ${name}`),
  ];
  if (names.length === 0) return [];
  const more = names.length > kMostNames ? [`and ${String(names.length - kMostNames)} more`] : [];
  return [`Values: ${[...names.slice(0, kMostNames), ...more].join(', ')}.`];
}

/** A number on the right of a field whose values have names. */
function valueHelp(registry: FilterRegistry, text: string, token: Token): Help | undefined {
  const { expected } = contextAt(registry, text, token.start);
  const field = expected.kind === 'value' ? registry.field(expected.subject.field) : undefined;
  const name = field === undefined || !/^(0x[0-9a-f]+|\d+)$/i.test(token.text) ? '' : nameOfValue(field, Number(token.text));
  return field === undefined || name === '' ? undefined : { title: `${field.name} ${token.text}`, lines: [name] };
}

function operatorHelp(registry: FilterRegistry, spelling: string): Help | undefined {
  const operator = registry.operator(spelling);
  if (operator === undefined) return undefined;
  const { kind, help, better } = operator;
  return {
    title: spelling,
    lines: [sentence(help ?? kKinds[kind] ?? kind), ...(better === undefined ? [] : [`Deprecated: write "${better}".`])],
  };
}

const kKinds: Readonly<Record<string, string>> = {
  contains: 'holds the text or the bytes', matches: 'matches a regular expression, case-insensitive', in: 'is one of a set, as in {80, 443, 8000..8099}',
  and: 'both tests hold', or: 'one of the tests holds', not: 'the test does not hold',
  any: 'some value of the field', all: 'every value of the field',
};

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;

/** The function call a place is in, with the parameter that is written there. */
export function signature(registry: FilterRegistry, text: string, offset: number): FilterSignature | undefined {
  const { call } = contextAt(registry, text, offset);
  const called = call === undefined ? undefined : registry.function(call.name);
  if (call === undefined || called === undefined) return undefined;
  const from = called.signature.indexOf('(') + 1;
  const parameters: (readonly [number, number])[] = [];
  let at = from;
  for (const name of called.signature.slice(from, -1).split(',')) {
    const start = at + name.length - name.trimStart().length;
    parameters.push([start, start + name.trim().length]);
    at += name.length + 1;
  }
  return { label: called.signature, help: called.help, parameters, active: Math.min(call.index, parameters.length - 1) };
}
