/**
 * YAML and JSON as the API server reads them: several documents in a file, YAML 1.1 scalars (yes, no, on, off are
 * booleans), duplicate keys refused, `kind: List` taken apart. Every value keeps its position.
 */
import { isMap, isNode, isPair, isScalar, parseAllDocuments, visit, type Document, type ScalarTag } from 'yaml';
import { asArray, asString, get } from './read.ts';
import type { YamlPath } from './types.ts';
import { readFast } from './yamlFast.ts';

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
  /** Offsets of the document's text. */
  readonly span: readonly [number, number];
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
  /** Where the value at a path inside the object is; the nearest existing parent where it is not. */
  rangeOf(path: YamlPath): Range;
  /** The document's nodes with their offsets, for edits of the text. */
  tree(): YamlTree;
  /** The range between two offsets of the whole text. */
  range(start: number, end: number): Range;
}

/** Nodes of a document as the parser made them; their offsets count from `base`. */
export interface YamlTree {
  /** A node of the `yaml` package; undefined where the document holds none. */
  readonly root: unknown;
  readonly base: number;
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

/** Lines and columns of a text, worked out when first asked for. */
class Lines {
  private readonly text: string;
  private starts: number[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  private at(offset: number): Position {
    let { starts } = this;
    if (starts === undefined) {
      starts = [0];
      for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1)) starts.push(at + 1);
      this.starts = starts;
    }
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { offset, line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }

  range(start: number, end: number): Range {
    return { start: this.at(start), end: this.at(end) };
  }
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

/** Spans of the keys that were set before in the same map. */
function repeatedKeys(document: Document.Parsed): readonly (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  visit(document, {
    Map: (_, map) => {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key) || key.source === '<<') continue;
        const name = String(key.value);
        if (seen.has(name) && key.range) found.push([key.range[0], key.range[1]]);
        seen.add(name);
      }
    },
  });
  return found;
}

function plainValue(document: Document.Parsed): { readonly value: unknown; readonly failed?: string } {
  try {
    return { value: document.toJS({ maxAliasCount: MOST_ALIASES }) as unknown };
  } catch (error) {
    return { value: undefined, failed: error instanceof Error ? error.message : 'it cannot be resolved' };
  }
}

function parseFully(chunk: string): readonly Document.Parsed[] {
  const documents = parseAllDocuments(chunk, {
    version: '1.1',
    merge: true,
    logLevel: 'silent',
    prettyErrors: false,
    // The parser's own check compares every key with every other: a map of 50,000 keys would take minutes.
    uniqueKeys: false,
    customTags: (defaults) => tags(withoutSexagesimal(defaults)),
  });
  return Array.isArray(documents) ? documents : [];
}

/** An item that is beyond the fast reader; one with any fault is left to the reading of the whole, which says where it is. */
function readItem(text: string): { readonly value: unknown } | undefined {
  if (isBottomless(text, { start: 0, content: 0, end: text.length })) return undefined;
  try {
    const [parsed, ...more] = parseFully(text);
    if (parsed === undefined || more.length > 0 || parsed.errors.length > 0 || repeatedKeys(parsed).length > 0) return undefined;
    const { value, failed } = plainValue(parsed);
    return failed === undefined ? { value } : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Items of a List are objects of their own, as for kubectl. */
function itemPaths(value: unknown): readonly YamlPath[] {
  const kind = asString(get(value, 'kind')) ?? '';
  const items = asArray(get(value, 'items'));
  if (!kind.endsWith('List') || items === undefined) return [[]];
  return items.map((_, at) => ['items', at]);
}

function at(value: unknown, path: YamlPath): unknown {
  return path.reduce<unknown>((parent, part) => (typeof part === 'number' ? asArray(parent)?.[part] : get(parent, part)), value);
}

/** A part of the text between two lines of `---`: one document, or several where `...` ends one. */
interface Chunk {
  readonly start: number;
  /** Where its content begins: after its own line of dashes. */
  readonly content: number;
  readonly end: number;
}

/** A line that begins with `---` always begins a document, whatever it stands in (YAML 1.2, 9.1.2). */
function chunksOf(text: string): readonly Chunk[] {
  const chunks: Chunk[] = [];
  let start = 0;
  let content = 0;
  const marker = /^---(?=[ \t\r\n]|$)[^\n]*\n?/gm;
  for (let match = marker.exec(text); match !== null; match = marker.exec(text)) {
    if (match.index > start || content > start) chunks.push({ start, content, end: match.index });
    start = match.index;
    content = /^---[ \t\r]*(?:#.*)?\n?$/.test(match[0]) ? match.index + match[0].length : match.index;
  }
  chunks.push({ start, content, end: text.length });
  return chunks;
}

/** Brackets open at a time; Kubernetes objects have a few, and each costs the full parser stack and time. */
const MOST_BRACKETS = 500;

/** Whether brackets are nested beyond any sense. Those in texts count too: so many are never open in one. */
function isBottomless(text: string, { start, end }: Chunk): boolean {
  let open = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 91 || code === 123) {
      if (++open > MOST_BRACKETS) return true;
    } else if ((code === 93 || code === 125) && open > 0) open--;
  }
  return false;
}

class ObjectReader {
  /** Those of the document at hand. */
  private readonly objects: YamlObject[] = [];
  private readonly text: string;
  private readonly lines: Lines;
  private count = 0;

  constructor(text: string) {
    this.text = text;
    this.lines = new Lines(text);
  }

  /** Objects document by document, so that a caller need not hold all of them. */
  *read(): Generator<YamlObject> {
    for (const chunk of chunksOf(this.text)) {
      const fast = readFast(this.text, chunk.content, chunk.end, readItem);
      if (fast === 'declined') this.full(chunk);
      // What stands before the first line of dashes is a document only if it holds something.
      else if (fast.value !== undefined || chunk.content > chunk.start) this.plain(chunk, fast.value);
      yield* this.objects.splice(0);
    }
  }

  /** A document the fast reader has read: positions come from the full parser when they are asked for. */
  private plain(chunk: Chunk, value: unknown): void {
    const document = this.count++;
    if (value === undefined) return;
    let parsed: Document.Parsed | undefined;
    const positions = (): unknown => {
      parsed ??= parseFully(this.text.slice(chunk.start, chunk.end))[0];
      return parsed?.contents;
    };
    this.add(document, value, [], positions, chunk);
  }

  /** Where the full parser runs out of stack (or would, after minutes) the document is refused; its range is the whole of it. */
  private parsed(chunk: Chunk): readonly Document.Parsed[] {
    try {
      if (isBottomless(this.text, chunk)) throw new RangeError('too deep');
      return parseFully(this.text.slice(chunk.start, chunk.end));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const range = this.lines.range(chunk.start, chunk.end);
      const problem: YamlProblem = { kind: 'syntax', message: 'it is nested too deeply', range };
      this.objects.push({ document: this.count++, path: [], span: [chunk.start, chunk.end], value: undefined, problems: [problem], rangeOf: () => range, tree: () => ({ root: undefined, base: chunk.start }), range: (start, end) => this.lines.range(start, end) });
      return [];
    }
  }

  private full(chunk: Chunk): void {
    for (const parsed of this.parsed(chunk)) {
      const document = this.count++;
      const problems = parsed.errors.map((error): YamlProblem => ({
        kind: 'syntax',
        message: (error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, ''),
        range: this.lines.range(chunk.start + error.pos[0], chunk.start + error.pos[1]),
      }));
      for (const [start, end] of problems.length === 0 ? repeatedKeys(parsed) : []) {
        const message = `key ${JSON.stringify(this.text.slice(chunk.start + start, chunk.start + end))} is already set in this map`;
        problems.push({ kind: 'duplicate', message, range: this.lines.range(chunk.start + start, chunk.start + end) });
      }
      const { value, failed } = plainValue(parsed);
      if (failed !== undefined) {
        problems.push({ kind: 'syntax', message: failed, range: this.lines.range(chunk.start + parsed.range[0], chunk.start + parsed.range[1]) });
      }
      if (value === null && problems.length === 0) continue;
      this.add(document, value, problems, () => parsed.contents, chunk);
    }
  }

  private add(document: number, value: unknown, problems: readonly YamlProblem[], contents: () => unknown, chunk: Chunk): void {
    const base = chunk.start;
    for (const path of itemPaths(value)) {
      this.objects.push({
        document,
        path,
        span: [chunk.start, chunk.end],
        value: at(value, path),
        problems,
        rangeOf: (inner) => {
          const [start, end] = spanOf(contents(), [...path, ...inner]);
          return this.lines.range(base + start, base + end);
        },
        tree: () => ({ root: contents(), base }),
        range: (start, end) => this.lines.range(start, end),
      });
    }
  }
}

/** Reads every object of a text; documents that hold nothing (only comments) are left out. Never throws. */
export function parseYaml(text: string): readonly YamlObject[] {
  return [...new ObjectReader(text).read()];
}

/** The same one after the other: what the caller lets go of is freed before the whole text is read. */
export function eachObject(text: string): Generator<YamlObject> {
  return new ObjectReader(text).read();
}

/** The same with the full parser alone: what the fast reader is checked against. */
export function parseYamlFully(text: string): readonly unknown[] {
  return parseFully(text).map((document) => plainValue(document).value);
}
