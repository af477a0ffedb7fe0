/**
 * The bets of the e-process for a bounded mean.
 *
 * Serves: every gate. To show that the mean of x in [0,1] is above m, capital is bet on each x being above m, in G = 32
 * sizes at once: a pair multiplies the capital of bet g by 1 + lambda_g (x - m), lambda_g = (g / G) c / m, c = 0.5. No bet
 * can lose more than half of what it has, and under the hypothesis no strategy of looking makes capital grow on average.
 * Assumes: x in [0,1]; the mean of each x given the past is at most m under the hypothesis. Nothing on the distribution.
 * Source: the capital process of Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting"
 * (arXiv:2010.09686, section 4), with a fixed mixture of bets so that the order of the pairs does not matter.
 * Cost: 64 logarithms per distinct value of x; then 64 integer additions per pair.
 * Example: m = .5, x = 1: the largest bet grows by log(1.5) = .4055.
 */
export const BETS = 32;

/** The largest share of the capital one pair can lose. */
const BOLDEST = 0.5;

/**
 * One unit of log capital is 2^40: the terms are summed as integers, so that the sum of a set of pairs does not depend on
 * the order of adding. Rounded down, which can only delay a claim.
 */
export const UNIT: number = 2 ** 40;

/**
 * floor(2^40 log(1 + lambda_g weight (x - m))) for g = 1..32: what one pair adds to each bet that the mean is above m.
 *
 * `weight` = pi_min / pi in (0, 1] makes unequal probabilities of inclusion exact: z = m + weight (x - m) stays in [0,1] and
 * E[included (z - m)] = pi_min E[x - m].
 *
 * @throws RangeError for x outside [0,1], m outside (0,1) or a weight outside (0,1]: a factor could turn negative.
 */
export function betTerms(x: number, m: number, weight: number): Float64Array {
  if (!(x >= 0 && x <= 1)) throw new RangeError(`expected x in [0,1], got ${x}`);
  if (!(m > 0 && m < 1)) throw new RangeError(`expected m in (0,1), got ${m}`);
  if (!(weight > 0 && weight <= 1)) throw new RangeError(`expected weight in (0,1], got ${weight}`);
  const terms = new Float64Array(BETS);
  for (let g = 1; g <= BETS; g += 1) {
    const lambda = ((g / BETS) * BOLDEST) / m;
    terms[g - 1] = Math.floor(UNIT * Math.log1p(lambda * weight * (x - m)));
  }
  return terms;
}
