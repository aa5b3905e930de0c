/** Whether two pods' labels or ports are the same: replicas are, and stand beside each other. */
import type { ContainerPort, Labels } from './types.ts';

export function sameLabels(a: Labels, b: Labels): boolean {
  if (a === b) return true;
  let count = 0;
  for (const key in a) {
    if (!Object.hasOwn(b, key) || b[key] !== a[key]) return false;
    count++;
  }
  return count === Object.keys(b).length;
}

/** In the same order, too. */
export function samePorts(a: readonly ContainerPort[], b: readonly ContainerPort[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) {
    const [one, other] = [a[at]!, b[at]!];
    if (one.containerPort !== other.containerPort || one.name !== other.name || one.protocol !== other.protocol) return false;
  }
  return true;
}
