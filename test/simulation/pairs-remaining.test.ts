import { expect, it } from 'vitest';
import { logEValue, logLargest } from '../../packages/evaluator/src/stats/e-value.js';
import { pairsRemaining } from '../../packages/evaluator/src/stats/pairs-remaining.js';
import { betTerms, BETS } from '../../packages/evaluator/src/stats/bets.js';
import { seeded } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';

const BAR = Math.log(20);
const M = 0.45;
/** Of the pairs it will have taken. */
const LOOKS = [0.1, 0.25, 0.5, 0.75];

/** Largest bets after each pair, until the claim is made. */
function grow(draw: () => number, terms: ReadonlyMap<number, Float64Array>): readonly number[] {
  const sums = new Float64Array(BETS);
  const largest: number[] = [];
  for (;;) {
    const term = terms.get(draw());
    for (let g = 0; g < BETS; g += 1) sums[g] = (sums[g] ?? 0) + (term?.[g] ?? 0);
    const integers = Array.from(sums, BigInt);
    largest.push(logLargest(integers));
    if (logEValue(integers) >= BAR) return largest;
  }
}

it('gives a range that the truth lies in more often than not, and no number where nothing has grown', () => {
  const runs = 60 * SCALE;
  const terms = new Map([0, 0.5, 1].map((x) => [x, betTerms(x, M, 1)]));
  const rows = [0, 0.3, 0.85].map((ties, at) => {
    const random = seeded(7700 + at);
    const draw = (): number => (random.chance(ties) ? 0.5 : Number(random.chance(0.5)));
    const ratios: number[] = [];
    let [silent, inside] = [0, 0];
    for (let run = 0; run < runs; run += 1) {
      const largest = grow(draw, terms);
      for (const share of LOOKS) {
        const pairs = Math.max(1, Math.floor(share * largest.length));
        const truth = largest.length - pairs;
        const range = pairsRemaining({ logLargest: largest[pairs - 1] ?? 0, pairs }, BAR);
        if (range === null) silent += 1;
        else {
          ratios.push(range.high / 2 / truth);
          inside += Number(range.low <= truth && truth <= range.high);
        }
      }
    }
    const sorted = ratios.toSorted((a, b) => a - b);
    const quantile = (p: number): number => sorted[Math.floor(p * sorted.length)] ?? 0;
    return {
      ties,
      'no number': silent / (runs * LOOKS.length),
      '10 %': quantile(0.1),
      median: quantile(0.5),
      '90 %': quantile(0.9),
      'in the range': inside / ratios.length,
    };
  });
  printTable(`Pairs still needed, estimate over truth, without a true difference, m = .45, ${runs} runs`, rows);
  for (const row of rows) {
    expect(row['in the range']).toBeGreaterThan(0.5);
    expect(row.median).toBeGreaterThan(0.5);
    expect(row.median).toBeLessThan(2.5);
    expect(row['no number']).toBeLessThan(0.3);
  }
});
