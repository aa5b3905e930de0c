/** The part of JSON Patch (RFC 6902) that suggested changes use, with the object each operation is for. */
import { refOf } from './compile.ts';
import { refText, type ObjectRef, type PolicyDocument } from './types.ts';

/**
 * `add` at a JSON Pointer (RFC 6901) inside `object`. The empty pointer is the whole object:
 * that operation creates it.
 */
export interface PatchOperation {
  readonly object: ObjectRef;
  readonly op: 'add';
  readonly path: string;
  readonly value: unknown;
}

export class PatchError extends Error {}

/** Writes a path as a JSON Pointer. */
export function jsonPointer(path: readonly (string | number)[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function pointerParts(pointer: string): string[] {
  return pointer.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function addAt(target: unknown, parts: readonly string[], value: unknown): unknown {
  const [head, ...rest] = parts;
  if (head === undefined) return value;
  if (Array.isArray(target)) {
    const list: unknown[] = [...(target as readonly unknown[])];
    const at = head === '-' ? list.length : Number(head);
    if (!Number.isInteger(at) || at < 0 || at > list.length) throw new PatchError(`There is no list item ${head}: the policy changed since.`);
    if (rest.length === 0) list.splice(at, 0, value);
    else list[at] = addAt(list[at], rest, value);
    return list;
  }
  if (typeof target !== 'object' || target === null) throw new PatchError(`There is nothing to add "${head}" to: the policy changed since.`);
  const map = target as Readonly<Record<string, unknown>>;
  return { ...map, [head]: rest.length === 0 ? value : addAt(map[head], rest, value) };
}

/** Applies operations to a list of documents and returns a new list; the documents given are left as they are. */
export function applyPatch(documents: readonly PolicyDocument[], operations: readonly PatchOperation[]): PolicyDocument[] {
  const result = [...documents];
  for (const { object, path, value } of operations) {
    const at = result.findIndex((document) => refText(refOf(document)) === refText(object));
    if (path === '') {
      if (at >= 0) throw new PatchError(`There is already a ${refText(object)}: choose another name.`);
      result.push(value);
      continue;
    }
    if (at < 0) throw new PatchError(`There is no ${refText(object)} among the documents.`);
    result[at] = addAt(result[at], pointerParts(path), value);
  }
  return result;
}
