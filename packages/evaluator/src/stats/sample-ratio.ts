import { lnGamma } from './ln-gamma.js';

/** Calls of one declared probability: how many fell into each of its outcomes, and how likely each was to be. */
export interface DrawnCalls {
  readonly counts: readonly number[];
  /** Sum to 1, each above 0. */
  readonly probabilities: readonly number[];
}

/**
 * ln of the e-value against "the calls were drawn as declared": a Dirichlet mixture over multinomials, centred on the
 * declared probabilities with a weight of c calls.
 *
 * Serves: the sample-ratio rule, `invalid` at E >= 1000. E-values of different declared probabilities multiply: add the logarithms.
 * Assumes: each call drawn on its own. Valid at every look.
 * Source: Lindon and Malek, "Anytime-valid inference for multinomial count data" (arXiv:2011.03567), section 3.
 * Cost: a ln Gamma an outcome. Example: 5200 and 4800 at .5 and .5, c = 1000 -> 6.08; 5100 and 4900 -> .62.
 */
export function logSampleRatio({ counts, probabilities }: DrawnCalls, concentration = 1000): number {
  if (counts.length !== probabilities.length) throw new RangeError('expected a count for each probability');
  const total = probabilities.reduce((sum, theta) => sum + theta, 0);
  if (!(Math.abs(total - 1) < 1e-9)) throw new RangeError(`expected probabilities that sum to 1, got ${total}`);
  if (!(concentration > 0)) throw new RangeError(`expected a concentration above 0, got ${concentration}`);
  let calls = 0;
  let logE = lnGamma(concentration);
  for (const [at, theta] of probabilities.entries()) {
    const count = counts[at] ?? 0;
    if (!(Number.isSafeInteger(count) && count >= 0)) throw new RangeError(`expected a count, got ${count}`);
    if (!(theta > 0)) throw new RangeError(`expected a probability above 0, got ${theta}`);
    calls += count;
    if (count === 0) continue;
    const prior = theta * concentration;
    logE += lnGamma(prior + count) - lnGamma(prior) - count * Math.log(theta);
  }
  return logE - lnGamma(concentration + calls);
}
