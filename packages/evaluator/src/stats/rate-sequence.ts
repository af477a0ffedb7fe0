import { lnBeta } from './ln-gamma.js';

export interface RateSequenceOptions {
  /** Probability that the interval ever misses the rate, over all looks. Default 0.05. */
  readonly alpha?: number;
  /** The number of trials at which the interval is tightest. */
  readonly tOpt: number;
}

/**
 * A confidence sequence for a rate: valid at every look, from the count alone.
 *
 * Serves: numbers that are shown, and the rule on our own losses (`lossy`). Assumes: independent trials of one rate, or a
 * rate that is constant given the past. Source: Howard, Ramdas, McAuliffe, Sekhon, "Time-uniform, nonparametric,
 * nonasymptotic confidence sequences" (arXiv:1810.08240), the two-sided beta-binomial mixture of proposition 7, inverted over the rate.
 * Cost: two bisections of 60 steps. Example: 700 of 1000, tOpt 100 -> (.651629, .745949).
 */
export function rateSequence(
  successes: number,
  trials: number,
  options: RateSequenceOptions,
): readonly [number, number] {
  if (!(Number.isSafeInteger(successes) && Number.isSafeInteger(trials) && successes >= 0 && successes <= trials)) {
    throw new RangeError(`expected a count of successes within the trials, got ${successes} of ${trials}`);
  }
  if (trials === 0) return [0, 1];
  const { alpha = 0.05, tOpt } = options;
  const inside = (m: number): boolean => lnMixture(successes, trials, m, alpha, tOpt) < -Math.log(alpha);
  const rate = successes / trials;
  return [successes === 0 ? 0 : edge(inside, rate, 0), successes === trials ? 1 : edge(inside, rate, 1)];
}

/** Bisects between a rate inside the interval and the end of the scale, which is returned where it is inside, too. */
function edge(inside: (m: number) => boolean, from: number, end: number): number {
  let inner = from;
  let outer = end;
  for (let step = 0; step < 60; step += 1) {
    const middle = (inner + outer) / 2;
    if (middle === inner || middle === outer) break;
    if (inside(middle)) inner = middle;
    else outer = middle;
  }
  return Math.abs(inner - end) < 1e-9 ? end : inner;
}

/** ln of the beta-binomial mixture martingale at s = S - n m and v = n m (1 - m), with g = m and h = 1 - m. */
function lnMixture(successes: number, trials: number, m: number, alpha: number, tOpt: number): number {
  const g = m;
  const h = 1 - m;
  const s = successes - trials * m;
  const v = trials * g * h;
  const lnInverse = Math.log(1 / alpha);
  const rho = (tOpt * g * h) / (2 * lnInverse + Math.log(1 + 2 * lnInverse));
  const r = Math.max(rho - g * h, 1e-3 * g * h);
  return (
    -((v + h * s) / h) * Math.log(g) -
    ((v - g * s) / g) * Math.log(h) +
    lnBeta((r + v - g * s) / g, (r + v + h * s) / h) -
    lnBeta(r / g, r / h)
  );
}
