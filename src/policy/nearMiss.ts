/** What the author of a selector that matches nothing may have meant: labels that differ in one place. */
import { editDistance } from './decode.ts';
import { requirementHolds, type Requirement, type Selector } from './selector.ts';
import type { Labels } from './types.ts';

/** Something with labels: a pod or a namespace. */
export interface Labelled {
  readonly labels: Labels;
  /** Where it is, for the sentence: `namespace shop`. */
  readonly where: string;
}

/** One way to write the failing requirement so that something matches. */
export interface NearMiss {
  /** The requirement that fails, by place in the selector. */
  readonly requirement: number;
  readonly key: string;
  readonly value: string;
  /** How many match then. */
  readonly count: number;
  readonly where: string;
  readonly differs: 'value' | 'key';
}

/** Misses shown: more are no help. */
const MOST = 5;

/** Labels that tools set: nobody means them by a selector of another key. */
const GENERATED = /(?:^|\/)(?:pod-template-hash|controller-revision-hash|controller-uid|job-name|statefulset\.kubernetes\.io\/pod-name|pod-index)$/;

function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** Labels under another key that look like the one asked for: a slip in the key, or the very value asked for. */
function otherKeys({ key, values }: Requirement, labels: Labels): readonly (readonly [string, string])[] {
  return Object.entries(labels).filter(([other, value]) => {
    if (GENERATED.test(other)) return false;
    return values.includes(value) || (editDistance(other, key, 2) <= 2 && key.length > 3);
  });
}

function likeness(requirement: Requirement, miss: NearMiss, mentioned: ReadonlySet<string>): number {
  const slip = requirement.values.some((value) => editDistance(value, miss.value, 2) <= 2) && miss.differs === 'value';
  // A value that no selector asks for is more likely the one that was meant by this one.
  return (slip ? 0 : 4) + (miss.differs === 'key' ? 1 : 0) + (mentioned.has(`${miss.key}=${miss.value}`) ? 2 : 0);
}

/**
 * The likeliest first. Candidates are what could be selected; `mentioned` holds the `key=value` that selectors ask
 * for elsewhere. Only equality (`matchLabels`, `In`) is corrected.
 */
export function nearMisses(selector: Selector, candidates: readonly Labelled[], mentioned: ReadonlySet<string> = new Set()): readonly NearMiss[] {
  if (selector.broken !== undefined) return [];
  const found = new Map<string, { miss: NearMiss; count: number }>();
  const add = (miss: Omit<NearMiss, 'count'>): void => {
    const key = `${miss.requirement} ${miss.key}=${miss.value} ${miss.where}`;
    const entry = found.get(key);
    if (entry === undefined) found.set(key, { miss: { ...miss, count: 1 }, count: 1 });
    else entry.count++;
  };
  for (const { labels, where } of candidates) {
    const failing = selector.requirements.flatMap((one, at) => (requirementHolds(one, labels) ? [] : [at]));
    const requirement = failing[0];
    if (requirement === undefined || failing.length > 1) continue;
    const failed = selector.requirements[requirement];
    if (failed?.operator !== 'In') continue;
    const value = labelOf(labels, failed.key);
    if (value !== undefined) add({ requirement, key: failed.key, value, where, differs: 'value' });
    else for (const [key, text] of otherKeys(failed, labels)) add({ requirement, key, value: text, where, differs: 'key' });
  }
  const rank = ({ miss }: { readonly miss: NearMiss }): number => {
    const requirement = selector.requirements[miss.requirement];
    return requirement === undefined ? 9 : likeness(requirement, miss, mentioned);
  };
  return [...found.values()]
    .sort((a, b) => rank(a) - rank(b) || b.count - a.count)
    .slice(0, MOST)
    .map(({ miss, count }) => ({ ...miss, count }));
}
