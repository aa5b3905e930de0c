/** Careful reading of parsed YAML or JSON of unknown shape: each helper answers undefined where the shape is another. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

export function asArray(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? (value as readonly unknown[]) : undefined;
}

export function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function asInteger(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
}

/** `object[key]` for an own key; undefined where `object` is none or has no such key of its own. */
export function get(object: unknown, key: string): unknown {
  const record = asObject(object);
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

/** The entries of a map of strings; anything else in it is left out. */
export function asLabels(value: unknown): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  for (const [key, text] of Object.entries(asObject(value) ?? {})) {
    if (typeof text !== 'string') continue;
    // A plain assignment to "__proto__" would set the prototype instead of a key.
    if (key === '__proto__') Object.defineProperty(labels, key, { value: text, enumerable: true, writable: true, configurable: true });
    else labels[key] = text;
  }
  return labels;
}
