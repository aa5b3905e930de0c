/**
 * Changes of YAML text that touch nothing but what they change: comments, order, quotes and indentation of the rest
 * stay. Block and flow style (and so JSON) are written as the surrounding text is.
 */
import { isCollection, isMap, isScalar, isSeq, stringify, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import type { YamlPath } from '../types.ts';
import type { YamlObject } from '../yaml.ts';
import { endOf, find, nodeAt, startOf } from './nodes.ts';

/** Replaces the text between two offsets. */
export interface OffsetEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text is laid out in a way that cannot be edited safely: the user has to. */
export class EditError extends Error {}

/** One object of a text, ready to be edited. */
export class YamlEditor {
  private readonly text: string;
  private readonly object: YamlObject;
  private readonly root: unknown;
  private readonly base: number;

  constructor(text: string, object: YamlObject) {
    this.text = text;
    this.object = object;
    ({ root: this.root, base: this.base } = object.tree());
  }

  /** Puts another text in the place of a scalar, with the quotes it has. */
  replaceScalar(path: YamlPath, value: string | number): OffsetEdit {
    const node = nodeAt(this.root, this.full(path));
    if (!isScalar(node)) throw new EditError('There is no plain value at that place.');
    const [start, end] = this.span(node);
    return { start, end, text: this.scalarLike(this.text.charAt(start), value) };
  }

  /** Puts quotes around a value that YAML reads as a number or a boolean. */
  quote(path: YamlPath): OffsetEdit {
    const node = nodeAt(this.root, this.full(path));
    if (!isScalar(node)) throw new EditError('There is no plain value at that place.');
    const [start, end] = this.span(node);
    return { start, end, text: JSON.stringify(this.text.slice(start, end)) };
  }

  /** From the key to the end of the value at a path; undefined where there is none. */
  entrySpan(path: YamlPath): readonly [number, number] | undefined {
    const found = find(this.root, this.full(path));
    const start = startOf(found?.key ?? found?.value);
    const end = endOf(found?.value) ?? endOf(found?.key);
    return start === undefined || end === undefined ? undefined : [this.base + start, this.base + end];
  }

  /** Gives a key of a map another name. */
  renameKey(path: YamlPath, name: string): OffsetEdit {
    const key = find(this.root, this.full(path))?.key;
    if (key === undefined) throw new EditError('There is no such key.');
    const [start, end] = this.span(key);
    return { start, end, text: this.scalarLike(this.text.charAt(start), name) };
  }

  /** Takes an item out of a list, with the lines that are its own. */
  removeItem(path: YamlPath): OffsetEdit {
    const found = find(this.root, this.full(path));
    if (found === undefined || !isSeq(found.parent)) throw new EditError('There is no such item.');
    const { parent, index } = found;
    if (parent.flow === true) return this.removeFlowItem(parent, index);
    const dash = this.dash(parent, index);
    const start = this.lineStart(dash);
    if (this.text.slice(start, dash).trim() !== '') throw new EditError('The list begins inside a line: change it by hand.');
    // Comments after it belong to what follows.
    return { start, end: this.afterLine(this.endAt(found.value)), text: '' };
  }

  /** `add` of JSON Patch (RFC 6902, 4.1) for a path of this object; the last part `-` appends to a list. */
  add(path: YamlPath, value: unknown): OffsetEdit {
    const last = path.at(-1);
    if (last === undefined) throw new EditError('The object is there already.');
    const parentPath = this.full(path.slice(0, -1));
    const parent = nodeAt(this.root, parentPath);
    if (isSeq(parent)) return this.addItem(parent, parentPath, last === '-' ? parent.items.length : Number(last), value);
    if (isMap(parent)) return this.addEntry(parent, parentPath, String(last), value);
    // An empty value (`spec:`): the entry is written under its key.
    const entry = find(this.root, parentPath);
    if (entry?.key === undefined || (entry.value !== undefined && !this.isNull(entry.value))) throw new EditError('There is nothing to add to.');
    return this.fillKey(entry.parent as YAMLMap, entry.index, typeof last === 'number' || last === '-' ? [value] : { [last]: value });
  }

  private full(path: YamlPath): YamlPath {
    return [...this.object.path, ...path];
  }

  private span(node: Node): readonly [number, number] {
    const range = node.range;
    if (range === undefined || range === null) throw new EditError('The place in the text is unknown.');
    return [this.base + range[0], this.base + range[1]];
  }

  private isNull(node: Node): boolean {
    return isScalar(node) && node.value === null;
  }

  private endAt(node: Node | undefined): number {
    const end = endOf(node);
    if (end === undefined) throw new EditError('The place in the text is unknown.');
    return this.base + end;
  }

  private scalarLike(quote: string, value: string | number): string {
    const text = String(value);
    if (typeof value === 'string' && quote === '"') return JSON.stringify(text);
    if (typeof value === 'string' && quote === "'") return `'${text.replaceAll("'", "''")}'`;
    return stringify(value, { version: '1.1' }).trimEnd();
  }

  private lineStart(offset: number): number {
    return this.text.lastIndexOf('\n', offset - 1) + 1;
  }

  /** The end of the line an offset is in, without its line break. */
  private lineEnd(offset: number): number {
    // A literal block ends behind its last line break.
    if (offset > 0 && this.text.charAt(offset - 1) === '\n') return offset - (this.text.charAt(offset - 2) === '\r' ? 2 : 1);
    const at = this.text.indexOf('\n', offset);
    if (at < 0) return this.text.length;
    return this.text.charAt(at - 1) === '\r' ? at - 1 : at;
  }

  private afterLine(offset: number): number {
    const end = this.lineEnd(offset);
    const at = this.text.indexOf('\n', end);
    return at < 0 ? this.text.length : at + 1;
  }

  private column(offset: number): number {
    return offset - this.lineStart(offset);
  }

  /** The offset of the dash of an item of a block list. */
  private dash(list: YAMLSeq, index: number): number {
    const item = list.items[index] as Node | undefined;
    const start = startOf(item);
    if (start === undefined) throw new EditError('The place in the text is unknown.');
    let at = this.base + start - 1;
    while (at >= 0 && ' \t\r\n'.includes(this.text.charAt(at))) at--;
    if (this.text.charAt(at) !== '-') throw new EditError('The list is written in an unusual way: change it by hand.');
    return at;
  }

  private get newline(): string {
    return this.text.includes('\r\n') ? '\r\n' : '\n';
  }

  /** Lists may stand as far out as their key (kubectl) or further in (most people): as this text has it. */
  private get indentsLists(): boolean {
    return !/^( *)[\w.-]+:[ \t]*\r?\n\1- /m.test(this.text.slice(this.base));
  }

  private block(value: unknown, indent: number): string {
    const lines = stringify(value, { version: '1.1', indentSeq: this.indentsLists, lineWidth: 0 }).trimEnd().split('\n');
    return lines.map((line) => (line === '' ? '' : ' '.repeat(indent) + line)).join(this.newline);
  }

  private addItem(list: YAMLSeq, path: YamlPath, index: number, value: unknown): OffsetEdit {
    if (list.flow === true) {
      if (list.items.length === 0) return this.replaceEmpty(list, path, [value]);
      return this.addFlow(list, index, JSON.stringify(value));
    }
    if (list.items.length === 0) throw new EditError('The list is written in an unusual way: change it by hand.');
    const dash = this.dash(list, Math.min(index, list.items.length - 1));
    const indent = this.column(dash);
    if (this.text.slice(this.lineStart(dash), dash).trim() !== '') throw new EditError('The list begins inside a line: change it by hand.');
    const body = this.block([value], 0).split(this.newline).map((line) => (line === '' ? '' : ' '.repeat(indent) + line)).join(this.newline);
    if (index < list.items.length) {
      const start = this.lineStart(dash);
      return { start, end: start, text: `${body}${this.newline}` };
    }
    const end = this.lineEnd(this.endAt(list));
    return { start: end, end, text: `${this.newline}${body}` };
  }

  private addEntry(map: YAMLMap, path: YamlPath, name: string, value: unknown): OffsetEdit {
    const existing = find(map, [name]);
    if (existing !== undefined) {
      if (existing.value === undefined || this.isNull(existing.value)) return this.fillKey(map, existing.index, value);
      const [start] = this.span(existing.value);
      return { start, end: this.endAt(existing.value), text: JSON.stringify(value) };
    }
    if (map.flow === true) {
      if (map.items.length === 0) return this.replaceEmpty(map, path, { [name]: value });
      return this.addFlow(map, map.items.length, `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
    }
    const first = map.items[0]?.key as Node | undefined;
    const start = startOf(first);
    if (start === undefined) throw new EditError('The place in the text is unknown.');
    const end = this.lineEnd(this.endAt(map));
    return { start: end, end, text: `${this.newline}${this.block({ [name]: value }, this.column(this.base + start))}` };
  }

  /** Writes a value under a key that has none. */
  private fillKey(map: YAMLMap, index: number, value: unknown): OffsetEdit {
    const key = map.items[index]?.key as Node | undefined;
    const start = startOf(key);
    if (start === undefined) throw new EditError('The place in the text is unknown.');
    const at = this.base + start;
    const colon = this.text.indexOf(':', this.endAt(key));
    if (colon < 0) throw new EditError('The place in the text is unknown.');
    const after = /^[ \t]*(?:~|null)?/.exec(this.text.slice(colon + 1))?.[0].trimEnd() ?? '';
    if (map.flow === true) return { start: colon + 1, end: colon + 1 + after.length, text: ` ${JSON.stringify(value)}` };
    const indent = this.column(at) + (Array.isArray(value) && !this.indentsLists ? 0 : 2);
    if (after !== '') return { start: colon + 1, end: colon + 1 + after.length, text: `${this.newline}${this.block(value, indent)}` };
    const end = this.lineEnd(colon + 1);
    return { start: end, end, text: `${this.newline}${this.block(value, indent)}` };
  }

  /** `[]` and `{}` as the value of a block map's key become a block; elsewhere they are filled where they are. */
  private replaceEmpty(node: YAMLMap | YAMLSeq, path: YamlPath, value: unknown): OffsetEdit {
    const [start, end] = this.span(node);
    const entry = find(this.root, path);
    if (entry?.key !== undefined && isCollection(entry.parent) && entry.parent.flow !== true) {
      const keyStart = this.base + (startOf(entry.key) ?? 0);
      const indent = this.column(keyStart) + (Array.isArray(value) && !this.indentsLists ? 0 : 2);
      let from = start;
      while (this.text.charAt(from - 1) === ' ') from--;
      const rest = this.text.slice(end, this.lineEnd(end)).trim();
      if (rest === '') return { start: from, end, text: `${this.newline}${this.block(value, indent)}` };
    }
    return { start, end, text: JSON.stringify(value) };
  }

  private addFlow(node: YAMLMap | YAMLSeq, index: number, text: string): OffsetEdit {
    const item: unknown = node.items[index];
    if (isSeq(node) && item !== undefined) {
      const [start] = this.span(item as Node);
      return { start, end: start, text: `${text}, ` };
    }
    const end = this.endAt(lastNode(node));
    return { start: end, end, text: `, ${text}` };
  }

  private removeFlowItem(list: YAMLSeq, index: number): OffsetEdit {
    const items = list.items as Node[];
    const item = items[index];
    if (item === undefined) throw new EditError('There is no such item.');
    const next = items[index + 1];
    const before = items[index - 1];
    if (next !== undefined) return { start: this.span(item)[0], end: this.span(next)[0], text: '' };
    if (before !== undefined) return { start: this.endAt(before), end: this.endAt(item), text: '' };
    return { start: this.span(item)[0], end: this.endAt(item), text: '' };
  }
}

function lastNode(node: YAMLMap | YAMLSeq): Node | undefined {
  const last: unknown = node.items.at(-1);
  if (isMap(node)) {
    const pair = node.items.at(-1);
    return (pair?.value ?? pair?.key) as Node | undefined;
  }
  return last as Node | undefined;
}

/** A whole object as a document of its own, to be put at the end of a text. */
export function appendDocument(text: string, value: unknown): OffsetEdit {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const body = stringify(value, { version: '1.1', lineWidth: 0 }).replaceAll('\n', newline);
  const gap = text === '' || text.endsWith('\n') ? '' : newline;
  return { start: text.length, end: text.length, text: `${gap}---${newline}${body}` };
}
