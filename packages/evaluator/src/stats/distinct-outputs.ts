/** Hashes kept of a set: below so many distinct ones the count is exact, above it errs by about 13 %. */
export const SMALLEST_KEPT = 64;

/** Hashes lie in [0, 2^48). */
export const HASH_RANGE: number = 2 ** 48;

/**
 * How many distinct values a set has, from its smallest hashes: (k - 1) / (largest of the k smallest, as a share of the range).
 *
 * Serves: the distinct-output ratio; a model that says one thing to everybody fools a judge cheaply.
 * Assumes: evenly spread hashes, ascending, each once, at most {@link SMALLEST_KEPT}: the smallest of the set. They merge exactly:
 * the smallest of two sets are the smallest of their union.
 * Source: Bar-Yossef et al., "Counting distinct elements in a data stream" (2002). Cost: O(1).
 * Example: three hashes -> 3.
 */
export function distinctCount(smallest: readonly number[]): number {
  const largest = smallest[SMALLEST_KEPT - 1];
  return largest === undefined ? smallest.length : (SMALLEST_KEPT - 1) / ((largest + 1) / HASH_RANGE);
}

/** Distinct answers of all answers, in (0, 1]; null without answers. Example: 10 distinct of 50 -> .2. */
export function distinctRatio(distinct: number, total: number): number | null {
  return total > 0 ? Math.min(1, distinct / total) : null;
}
