import { BETS, betTerms, UNIT } from '../../packages/evaluator/src/stats/bets.js';

/** The e-process pair by pair, as a product of factors: fast enough to be looked at after every pair of many runs. */
export interface EProcess {
  reset(): void;
  /** Adds one pair and returns the e-value. */
  add(x: number): number;
}

/** The test of `mean > m`, with the factors the tally sums the logarithms of. */
export function eProcess(m: number): EProcess {
  const factors = new Map<number, Float64Array>();
  const capital = new Float64Array(BETS);
  return {
    reset: () => capital.fill(1),
    add: (x) => {
      let factor = factors.get(x);
      if (factor === undefined) {
        factor = betTerms(x, m, 1).map((term) => Math.exp(term / UNIT));
        factors.set(x, factor);
      }
      let sum = 0;
      for (let g = 0; g < BETS; g += 1) sum += capital[g] = (capital[g] as number) * (factor[g] as number);
      return sum / BETS;
    },
  };
}

/** The one-sided z-test of `mean > m` at the nominal level .05, as it would be looked at without correction. */
export interface NaiveTest {
  reset(): void;
  /** Adds one pair and says whether the test rejects now. */
  add(x: number): boolean;
}

export function naiveTest(m: number): NaiveTest {
  let n = 0;
  let sum = 0;
  let squares = 0;
  return {
    reset: () => {
      n = sum = squares = 0;
    },
    add: (x) => {
      n += 1;
      sum += x;
      squares += x * x;
      const mean = sum / n;
      const variance = (squares - n * mean * mean) / (n - 1);
      return n >= 50 && (mean - m) / Math.sqrt(variance / n) > 1.6449;
    },
  };
}

/** The most a frequency may show over `runs` where the true one is at most `bound`: three standard errors. */
export function threeErrors(bound: number, runs: number): number {
  return bound + 3 * Math.sqrt((bound * (1 - bound)) / runs);
}
