import { incompleteBeta } from './incomplete-beta.js';

export interface ClopperPearsonOptions {
  /** Probability that one bound lies on the wrong side of the rate. Default 0.025: 97.5 % each, 95 % together. */
  readonly alpha?: number;
}

/**
 * Exact bounds of a rate from a count, each right with probability at least 1 - alpha, at a number of trials fixed beforehand.
 *
 * Serves: the sensitivity of a judge, J = lower bound of detection minus upper bound of false wins, from its canaries.
 * Assumes: independent trials of one rate. Not for repeated looks: that is what `rateSequence` is for.
 * Source: Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial", Biometrika 26
 * (1934): the lower bound is the rate under which so many successes or more have probability alpha, the upper the mirror image.
 * Cost: two bisections of 60 steps. Example: 10 of 100 -> (.0490047, .1762226). Nothing tried: (0, 1).
 */
export function clopperPearson(
  successes: number,
  trials: number,
  options: ClopperPearsonOptions = {},
): readonly [number, number] {
  if (!(Number.isSafeInteger(successes) && Number.isSafeInteger(trials) && successes >= 0 && successes <= trials)) {
    throw new RangeError(`expected a count of successes within the trials, got ${successes} of ${trials}`);
  }
  const { alpha = 0.025 } = options;
  if (!(alpha > 0 && alpha < 0.5)) throw new RangeError(`expected alpha in (0, 0.5), got ${alpha}`);
  return [lowerBound(successes, trials, alpha), 1 - lowerBound(trials - successes, trials, alpha)];
}

/** The rate at which `successes` or more of `trials` have probability alpha; 0 without a success. */
function lowerBound(successes: number, trials: number, alpha: number): number {
  if (successes === 0) return 0;
  let low = 0;
  let high = 1;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (incompleteBeta(middle, successes, trials - successes + 1) < alpha) low = middle;
    else high = middle;
  }
  return low;
}
