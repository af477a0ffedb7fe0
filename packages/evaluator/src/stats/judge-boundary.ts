/** A judge that sees fewer true differences than this, beyond those it invents, is unfit to decide alone. */
export const LEAST_SENSITIVITY = 0.5;

/**
 * J: how much of a true difference is certain to be left in the judge's verdicts.
 *
 * Serves: the judge-alone form of the win rate. A judge that calls ties where its two orders disagree shrinks every
 * difference, and with it the loss that the margin is to find.
 * Assumes: bounds of 97.5 % each, from canaries judged before the run; canaries are easier than life, so that the best
 * state on J is provisional. Source: Youden, "Index for rating diagnostic tests" (1950), at the ends of its parts.
 * Example: detection at least .82, false wins at most .05: J = .77.
 */
export function judgeSensitivity(bounds: { readonly detectionLower: number; readonly falseWinsUpper: number }): number {
  const { detectionLower, falseWinsUpper } = bounds;
  for (const bound of [detectionLower, falseWinsUpper]) {
    if (!(bound >= 0 && bound <= 1)) throw new RangeError(`expected a bound in [0,1], got ${bound}`);
  }
  return detectionLower - falseWinsUpper;
}

/**
 * The boundaries the judge's verdicts are tested against. Null where J is below {@link LEAST_SENSITIVITY} (or no number): the
 * judge alone then proves nothing (`judge_insensitive`).
 *
 * - `safe`: .5 - d J. A candidate at the margin may look as good as that.
 * - `harm`: .5 - d. J is a *lower* bound: where the judge sees more, a candidate within the margin has verdicts below
 *   .5 - d J, and nothing would be wrong with it. A judge that shrinks differences never shows it below .5 - d.
 *
 * Example: d = .05, J = .8: .46 and .45. @param margin d in (0, .5).
 */
export function judgeBoundary(
  margin: number,
  sensitivity: number,
): { readonly safe: number; readonly harm: number } | null {
  if (!(margin > 0 && margin < 0.5)) throw new RangeError(`expected margin in (0,.5), got ${margin}`);
  if (!(sensitivity >= LEAST_SENSITIVITY && sensitivity <= 1)) return null;
  return { safe: 0.5 - margin * sensitivity, harm: 0.5 - margin };
}
