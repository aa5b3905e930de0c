/** Statistics of pairs of measurements, with something and without it. */

/** One-sided 95 % of Student's t for so many pairs; for more it is on the safe side. */
const kStudent = 1.761;
export const kLeastPairs = 15;
/** What a capture may cost the traffic that it captures. */
export const kBudget = 0.05;

export interface Pair {
  readonly on: number;
  readonly off: number;
}

export interface Slowdown {
  readonly mean: number;
  /** Upper end of the confidence interval. */
  readonly upper: number;
}

export const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] ?? NaN;
const mean = (list: readonly number[]): number => list.reduce((sum, one) => sum + one, 0) / list.length;
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export function slowdown(pairs: readonly Pair[]): Slowdown {
  const each = pairs.map(({ on, off }) => on / off - 1);
  const middle = mean(each);
  const deviation = Math.sqrt(each.reduce((sum, one) => sum + (one - middle) ** 2, 0) / (each.length - 1));
  return { mean: middle, upper: middle + (kStudent * deviation) / Math.sqrt(each.length) };
}
