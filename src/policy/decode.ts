/** Strict decoding: types of all values against a shape, and fields that do not exist. */
import type { Shape } from './schema.ts';
import type { YamlPath } from './types.ts';

/** Something wrong with a document, in the API server's terms. */
export interface DocumentError {
  /** `spec.ingress[0].from[1]`; empty for the document as a whole. */
  readonly field: string;
  readonly path: YamlPath;
  readonly type: ErrorType;
  readonly message: string;
}

/** `Decode` and `StrictDecode` are refused before validation; the others are validation's own names. */
export type ErrorType =
  | 'Decode'
  | 'StrictDecode'
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueDuplicate'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany';

export type Report = (type: ErrorType, path: YamlPath, message: string) => void;

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'object':
      return 'a map';
    case 'boolean':
      return `the boolean ${String(value)}`;
    case 'number':
    case 'bigint':
      return `the number ${String(value)}`;
    default:
      return `a ${typeof value}`;
  }
}

/** YAML writes booleans and numbers without quotes; a text that looks like one needs them. */
function wants(what: string, value: unknown): string {
  const quote = what === 'a text' && (typeof value === 'boolean' || typeof value === 'number') ? ': put it in quotes' : '';
  return `must be ${what}, is ${typeName(value)}${quote}`;
}

function isInteger(value: unknown, bits: 32 | 64): boolean {
  if (typeof value === 'bigint') return bits === 64 && value >= -(2n ** 63n) && value < 2n ** 63n;
  if (typeof value !== 'number' || !Number.isInteger(value)) return false;
  return bits === 64 || (value >= -(2 ** 31) && value < 2 ** 31);
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

function checkScalar(kind: string, value: unknown, path: YamlPath, report: Report): void {
  switch (kind) {
    case 'string':
      if (typeof value !== 'string') report('Decode', path, wants('a text', value));
      return;
    case 'bool':
      if (typeof value !== 'boolean') report('Decode', path, wants('true or false', value));
      return;
    case 'int32':
    case 'int64':
      if (!isInteger(value, kind === 'int32' ? 32 : 64)) report('Decode', path, wants('a whole number', value));
      return;
    case 'intOrString':
      if (typeof value !== 'string' && !isInteger(value, 32)) report('Decode', path, wants('a whole number or a name', value));
      return;
    case 'time':
      if (typeof value !== 'string') report('Decode', path, wants('a time', value));
      else if (!RFC3339.test(value)) report('Decode', path, 'must be a time as RFC 3339 writes it (2026-01-31T12:00:00Z)');
      return;
    default:
  }
}

/** Reports every value of the wrong type (Decode) and every unknown field (StrictDecode). Null is a missing value. */
export function decode(shape: Shape, value: unknown, path: YamlPath, report: Report): void {
  if (value === null || value === undefined) return;
  switch (shape.kind) {
    case 'list':
      if (!Array.isArray(value)) {
        report('Decode', path, wants('a list', value));
        return;
      }
      for (const [at, item] of (value as readonly unknown[]).entries()) decode(shape.of, item, [...path, at], report);
      return;
    case 'strings':
    case 'struct':
      if (typeof value !== 'object' || Array.isArray(value)) {
        report('Decode', path, wants('a map', value));
        return;
      }
      for (const [key, item] of Object.entries(value as Readonly<Record<string, unknown>>)) {
        if (shape.kind === 'strings') {
          if (item !== null) checkScalar('string', item, [...path, key], report);
        } else if (Object.hasOwn(shape.fields, key)) {
          const field = shape.fields[key];
          if (field !== undefined) decode(field, item, [...path, key], report);
        } else {
          report('StrictDecode', [...path, key], `there is no field "${key}" in ${shape.name}${nearestName(key, Object.keys(shape.fields))}`);
        }
      }
      return;
    default:
      checkScalar(shape.kind, value, path, report);
  }
}

/** Edit distance of two short names, at most `limit` + 1. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost));
    }
    row = next;
  }
  return row[b.length] ?? limit + 1;
}

function nearestName(name: string, known: readonly string[]): string {
  const near = known
    .map((other) => ({ other, distance: editDistance(name.toLowerCase(), other.toLowerCase(), 2) }))
    .filter(({ distance }) => distance <= 2)
    .sort((a, b) => a.distance - b.distance)[0];
  return near === undefined ? '' : `; did you mean "${near.other}"?`;
}
