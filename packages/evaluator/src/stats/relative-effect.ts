import { meanHalfWidth, type MeanSequenceOptions } from './mean-sequence.js';

/** Mean and variance of one role, each over its own values. */
export interface RoleMean {
  readonly n: number;
  readonly mean: number;
  /** Of one value: with n - 1 for amounts, p (1 - p) for rates. */
  readonly variance: number;
}

/** An estimate with the ends of its confidence sequence. */
export interface RelativeEffect {
  readonly point: number;
  readonly lower: number;
  readonly upper: number;
}

/**
 * How much more the candidate's mean is than the incumbent's, as a share: mean_B / mean_A - 1, with a confidence sequence.
 *
 * Serves: cost and tokens, shown. Assumes: independent samples, large n (it is asymptotic), an incumbent's mean not near 0.
 * Source: the delta method, v = vB/(nB mA^2) + vA mB^2/(nA mA^4), s^2 = v (nA + nB), in the sequence of `mean-sequence.ts`; as
 * GrowthBook's sequential engine states it. Cost: O(1).
 * Example: 1396 of 3000 against 2422 of 3461, nOpt 5000 -> .50386 (.40098, .60675). Null where a role has nothing or mA is 0.
 */
export function relativeEffect(
  incumbent: RoleMean,
  candidate: RoleMean,
  options: MeanSequenceOptions = {},
): RelativeEffect | null {
  if (!(incumbent.n > 0 && candidate.n > 0) || incumbent.mean === 0) return null;
  const total = incumbent.n + candidate.n;
  const variance =
    candidate.variance / (candidate.n * incumbent.mean ** 2) +
    (incumbent.variance * candidate.mean ** 2) / (incumbent.n * incumbent.mean ** 4);
  const point = candidate.mean / incumbent.mean - 1;
  const half = meanHalfWidth(variance * total, total, options);
  return { point, lower: point - half, upper: point + half };
}
