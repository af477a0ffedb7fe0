/**
 * ln Gamma(x) for x > 0: the recurrence up to x >= 12, then Stirling's series to x^-13.
 *
 * Serves: the sequences that are shown beside the verdict. Error below 1e-13 relative. Cost: at most a dozen multiplications
 * and two logarithms. Source: NIST DLMF 5.11.1 and 5.5.1. Example: lnGamma(5) = ln 24 = 3.17805383.
 */
export function lnGamma(x: number): number {
  if (!(x > 0)) throw new RangeError(`expected x above 0, got ${x}`);
  let shift = 1;
  let z = x;
  while (z < 12) {
    shift *= z;
    z += 1;
  }
  const square = 1 / (z * z);
  let series = 0;
  for (const coefficient of STIRLING) series = series * square + coefficient;
  return (z - 0.5) * Math.log(z) - z + HALF_LN_TWO_PI + series / z - Math.log(shift);
}

/** ln B(a, b) = ln Gamma(a) + ln Gamma(b) - ln Gamma(a + b), for a and b above 0. */
export function lnBeta(a: number, b: number): number {
  return lnGamma(a) + lnGamma(b) - lnGamma(a + b);
}

const HALF_LN_TWO_PI = 0.9189385332046727;

/** B_2k / (2k (2k - 1)), highest power first. */
const STIRLING = [1 / 156, -691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12];
