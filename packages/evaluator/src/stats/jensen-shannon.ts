import { sharesOf } from './stability-index.js';

/**
 * Jensen-Shannon divergence in bits: how much one answer says about which of the two roles it came from. 0 = alike,
 * 1 = nothing in common.
 *
 * Serves: shown; categories without an order. Assumes: counts over the same bins. Biased upwards for small samples, by about
 * (bins - 1)(1/n + 1/m) / 11.
 * Source: Lin, "Divergence measures based on the Shannon entropy" (1991). Cost: two logarithms a bin.
 * Example: [1, 0] and [1, 1] -> .3113. Null where one side has nothing.
 */
export function jensenShannon(reference: readonly number[], current: readonly number[]): number | null {
  const shares = sharesOf(reference, current, 0);
  if (shares === null) return null;
  const bits = shares.reduce((sum, [q, p]) => sum + part(q, p) + part(p, q), 0);
  return Math.min(1, Math.max(0, bits));
}

/** p/2 log2(p / mean). */
function part(p: number, q: number): number {
  return p === 0 ? 0 : (p / 2) * Math.log2((2 * p) / (p + q));
}
