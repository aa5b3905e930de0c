/** Label selectors: reading, matching, and saying in words why one does not match. */
import { asArray, asLabels, asObject, asString, get } from './read.ts';
import type { Labels } from './types.ts';

export type SelectorOperator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';

export interface Requirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  readonly values: readonly string[];
}

/** A selector as a list of requirements that must all hold; no requirement matches everything. */
export interface Selector {
  readonly requirements: readonly Requirement[];
  /** Set when the document's selector is malformed: it then matches nothing. */
  readonly broken?: string;
}

export const EVERYTHING: Selector = { requirements: [] };

function readOperator(value: unknown): SelectorOperator | undefined {
  return value === 'In' || value === 'NotIn' || value === 'Exists' || value === 'DoesNotExist' ? value : undefined;
}

/** Reads a LabelSelector. Missing, null and `{}` match everything (the caller treats "missing" first where it differs). */
export function readSelector(value: unknown): Selector {
  if (value === undefined || value === null) return EVERYTHING;
  if (asObject(value) === undefined) return { requirements: [], broken: 'the selector is not a map' };
  const requirements: Requirement[] = [];
  for (const [key, text] of Object.entries(asLabels(get(value, 'matchLabels')))) {
    requirements.push({ key, operator: 'In', values: [text] });
  }
  for (const item of asArray(get(value, 'matchExpressions')) ?? []) {
    const key = asString(get(item, 'key'));
    const operator = readOperator(get(item, 'operator'));
    if (key === undefined || operator === undefined) {
      return { requirements, broken: 'a match expression lacks its key or a known operator' };
    }
    const values = (asArray(get(item, 'values')) ?? []).filter((text): text is string => typeof text === 'string');
    requirements.push({ key, operator, values });
  }
  return { requirements };
}

function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** Whether one requirement holds. A missing key satisfies NotIn (labels.Requirement of the API machinery). */
export function requirementHolds(requirement: Requirement, labels: Labels): boolean {
  const value = labelOf(labels, requirement.key);
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && requirement.values.includes(value);
    case 'NotIn':
      return value === undefined || !requirement.values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

export function selectorMatches(selector: Selector, labels: Labels): boolean {
  if (selector.broken !== undefined) return false;
  for (const requirement of selector.requirements) if (!requirementHolds(requirement, labels)) return false;
  return true;
}

/** `tier=frontend`, `tier in (a, b)`, `tier exists`: a requirement as people say it. */
export function requirementText(requirement: Requirement): string {
  const { key, values } = requirement;
  switch (requirement.operator) {
    case 'In':
      return values.length === 1 ? `${key}=${values[0] ?? ''}` : `${key} in (${values.join(', ')})`;
    case 'NotIn':
      return values.length === 1 ? `${key}!=${values[0] ?? ''}` : `${key} not in (${values.join(', ')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `no ${key}`;
  }
}

/** `label tier=frontend, pod has tier=web`: the first requirement that fails; undefined where all hold. */
export function selectorMiss(selector: Selector, labels: Labels, who: string): string | undefined {
  if (selector.broken !== undefined) return `a usable selector, but ${selector.broken}`;
  const failed = selector.requirements.filter((requirement) => !requirementHolds(requirement, labels));
  const first = failed[0];
  if (first === undefined) return undefined;
  const value = labelOf(labels, first.key);
  const has = value === undefined ? `has no label ${first.key}` : `has ${first.key}=${value}`;
  const more = failed.length > 1 ? ` (and ${String(failed.length - 1)} more)` : '';
  return `label ${requirementText(first)}, ${who} ${has}${more}`;
}

/** How many requirements fail: the measure of "nearest". */
export function failedRequirements(selector: Selector, labels: Labels): number {
  if (selector.broken !== undefined) return 99;
  return selector.requirements.filter((requirement) => !requirementHolds(requirement, labels)).length;
}

/** One text per meaning (order of requirements and values does not matter), for sharing work between equal selectors. */
export function selectorKey(selector: Selector): string {
  if (selector.broken !== undefined) return '!';
  return JSON.stringify(
    selector.requirements.map((r) => [r.key, r.operator, [...r.values].sort()]).sort((a, b) => (String(a) < String(b) ? -1 : 1)),
  );
}
