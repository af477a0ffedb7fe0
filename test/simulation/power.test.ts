import { describe, expect, it } from 'vitest';
import { eProcess } from './e-process.js';
import { seeded, type Random } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';

/** The pair at which each of `runs` runs reaches 1/.05, sorted. */
function pairsToGo(m: number, runs: number, draw: () => number): readonly number[] {
  const test = eProcess(m);
  return Array.from({ length: runs }, () => {
    test.reset();
    let n = 1;
    while (test.add(draw()) < 20) n += 1;
    return n;
  }).toSorted((a, b) => a - b);
}

function quantile(sorted: readonly number[], p: number): number {
  return sorted[Math.ceil(p * sorted.length) - 1] as number;
}

/** Failures of both roles, independent, at the same base rate. */
function errors(random: Random, rate: number): () => number {
  return () => (Number(random.chance(rate)) - Number(random.chance(rate)) + 1) / 2;
}

describe('pairs until 80 % of the runs say GO, without a true difference, at level .05', () => {
  it('is as planned for a mean of .5 against .45 at several shares of ties', () => {
    const runs = 1000 * SCALE;
    const known = [
      [0, 1305],
      [0.3, 866],
      [0.5, 584],
      [0.85, 176],
    ] as const;
    const rows = known.map(([ties, planned], at) => {
      const random = seeded(700 + at);
      const draw = (): number => (random.chance(ties) ? 0.5 : Number(random.chance(0.5)));
      const sorted = pairsToGo(0.45, runs, draw);
      // A margin of .05 between two levels is half as much in x: agreement and similarity need about four times the pairs.
      const levels = quantile(pairsToGo(0.475, runs / 2, draw), 0.8);
      return {
        ties,
        median: quantile(sorted, 0.5),
        '80 %': quantile(sorted, 0.8),
        planned,
        '80 % at m = .475': levels,
      };
    });
    printTable(`Pairs to GO, m = .45, ${runs} runs`, rows);
    for (const row of rows) expect(Math.abs(row['80 %'] / row.planned - 1)).toBeLessThan(0.12);
  });

  it('is as planned for errors at several base rates', () => {
    const runs = 1000 * SCALE;
    // Of 20,000 runs each; their 95 % intervals reach 1.3 % to either side (decisions/0058).
    const known = [
      [0, 879],
      [0.01, 2214],
      [0.03, 6871],
      [0.05, 12_147],
    ] as const;
    const rows = known.map(([rate, planned], at) => {
      const random = seeded(800 + at);
      const sorted = pairsToGo(0.495, rate === 0 ? 1 : runs, errors(random, rate));
      return { 'base rate': rate, median: quantile(sorted, 0.5), '80 %': quantile(sorted, 0.8), planned };
    });
    printTable(`Pairs to GO on errors, margin .01, ${runs} runs`, rows);
    expect(rows[0]?.['80 %']).toBe(879);
    // Three standard errors of an 80 % quantile are 10 % in 1,000 runs: at 3 % it cannot be 5,854.
    for (const row of rows) expect(Math.abs(row['80 %'] / row.planned - 1)).toBeLessThan(0.1);
  });
});
