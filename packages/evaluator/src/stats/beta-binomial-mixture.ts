import { lnBeta } from './ln-gamma.js';

/** A sum of variables that each lie between -g and h, with the mixture tightest at `vOpt`. */
export interface Mixture {
  readonly g: number;
  readonly h: number;
  /** The variance (number of trials times g h) at which the boundary is tightest. */
  readonly vOpt: number;
  /** Shapes the mixture, and is not its level. */
  readonly a: number;
}

/**
 * ln of the two-sided beta-binomial mixture martingale at the sum s and the variance v.
 *
 * Serves: the sequences of a rate and of a quantile. M is a martingale of mean 1 under the hypothesis, so it reaches
 * 1/alpha ever with probability at most alpha.
 * Source: Howard, Ramdas, McAuliffe, Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence sequences"
 * (arXiv:1810.08240), proposition 7. Cost: two ln Beta. At s = 0, v = 0 it is 0.
 */
export function lnBetaBinomialMixture(s: number, v: number, { g, h, vOpt, a }: Mixture): number {
  const lnInverse = Math.log(1 / a);
  const rho = vOpt / (2 * lnInverse + Math.log(1 + 2 * lnInverse));
  const r = Math.max(rho - g * h, 1e-3 * g * h);
  const width = g + h;
  return (
    (v / (g * h)) * Math.log(width) -
    ((v + h * s) / (h * width)) * Math.log(g) -
    ((v - g * s) / (g * width)) * Math.log(h) +
    lnBeta((r + v - g * s) / (g * width), (r + v + h * s) / (h * width)) -
    lnBeta(r / (g * width), r / (h * width))
  );
}

/**
 * The largest sum the boundary allows: the s with ln M(s, v) = ln(1/alpha). Infinity where no sum that can occur reaches it.
 * Bisection to the last bit.
 */
export function mixtureBoundary(v: number, alpha: number, mixture: Mixture): number {
  const bar = Math.log(1 / alpha);
  let inner = 0;
  // n variables of variance g h are at most n h.
  let outer = v / mixture.g;
  if (lnBetaBinomialMixture(outer, v, mixture) < bar) return Infinity;
  for (let step = 0; step < 200; step += 1) {
    const middle = (inner + outer) / 2;
    if (middle === inner || middle === outer) break;
    if (lnBetaBinomialMixture(middle, v, mixture) < bar) inner = middle;
    else outer = middle;
  }
  return inner;
}
