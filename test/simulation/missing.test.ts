import { expect, it } from 'vitest';
import { threeErrors } from './e-process.js';
import { foundOf } from './found.js';
import { seeded, type Random } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';
import type { AdmittedCount } from '../../packages/evaluator/src/tally/missing.js';
import { AT_LEVEL_05, ARM, countsOf, errorFacts, noiseFacts, pair, Run, shareOfGo } from './world.js';

const SLICES = 20;
const CALLS = 100;

/** The true mean is .45, exactly the boundary; a tenth of the calls, all of them losses, leave no pair. */
function call(random: Random): { readonly x: number; readonly dropped: boolean } {
  const uniform = random.next();
  if (uniform < 0.2) return { x: 1, dropped: false };
  if (uniform < 0.7) return { x: 0.5, dropped: false };
  return { x: 0, dropped: uniform >= 0.9 };
}

function goes(random: Random, missingCounts: boolean): boolean {
  const run = new Run({ ...AT_LEVEL_05, gates: { errors: { margin: 0.1 } } });
  for (let slice = 0; slice < SLICES; slice += 1) {
    const pairs = Array.from({ length: CALLS }, () => call(random))
      .filter(({ dropped }) => !dropped)
      .map(({ x }) => pair(errorFacts(x)));
    const admitted: AdmittedCount = { producer: 'p1', segment: 'chat', arm: ARM, pi: 1, admitted: CALLS };
    run.close(pairs, missingCounts ? [admitted] : countsOf(pairs));
    if (run.look().state === 'go') return true;
  }
  return false;
}

it('is not fooled by a candidate whose losses leave no pair', () => {
  const runs = 100 * SCALE;
  const neutral = seeded(41);
  const counted = seeded(42);
  const row = {
    'missing is neutral': shareOfGo(runs, () => goes(neutral, false)),
    'missing proves neither': shareOfGo(runs, () => goes(counted, true)),
  };
  printTable(`GO at a true mean of .45, the boundary, a tenth missing, all of them losses, ${runs} runs`, [row]);
  foundOf('missing', {
    without: row['missing is neutral'],
    with: row['missing proves neither'],
    atMost: threeErrors(0.05, runs),
  });
  expect(row['missing is neutral']).toBeGreaterThan(0.9);
  expect(row['missing proves neither']).toBeLessThanOrEqual(threeErrors(0.05, runs));
});

it('makes no harm out of missing legs either', () => {
  const run = new Run({ ...AT_LEVEL_05, gates: { errors: { margin: 0.05 } } });
  for (let slice = 0; slice < SLICES; slice += 1) {
    run.close([], [{ producer: 'p1', segment: 'chat', arm: ARM, pi: 1, admitted: CALLS }]);
    expect(run.look().state).toBe('hold');
  }
  const [gate] = run.look().gates;
  expect(gate).toMatchObject({ pairs: SLICES * CALLS, missing: SLICES * CALLS, state: 'empty' });
  expect(gate?.harmLogE).toBeLessThan(0);
  expect(gate?.safeLogE).toBeLessThan(0);
});

it('counts an answer without a score against the candidate', () => {
  const runs = 40 * SCALE;
  const random = seeded(43);
  const policy = { ...AT_LEVEL_05, gates: { agreement: { scorer: 'exact', margin: 0.05, insensitiveBelow: 0.3 } } };
  const share = shareOfGo(runs, () => {
    const run = new Run(policy);
    for (let slice = 0; slice < SLICES; slice += 1) {
      const pairs = Array.from({ length: CALLS }, () => {
        const same = random.chance(0.8);
        // Where the candidate would disagree, its answer cannot be scored: the rest agrees perfectly.
        const ab = random.chance(0.8) ? 1 : null;
        return pair(noiseFacts('exact', ab, Number(same)));
      });
      run.close(pairs, countsOf(pairs));
      if (run.look().state === 'go') return true;
    }
    return false;
  });
  expect(share).toBeLessThanOrEqual(0.05);
});
