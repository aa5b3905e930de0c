/** Walks the nodes of a parsed document: what stands at a path, where it begins and really ends. */
import { isAlias, isCollection, isMap, isNode, isPair, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import type { YamlPath } from '../types.ts';

/** A place in the tree: the entry of a map (with its key), or the item of a list. */
export interface Found {
  readonly parent: YAMLMap | YAMLSeq;
  readonly pair?: Pair;
  readonly key?: Scalar;
  readonly value: Node | undefined;
  /** Place among the parent's items. */
  readonly index: number;
}

function pairOf(map: YAMLMap, name: string): number {
  return map.items.findIndex(({ key }) => isScalar(key) && String(key.value) === name);
}

function asNode(value: unknown): Node | undefined {
  return isNode(value) && !isAlias(value) ? value : undefined;
}

/** One step down; undefined where there is nothing of that name or number. */
export function step(node: Node | undefined, part: string | number): Found | undefined {
  if (isMap(node)) {
    const index = pairOf(node, String(part));
    const pair = node.items[index];
    if (pair === undefined || !isPair(pair)) return undefined;
    return { parent: node, pair, index, value: asNode(pair.value), ...(isScalar(pair.key) ? { key: pair.key } : {}) };
  }
  if (isSeq(node) && typeof part === 'number') {
    if (part < 0 || part >= node.items.length) return undefined;
    return { parent: node, index: part, value: asNode(node.items[part]) };
  }
  return undefined;
}

/** What stands at a path; undefined where nothing does. The root itself is no place: its path is empty. */
export function find(root: unknown, path: YamlPath): Found | undefined {
  let node = asNode(root);
  let found: Found | undefined;
  for (const part of path) {
    found = step(node, part);
    if (found === undefined) return undefined;
    node = found.value;
  }
  return found;
}

/** The node at a path; the root for an empty one. */
export function nodeAt(root: unknown, path: YamlPath): Node | undefined {
  return path.length === 0 ? asNode(root) : find(root, path)?.value;
}

/** Where a node's own text begins. */
export function startOf(node: Node | undefined): number | undefined {
  return node?.range?.[0];
}

/**
 * Where a node's own text ends: after its last scalar or bracket. The range of a block collection goes on to what
 * comes after it, comments and empty lines included.
 */
export function endOf(node: Node | undefined): number | undefined {
  if (node === undefined) return undefined;
  if (!isCollection(node) || node.flow === true) return node.range?.[1];
  const last: unknown = node.items.at(-1);
  if (isPair(last)) return endOf(asNode(last.value)) ?? endOf(asNode(last.key));
  return endOf(asNode(last)) ?? node.range?.[1];
}

/** Whether an offset (from the document's base) is inside a node's own text. */
function holds(node: Node | undefined, offset: number): boolean {
  const start = startOf(node);
  const end = endOf(node);
  return start !== undefined && end !== undefined && offset >= start && offset <= end;
}

/** The path of the innermost entry or item an offset is in; empty where it is in none. */
export function pathAt(root: unknown, offset: number): YamlPath {
  const path: (string | number)[] = [];
  let node = asNode(root);
  for (;;) {
    const next = inside(node, offset);
    if (next === undefined) return path;
    path.push(next.part);
    node = next.value;
  }
}

function inside(node: Node | undefined, offset: number): { readonly part: string | number; readonly value: Node | undefined } | undefined {
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      if (!isScalar(key)) continue;
      if (holds(key, offset) || holds(asNode(value), offset)) return { part: String(key.value), value: asNode(value) };
    }
  } else if (isSeq(node)) {
    for (const [part, item] of node.items.entries()) if (holds(asNode(item), offset)) return { part, value: asNode(item) };
  }
  return undefined;
}
