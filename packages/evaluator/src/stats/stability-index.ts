/**
 * Population stability index: sum over bins of (p - q) ln(p / q), p the current share, q the reference's.
 *
 * Serves: shown beside the verdict, where the candidate's answers are of another kind. By custom below .1 is stable, above .25
 * a shift. Assumes: counts over the same bins; of ordered ones, grouped by the reference's deciles (`decileGroups`).
 * Half a count is added to each bin, so that an empty one is not infinite.
 * Source: Siddiqi, "Credit Risk Scorecards" (2006); it is Jeffreys' divergence. Cost: a logarithm a bin.
 * Example: [50, 50] and [60, 40] -> .0398. Null where one side has nothing.
 */
export function stabilityIndex(reference: readonly number[], current: readonly number[]): number | null {
  const shares = sharesOf(reference, current, 0.5);
  if (shares === null) return null;
  return shares.reduce((sum, [q, p]) => (p === q ? sum : sum + (p - q) * Math.log(p / q)), 0);
}

/**
 * Shares of two histograms over the same bins, side by side; null where one of them has no count. Bins empty in both are left
 * out. `extra` is added to each of the others.
 *
 * @throws RangeError for histograms over different bins, or a count that is none.
 */
export function sharesOf(
  reference: readonly number[],
  current: readonly number[],
  extra: number,
): readonly (readonly [number, number])[] | null {
  if (reference.length !== current.length) throw new RangeError('expected two histograms over the same bins');
  for (const count of [...reference, ...current]) {
    if (!(Number.isFinite(count) && count >= 0)) throw new RangeError(`expected a count, got ${count}`);
  }
  const used = reference
    .map((count, at): readonly [number, number] => [count, current[at] ?? 0])
    .filter(([a, b]) => a + b > 0);
  const totals = [0, 1].map((side) => used.reduce((sum, pair) => sum + (pair[side] ?? 0), 0));
  const [total, currentTotal] = totals as [number, number];
  if (total === 0 || currentTotal === 0) return null;
  const more = extra * used.length;
  return used.map(([a, b]) => [(a + extra) / (total + more), (b + extra) / (currentTotal + more)]);
}
