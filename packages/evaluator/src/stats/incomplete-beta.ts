import { lnBeta } from './ln-gamma.js';

/** Terms of the continued fraction at most; at the mode of a million trials it takes about a thousand. */
const TERMS = 20_000;
const CLOSE = 1e-15;
/** Stands in for a denominator of zero, as Lentz's method needs. */
const TINY = 1e-300;

/**
 * The regularised incomplete beta function I_x(a, b): the probability that a Beta(a, b) variable is at most x.
 *
 * Serves: exact bounds of a rate, since P(Binomial(n, x) >= k) = I_x(k, n - k + 1). Assumes a, b > 0 and x in [0,1].
 * Source: NIST DLMF 8.17.22, the continued fraction, evaluated forwards by Lentz's method as Thompson and Barnett changed it;
 * 8.17.4 for x past the mode. Cost: O(sqrt(max(a, b))) terms. Example: I_.5(2, 3) = 11/16.
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (!(x >= 0 && x <= 1)) throw new RangeError(`expected x in [0,1], got ${x}`);
  if (x === 0 || x === 1) return x;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - lnBeta(a, b)) / a;
  return Math.min(1, front / fraction(x, a, b));
}

/** The continued fraction 1 + d_1 / (1 + d_2 / (1 + ...)). */
function fraction(x: number, a: number, b: number): number {
  let value = 1;
  let above = 1;
  let below = 0;
  for (let term = 1; term <= TERMS; term += 1) {
    const d = coefficient(term, x, a, b);
    below = 1 / nonZero(1 + d * below);
    above = nonZero(1 + d / above);
    const step = above * below;
    value *= step;
    if (Math.abs(step - 1) < CLOSE) break;
  }
  return value;
}

function coefficient(term: number, x: number, a: number, b: number): number {
  const m = Math.floor(term / 2);
  if (term % 2 === 0) return (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
  return (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
