const QUANTILES: ReadonlyMap<number, number> = new Map([
  [0.5, 0],
  [0.95, 1.6448536269514722],
  [0.99, 2.3263478740408408],
]);

/**
 * The share of log-normal latencies above `ratio` times their own p-quantile: 1 - Phi(z_p + ln(ratio) / sigma).
 *
 * Serves: what a latency gate may expect of a candidate as fast as the incumbent. Source: the definition of the distribution; Phi by the error
 * function's approximation 7.1.26 of Abramowitz and Stegun, good to 1.5e-7. Cost: O(1).
 * Example: p .95, ratio 1.2, sigma .5: .0222.
 *
 * @throws RangeError for another p than .5, .95 and .99
 */
export function slowerThan(p: number, ratio: number, sigma: number): number {
  const z = QUANTILES.get(p);
  if (z === undefined) throw new RangeError(`expected p .5, .95 or .99, got ${p}`);
  if (!(ratio > 0 && sigma > 0)) throw new RangeError(`expected numbers above 0, got ${ratio} and ${sigma}`);
  return upperTail(z + Math.log(ratio) / sigma);
}

function upperTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = (series * Math.exp(-x * x)) / 2;
  return z >= 0 ? tail : 1 - tail;
}
