/** Counts and lists in words, the same in lenses, hovers and the page. */
import type { Pod } from '../types.ts';

export function podCount(count: number): string {
  return count === 1 ? '1 pod' : `${count} pods`;
}

export function podName({ ns, name }: Pick<Pod, 'ns' | 'name'>): string {
  return `${ns}/${name}`;
}

/** The first names of a list, and how many are left out. */
export function firstOf(names: readonly string[], most: number): string {
  if (names.length <= most) return names.join(', ');
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}

/** `tier=web, app=shop`. */
export function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`).join(', ');
}
