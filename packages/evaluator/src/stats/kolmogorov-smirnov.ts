import { sharesOf } from './stability-index.js';

/**
 * Kolmogorov-Smirnov distance: the largest difference of two cumulative shares, in [0,1].
 *
 * Serves: shown; lengths. Assumes: counts over the same bins in their order; the bins hide what happens inside one, so it is
 * a lower bound of the distance of the samples.
 * Source: Smirnov (1948). Cost: one pass. Example: [1, 1, 0] and [0, 1, 1] -> .5. Null where one side has nothing.
 */
export function kolmogorovSmirnov(reference: readonly number[], current: readonly number[]): number | null {
  const shares = sharesOf(reference, current, 0);
  if (shares === null) return null;
  let difference = 0;
  let largest = 0;
  for (const [q, p] of shares) {
    difference += p - q;
    largest = Math.max(largest, Math.abs(difference));
  }
  return Math.min(1, largest);
}
