/**
 * The p-quantile of the primary's latency, to be frozen as the T of a latency gate.
 *
 * Serves: the latency gates. With T frozen before the evidence begins, "slower than T" and "slower than ratio * T" are
 * events of single pairs, and the exact test of a bounded mean decides; it stays exact when T is off.
 * Assumes: durations of evidence calls of closed slices, in any order; calls that failed have none.
 * Source: nearest rank, ceil(p n). Cost: one sort.
 * Example: 1..1000 at p = .95 -> 950. Null below `minimum` durations, and where the quantile is not above zero.
 */
export function freezeThreshold(durations: readonly number[], p: number, minimum: number): number | null {
  if (!(p > 0 && p < 1)) throw new RangeError(`expected p in (0,1), got ${p}`);
  const usable = durations.filter((duration) => Number.isFinite(duration) && duration >= 0).sort((a, b) => a - b);
  if (usable.length < Math.max(1, minimum)) return null;
  const threshold = usable[Math.ceil(p * usable.length) - 1];
  return threshold !== undefined && threshold > 0 ? threshold : null;
}
