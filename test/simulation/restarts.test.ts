import { expect, it } from 'vitest';
import { testLevel } from '../../packages/evaluator/src/decide/policy.js';
import { eProcess, threeErrors } from './e-process.js';
import { foundOf } from './found.js';
import { seeded } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';

const ALPHA = 0.05;
const PAIRS = 2000;
const M = 0.45;

/** Runs in order, each as [candidates, k]: whether some of them say GO at any look at `level`. */
function shareFooled(runs: number, seed: number, tests: readonly (readonly [candidates: number, k: number])[]) {
  const random = seeded(seed);
  const process = eProcess(M);
  let [free, spent] = [0, 0];
  for (let run = 0; run < runs; run += 1) {
    let [isFree, isSpent] = [false, false];
    for (const [candidates, k] of tests) {
      process.reset();
      const bar = 1 / testLevel(ALPHA, { candidates, k });
      for (let n = 0; n < PAIRS; n += 1) {
        const e = process.add(Number(random.chance(M)));
        isFree ||= e >= 1 / ALPHA;
        isSpent ||= e >= bar;
      }
    }
    free += Number(isFree);
    spent += Number(isSpent);
  }
  return { free: free / runs, spent: spent / runs };
}

it('spends its level over the runs and the candidates of an experiment', () => {
  const runs = 400 * SCALE;
  const restarts = shareFooled(
    runs,
    7300,
    [1, 2, 3, 4, 5].map((k) => [1, k] as const),
  );
  const candidates = shareFooled(
    runs,
    7301,
    [1, 1, 1, 1, 1].map((k) => [5, k] as const),
  );
  printTable(`Some false GO at the boundary, ${PAIRS} pairs each, alpha .05, ${runs} runs`, [
    { what: 'five runs of one candidate', 'each at .05': restarts.free, 'at its level': restarts.spent },
    { what: 'five candidates', 'each at .05': candidates.free, 'at its level': candidates.spent },
  ]);
  foundOf('restarts', { without: restarts.free, with: restarts.spent, atMost: threeErrors(ALPHA, runs) });
  expect(Math.abs(restarts.free - 0.2)).toBeLessThan(3 * Math.sqrt((0.2 * 0.8) / runs) + 0.005);
  for (const { free, spent } of [restarts, candidates]) {
    expect(free).toBeGreaterThan(0.12);
    expect(spent).toBeLessThanOrEqual(threeErrors(ALPHA, runs));
  }
});

it('tests a first run of one candidate at half of alpha', () => {
  expect(testLevel(0.05, { candidates: 1, k: 1 })).toBe(0.025);
  // All runs there will ever be spend alpha, and no more.
  const spent = Array.from({ length: 10_000 }, (_, at) => testLevel(0.05, { candidates: 1, k: at + 1 }));
  expect(spent.reduce((sum, level) => sum + level, 0)).toBeCloseTo(0.05, 5);
});
