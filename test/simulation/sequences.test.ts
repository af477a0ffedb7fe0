import { describe, expect, it } from 'vitest';
import { lnBetaBinomialMixture } from '../../packages/evaluator/src/stats/beta-binomial-mixture.js';
import { meanSequence } from '../../packages/evaluator/src/stats/mean-sequence.js';
import { quantileRanks } from '../../packages/evaluator/src/stats/quantile-sequence.js';
import { rateSequence } from '../../packages/evaluator/src/stats/rate-sequence.js';
import { relativeEffect } from '../../packages/evaluator/src/stats/relative-effect.js';
import { threeErrors } from './e-process.js';
import { foundOf } from './found.js';
import { seeded } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';

const LOOKS = 1000;
/** Ends of the intervals that a normal approximation would give at each look. */
const Z = 1.959964;

/** The share of `runs` in which `misses` says so at any of its looks. */
function shareOfMisses(runs: number, simulate: () => (n: number) => boolean): number {
  let missed = 0;
  for (let run = 0; run < runs; run += 1) {
    const misses = simulate();
    for (let n = 1; n <= LOOKS; n += 1) {
      if (!misses(n)) continue;
      missed += 1;
      break;
    }
  }
  return missed / runs;
}

describe('what is shown covers the truth at every look', () => {
  const runs = 400 * SCALE;

  it('for a rate, where the usual interval does not', () => {
    const rows = [0.02, 0.3, 0.7].map((p, at) => {
      const random = seeded(5000 + at);
      const mixture = { g: p, h: 1 - p, vOpt: 500 * p * (1 - p), a: 0.05 };
      const naive = { missed: 0 };
      const share = shareOfMisses(runs, () => {
        let successes = 0;
        let naiveMissed = false;
        return (n) => {
          successes += Number(random.chance(p));
          const rate = successes / n;
          if (n >= 50 && !naiveMissed && Math.abs(rate - p) > Z * Math.sqrt((rate * (1 - rate)) / n)) {
            naiveMissed = true;
            naive.missed += 1;
          }
          // Inside the interval is where the mixture is below the bar: the interval is found by bisecting this.
          return lnBetaBinomialMixture(successes - n * p, n * p * (1 - p), mixture) >= Math.log(20);
        };
      });
      return { rate: p, misses: share, 'usual interval': naive.missed / runs };
    });
    printTable(`A rate's sequence that ever misses it, a look after each of ${LOOKS} values, ${runs} runs`, rows);
    foundOf('sequences', {
      without: rows.map((row) => row['usual interval']),
      with: rows.map(({ misses }) => misses),
      atMost: threeErrors(0.05, runs),
    });
    for (const row of rows) {
      expect(row.misses).toBeLessThanOrEqual(threeErrors(0.05, runs));
      expect(row['usual interval']).toBeGreaterThan(0.2);
    }
    const [low, high] = rateSequence(30, 100, { tOpt: 500 });
    const at = (m: number): number =>
      lnBetaBinomialMixture(30 - 100 * m, 100 * m * (1 - m), { g: m, h: 1 - m, vOpt: 500 * m * (1 - m), a: 0.05 });
    expect(at(low)).toBeCloseTo(Math.log(20), 6);
    expect(at(high)).toBeCloseTo(Math.log(20), 6);
  });

  it('for a quantile', () => {
    const rows = [0.5, 0.95].map((p, at) => {
      const random = seeded(5010 + at);
      const ranks = Array.from({ length: LOOKS + 1 }, (_, n) => quantileRanks(n, p, { tOpt: 500 }));
      const share = shareOfMisses(runs, () => {
        let below = 0;
        return (n) => {
          below += Number(random.chance(p));
          const { lower, upper } = ranks[n] ?? { lower: null, upper: null };
          return (lower !== null && below < lower) || (upper !== null && below >= upper);
        };
      });
      return { quantile: p, misses: share };
    });
    printTable(`Ranks that ever miss a quantile, a look after each of ${LOOKS} values, ${runs} runs`, rows);
    for (const row of rows) expect(row.misses).toBeLessThanOrEqual(threeErrors(0.05, runs));
  });

  it('for a mean, from 30 informative pairs on', () => {
    const rows = [
      { what: 'ties .3', ties: 0.3, mean: 0.5 },
      { what: 'ties .85', ties: 0.85, mean: 0.5 },
      { what: 'nearly all won', ties: 0.5, mean: 0.73 },
    ].map(({ what, ties, mean }, at) => {
      const random = seeded(5020 + at);
      const share = shareOfMisses(runs, () => {
        let sum = 0;
        let squares = 0;
        let informative = 0;
        return (n) => {
          const draw = random.next();
          const x = draw < ties ? 0.5 : draw < ties / 2 + mean ? 1 : 0;
          sum += x;
          squares += x * x;
          if (x !== 0.5) informative += 1;
          if (informative < 30) return false;
          const [low, high] = meanSequence({ n, sum, squares });
          return mean < low || mean > high;
        };
      });
      return { x: what, misses: share };
    });
    printTable(`A mean's sequence that ever misses it, a look after each of ${LOOKS} values, ${runs} runs`, rows);
    for (const row of rows) expect(row.misses).toBeLessThanOrEqual(threeErrors(0.05, runs));
  });

  it('for a relative effect', () => {
    const random = seeded(5030);
    const share = shareOfMisses(runs, () => {
      const roles = [
        { sum: 0, squares: 0 },
        { sum: 0, squares: 0 },
      ];
      return (n) => {
        const [incumbent, candidate] = roles.map((role, at) => {
          const amount = Math.exp(0.5 * random.normal()) * (at === 0 ? 1 : 1.2);
          role.sum += amount;
          role.squares += amount * amount;
          const mean = role.sum / n;
          return { n, mean, variance: n > 1 ? (role.squares - n * mean * mean) / (n - 1) : 0 };
        });
        if (n < 50 || incumbent === undefined || candidate === undefined) return false;
        const effect = relativeEffect(incumbent, candidate);
        return effect === null || effect.lower > 0.2 || effect.upper < 0.2;
      };
    });
    printTable(`A relative effect's sequence that ever misses it, ${runs} runs`, [{ misses: share }]);
    expect(share).toBeLessThanOrEqual(threeErrors(0.05, runs));
  });
});
