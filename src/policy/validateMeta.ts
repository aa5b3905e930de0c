/** Validation of ObjectMeta and of label selectors, as the API server does on create. */
import type { Report } from './decode.ts';
import { byteLength, dnsLabelProblems, labelValueProblems, qualifiedNameProblems, subdomainProblems } from './names.ts';
import { asArray, asObject, asString, get } from './read.ts';
import type { YamlPath } from './types.ts';

/** Annotations are limited in total: 256 KiB of keys and values. */
const LARGEST_ANNOTATIONS = 256 * 1024;

/** Finalizers that need no prefix. */
const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

function text(value: unknown): string {
  return asString(value) ?? '';
}

/** A generated name's prefix may end in a hyphen: five more characters follow. */
function prefixProblems(prefix: string): string[] {
  return subdomainProblems(prefix.endsWith('-') ? `${prefix.slice(0, -1)}a` : prefix);
}

function invalid(report: Report, path: YamlPath, value: unknown, problems: readonly string[]): void {
  for (const problem of problems) report('FieldValueInvalid', path, `${JSON.stringify(value)}: ${problem}`);
}

/** Labels of objects and `matchLabels` of selectors: the same rules, reported at the map. */
export function validateLabels(labels: unknown, path: YamlPath, report: Report): void {
  for (const [key, value] of Object.entries(asObject(labels) ?? {})) {
    invalid(report, path, key, qualifiedNameProblems(key));
    invalid(report, path, value ?? '', labelValueProblems(text(value)));
  }
}

function validateAnnotations(annotations: unknown, path: YamlPath, report: Report): void {
  let total = 0;
  for (const [key, value] of Object.entries(asObject(annotations) ?? {})) {
    invalid(report, path, key, qualifiedNameProblems(key.toLowerCase()));
    total += byteLength(key) + byteLength(text(value));
  }
  if (total > LARGEST_ANNOTATIONS) report('FieldValueTooLong', path, 'may not be more than 262144 bytes in total');
}

function validateOwners(owners: unknown, path: YamlPath, report: Report): void {
  let controllers = 0;
  for (const owner of asArray(owners) ?? []) {
    // The API server names these fields without the place in the list.
    const version = text(get(owner, 'apiVersion'));
    if (version === '' || version.endsWith('/')) report('FieldValueInvalid', [...path, 'apiVersion'], 'version must not be empty');
    for (const key of ['kind', 'name', 'uid']) {
      if (text(get(owner, key)) === '') report('FieldValueInvalid', [...path, key], `${key} must not be empty`);
    }
    if (get(owner, 'controller') === true && ++controllers > 1) {
      report('FieldValueInvalid', path, 'only one owner may be the controller');
    }
  }
}

/** Validates metadata. A missing namespace is `default`, as kubectl sends it; cluster-scoped kinds may have none. */
export function validateMeta(metadata: unknown, namespaced: boolean, report: Report): void {
  const path: YamlPath = ['metadata'];
  const generate = text(get(metadata, 'generateName'));
  if (generate !== '') invalid(report, [...path, 'generateName'], generate, prefixProblems(generate));
  const name = text(get(metadata, 'name'));
  if (name !== '') invalid(report, [...path, 'name'], name, subdomainProblems(name));
  else if (generate === '') report('FieldValueRequired', [...path, 'name'], 'name or generateName is required');
  const namespace = text(get(metadata, 'namespace'));
  if (namespaced) {
    if (namespace !== '') invalid(report, [...path, 'namespace'], namespace, dnsLabelProblems(namespace));
  } else if (namespace !== '') {
    report('FieldValueForbidden', [...path, 'namespace'], 'not allowed on this type: it belongs to the whole cluster');
  }
  const generation = get(metadata, 'generation');
  if (typeof generation === 'number' && generation < 0) {
    report('FieldValueInvalid', [...path, 'generation'], 'must be greater than or equal to 0');
  }
  validateLabels(get(metadata, 'labels'), [...path, 'labels'], report);
  validateAnnotations(get(metadata, 'annotations'), [...path, 'annotations'], report);
  validateOwners(get(metadata, 'ownerReferences'), [...path, 'ownerReferences'], report);
  for (const [at, finalizer] of (asArray(get(metadata, 'finalizers')) ?? []).entries()) {
    const name = text(finalizer);
    invalid(report, [...path, 'finalizers'], name, qualifiedNameProblems(name));
    if (!name.includes('/') && !STANDARD_FINALIZERS.has(name)) {
      invalid(report, [...path, 'finalizers', at], name, ['must be a name with a prefix (example.com/my-finalizer)']);
    }
  }
}

function validateRequirement(item: unknown, path: YamlPath, report: Report): void {
  const operator = text(get(item, 'operator'));
  const values = asArray(get(item, 'values')) ?? [];
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) report('FieldValueRequired', [...path, 'values'], `must be given when the operator is ${operator}`);
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) report('FieldValueForbidden', [...path, 'values'], `may not be given when the operator is ${operator}`);
  } else {
    invalid(report, [...path, 'operator'], operator, ['must be In, NotIn, Exists or DoesNotExist']);
  }
  const key = text(get(item, 'key'));
  invalid(report, [...path, 'key'], key, qualifiedNameProblems(key));
  for (const [at, value] of values.entries()) invalid(report, [...path, 'values', at], value ?? '', labelValueProblems(text(value)));
}

/** Validates a LabelSelector; a missing one is valid. */
export function validateSelector(selector: unknown, path: YamlPath, report: Report): void {
  if (selector === undefined || selector === null) return;
  validateLabels(get(selector, 'matchLabels'), [...path, 'matchLabels'], report);
  for (const [at, item] of (asArray(get(selector, 'matchExpressions')) ?? []).entries()) {
    validateRequirement(item, [...path, 'matchExpressions', at], report);
  }
}
