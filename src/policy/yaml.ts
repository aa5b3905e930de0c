/**
 * YAML and JSON as the API server reads them: several documents in a file, YAML 1.1 scalars (yes, no, on, off are
 * booleans), duplicate keys refused, `kind: List` taken apart. Every value keeps its position.
 */
import { isMap, isNode, isPair, isScalar, LineCounter, parseAllDocuments, type Document, type ScalarTag } from 'yaml';
import { asArray, asString, get } from './read.ts';
import type { YamlPath } from './types.ts';

/** A place in the text; line and column count from 1, offsets from 0. */
export interface Position {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

export interface YamlProblem {
  /** `syntax`: not YAML at all; `duplicate`: a key set twice, which strict validation refuses. */
  readonly kind: 'syntax' | 'duplicate';
  readonly message: string;
  readonly range: Range;
}

/** One object of a file: a document, or an item of a List. */
export interface YamlObject {
  /** Number of the document in the file, from 0; documents that hold nothing count too. */
  readonly document: number;
  /** Path of the object inside its document; empty unless it is an item of a List. */
  readonly path: YamlPath;
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
  /** Where the value at a path inside the object is; the nearest existing parent where it is not. */
  rangeOf(path: YamlPath): Range;
}

/** Documents beyond this many aliases resolved are refused: "billion laughs". */
const MOST_ALIASES = 1000;

/** The booleans of YAML 1.1 as the API server's YAML library knows them, single letters included. */
const boolTag = (value: boolean, test: RegExp): ScalarTag => ({
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test,
  resolve: () => value,
  identify: (node) => node === value,
});

const tags = (defaults: unknown[]): ScalarTag[] => [
  boolTag(true, /^(?:y|Y|yes|Yes|YES|on|On|ON)$/),
  boolTag(false, /^(?:n|N|no|No|NO|off|Off|OFF)$/),
  ...(defaults as ScalarTag[]),
];

/** `yaml`'s own table of plain scalars reads 1:30 as base 60; the API server does not. */
function withoutSexagesimal(defaults: readonly unknown[]): unknown[] {
  return defaults.filter((tag) => get(tag, 'format') !== 'TIME' && get(tag, 'tag') !== 'tag:yaml.org,2002:timestamp');
}

function rangeIn(lines: LineCounter, start: number, end: number): Range {
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { offset, line: Math.max(1, line), column: Math.max(1, col) };
  };
  return { start: at(start), end: at(end) };
}

/** The span of the deepest node on a path that exists; for a map entry the span of its key. */
function spanOf(root: unknown, path: YamlPath): readonly [number, number] {
  let node: unknown = root;
  let span: readonly [number, number] = isNode(root) && root.range ? [root.range[0], root.range[1]] : [0, 0];
  for (const part of path) {
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
      if (pair === undefined) return span;
      if (isScalar(pair.key) && pair.key.range) span = [pair.key.range[0], pair.key.range[1]];
      next = pair.value;
    } else if (isNode(node) && 'items' in node && Array.isArray(node.items) && typeof part === 'number') {
      next = (node.items as unknown[])[part];
      if (next === undefined) return span;
      if (isNode(next) && next.range) span = [next.range[0], next.range[1]];
    } else {
      return span;
    }
    node = isPair(next) ? next.value : next;
  }
  return span;
}

function plainValue(document: Document.Parsed): { readonly value: unknown; readonly failed?: string } {
  try {
    return { value: document.toJS({ maxAliasCount: MOST_ALIASES }) as unknown };
  } catch (error) {
    return { value: undefined, failed: error instanceof Error ? error.message : 'it cannot be resolved' };
  }
}

function problemsOf(document: Document.Parsed, lines: LineCounter): YamlProblem[] {
  return document.errors.map((error) => ({
    kind: error.code === 'DUPLICATE_KEY' ? 'duplicate' : 'syntax',
    message: (error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, ''),
    range: rangeIn(lines, error.pos[0], error.pos[1]),
  }));
}

/** Items of a List are objects of their own, as for kubectl. */
function itemPaths(value: unknown): readonly YamlPath[] {
  const kind = asString(get(value, 'kind')) ?? '';
  const items = asArray(get(value, 'items'));
  if (!kind.endsWith('List') || items === undefined) return [[]];
  return items.map((_, at) => ['items', at]);
}

/** Reads every object of a text; documents that hold nothing (only comments) are left out. Never throws. */
export function parseYaml(text: string): readonly YamlObject[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    version: '1.1',
    merge: true,
    lineCounter: lines,
    logLevel: 'silent',
    prettyErrors: false,
    customTags: (defaults) => tags(withoutSexagesimal(defaults)),
  });
  if (!Array.isArray(documents)) return [];
  const objects: YamlObject[] = [];
  for (const [at, document] of documents.entries()) {
    const problems = problemsOf(document, lines);
    const { value, failed } = plainValue(document);
    const whole = rangeIn(lines, document.range[0], document.range[1]);
    if (failed !== undefined) problems.push({ kind: 'syntax', message: failed, range: whole });
    if (value === null && problems.length === 0) continue;
    for (const path of itemPaths(value)) {
      objects.push({
        document: at,
        path,
        value: path.reduce<unknown>((parent, part) => (typeof part === 'number' ? asArray(parent)?.[part] : get(parent, part)), value),
        problems,
        rangeOf: (inner) => {
          const [start, end] = spanOf(document.contents, [...path, ...inner]);
          return rangeIn(lines, start, end);
        },
      });
    }
  }
  return objects;
}
