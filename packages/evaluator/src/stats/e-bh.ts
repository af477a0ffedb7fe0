/**
 * The e-BH procedure: which of K hypotheses to reject so that the expected share of wrong ones among them is at most alpha.
 * The largest k such that k e_(k) / K >= 1 / alpha; the k largest e-values are rejected.
 *
 * Serves: the segments that look harmed, among all a policy allows. Valid under any dependence of the e-values.
 * Source: Wang and Ramdas, "False discovery rate control with e-values" (arXiv:2009.02824).
 * Cost: one sort. Example: alpha .1, K 6, e = (65, 38, 12, 4, 1.5, .7) -> the first two.
 *
 * @param logE natural logarithms of the e-values that are known; the rest of the `hypotheses` count as e = 1.
 * @returns the indices of the rejected ones, ascending.
 */
export function eBenjaminiHochberg(
  logE: readonly number[],
  options: { readonly alpha: number; readonly hypotheses: number },
): readonly number[] {
  const { alpha, hypotheses } = options;
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`expected alpha in (0,1), got ${alpha}`);
  if (!(hypotheses >= logE.length)) {
    throw new RangeError(`expected at least as many hypotheses as e-values (${logE.length}), got ${hypotheses}`);
  }
  const order = logE
    .map((value, at) => ({ value: Number.isNaN(value) ? -Infinity : value, at }))
    .sort((a, b) => b.value - a.value || a.at - b.at);
  let rejected = 0;
  for (const [at, { value }] of order.entries()) {
    if (value + Math.log(at + 1) >= Math.log(hypotheses / alpha)) rejected = at + 1;
  }
  return order
    .slice(0, rejected)
    .map(({ at }) => at)
    .sort((a, b) => a - b);
}
