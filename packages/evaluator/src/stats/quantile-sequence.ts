import { mixtureBoundary } from './beta-binomial-mixture.js';

export interface QuantileSequenceOptions {
  /** Probability that the ranks ever miss the quantile, over all looks. Default 0.05. */
  readonly alpha?: number;
  /** The number of values at which the ranks are closest. Default 2000. */
  readonly tOpt?: number;
}

/** Ranks from 1; null where no rank is sure yet. */
export interface Ranks {
  readonly lower: number | null;
  readonly upper: number | null;
}

/**
 * Between which ranks of n values the p-quantile lies, at every look with probability 1 - alpha.
 *
 * Serves: latencies, shown. Assumes: independent values of one distribution; none on its form.
 * Source: Howard and Ramdas, "Sequential estimation of quantiles with applications to A/B testing and best-arm identification"
 * (arXiv:1906.09712), with the beta-binomial mixture. Cost: two bisections.
 * Example: p .95, alpha .025, tOpt 2000, n = 1000 -> 926 and 972; no upper rank below about n = 200.
 */
export function quantileRanks(n: number, p: number, options: QuantileSequenceOptions = {}): Ranks {
  const { alpha = 0.05, tOpt = 2000 } = options;
  if (!(p > 0 && p < 1)) throw new RangeError(`expected p in (0,1), got ${p}`);
  if (!(Number.isSafeInteger(n) && n >= 0)) throw new RangeError(`expected a count, got ${n}`);
  if (n === 0) return { lower: null, upper: null };
  const spread = p * (1 - p);
  const distance = (g: number, h: number): number =>
    mixtureBoundary(spread * n, alpha, { g, h, vOpt: spread * tOpt, a: 0.05 });
  const lower = Math.floor(n * p - distance(1 - p, p) + 1);
  const upper = Math.ceil(n * p + distance(p, 1 - p));
  return { lower: lower >= 1 ? lower : null, upper: upper <= n ? upper : null };
}

/** The ends of a quantile's interval: 0 and Infinity where a rank is missing. */
export type QuantileInterval = readonly [number, number];

/**
 * Between what the ratio of two quantiles lies, of intervals at alpha / 2 each: [L_s / U_p, U_s / L_p].
 *
 * Serves: "the candidate's p95 is 1.05 to 1.31 times the incumbent's", shown. Source: union bound over the two sequences.
 * Example: [90, 110] over [100, 100] -> [.9, 1.1]. Null where neither says anything: inf / inf and 0 / 0 are no ratios.
 *
 * @param relativeError of the sketch the values were read from; each end is widened by it. Default 0: the values are exact.
 */
export function quantileRatio(
  candidate: QuantileInterval,
  incumbent: QuantileInterval,
  relativeError = 0,
): readonly [number, number] | null {
  const [lowCandidate, highCandidate] = widened(candidate, relativeError);
  const [lowIncumbent, highIncumbent] = widened(incumbent, relativeError);
  const lower = lowCandidate / highIncumbent;
  const upper = highCandidate / lowIncumbent;
  return Number.isNaN(lower) || Number.isNaN(upper) ? null : [lower, upper];
}

function widened([low, high]: QuantileInterval, error: number): QuantileInterval {
  if (!(error >= 0 && error < 1)) throw new RangeError(`expected a relative error in [0,1), got ${error}`);
  return [low / (1 + error), high / (1 - error)];
}
