import { expect, it } from 'vitest';
import { eProcess } from './e-process.js';
import { foundOf } from './found.js';
import { seeded } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';

const M = 0.45;
const BAR = 20;

/**
 * The predictable plug-in bet of Waudby-Smith and Ramdas (arXiv:2010.09686): at each pair the stake that would have grown best so far,
 * (mean - m) / (variance + (mean - m)^2), at most c / m. Gives the pairs to 1 / .05.
 */
function plugIn(draw: () => number): number {
  let [capital, n, sum, squares] = [1, 0, 0, 0];
  let [mean, variance] = [0.5, 0.25];
  while (capital < BAR) {
    const stake = Math.max(0, Math.min(0.5 / M, (mean - M) / (variance + (mean - M) ** 2)));
    const x = draw();
    n += 1;
    capital *= 1 + stake * (x - M);
    sum += x;
    mean = (0.5 + sum) / (n + 1);
    squares += (x - mean) ** 2;
    variance = (0.25 + squares) / (n + 1);
  }
  return n;
}

/** The 32 bets at once. */
function mixture(draw: () => number): number {
  const process = eProcess(M);
  process.reset();
  let n = 1;
  while (process.add(draw()) < BAR) n += 1;
  return n;
}

it('loses nothing by a mixture of fixed bets, which does not depend on the order of the pairs as a plug-in does', () => {
  const runs = 1000 * SCALE;
  const known = [
    [0, 642],
    [0.3, 417],
  ] as const;
  const rows = known.map(([ties, planned], at) => {
    const medianOf = (pairs: (draw: () => number) => number, seed: number): number => {
      const random = seeded(seed);
      const draw = (): number => (random.chance(ties) ? 0.5 : Number(random.chance(0.5)));
      return Array.from({ length: runs }, () => pairs(draw)).toSorted((a, b) => a - b)[Math.ceil(runs / 2) - 1] ?? 0;
    };
    return { ties, 'plug-in': medianOf(plugIn, 7100 + at), mixture: medianOf(mixture, 7110 + at), planned };
  });
  printTable(`Median pairs to GO without a true difference, m = ${M}, level .05, ${runs} runs`, rows);
  foundOf('mixture', { without: rows.map((row) => row['plug-in']), with: rows.map((row) => row.mixture) });
  for (const row of rows) {
    // In 10,000 runs: 665 and 424.
    expect(Math.abs(row.mixture / row.planned - 1)).toBeLessThan(0.15);
    expect(row.mixture).toBeLessThan(row['plug-in']);
  }
});

it('gives one number for a set of pairs, in whatever order they come, where a plug-in gives many', () => {
  const random = seeded(7120);
  const pairs = Array.from({ length: 200 }, () => Number(random.chance(0.5)));
  const capitalOf = (order: readonly number[]): number => {
    let [capital, n, sum] = [1, 0, 0];
    for (const x of order) {
      const mean = (0.5 + sum) / (n + 1);
      capital *= 1 + Math.max(0, Math.min(0.5 / M, (mean - M) / (mean * (1 - mean)))) * (x - M);
      n += 1;
      sum += x;
    }
    return Number(capital.toPrecision(6));
  };
  expect(new Set(Array.from({ length: 50 }, () => capitalOf(random.shuffle(pairs)))).size).toBeGreaterThan(40);
});
