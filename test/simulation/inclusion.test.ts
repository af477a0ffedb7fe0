import { expect, it } from 'vitest';
import { threeErrors } from './e-process.js';
import { seeded, type Random } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';
import { AT_LEVEL_05, countsOf, errorFacts, pair, Run, shareOfGo } from './world.js';

/** 60 % exact ties that are always included, the rest included once in ten: the true mean is .45, the boundary, too. */
const PI_MIN = 0.1;

function goes(random: Random, weighted: boolean): boolean {
  const run = new Run({ ...AT_LEVEL_05, gates: { errors: { margin: 0.1 } } }, weighted ? PI_MIN : 1);
  for (let slice = 0; slice < 60; slice += 1) {
    const pairs = Array.from({ length: 100 }, () => {
      if (random.chance(0.6)) return [pair(errorFacts(0.5, 1))];
      if (!random.chance(PI_MIN)) return [];
      return [pair(errorFacts(random.chance(0.375) ? 1 : 0, weighted ? PI_MIN : 1))];
    }).flat();
    run.close(pairs, countsOf(pairs));
    if (run.look().state === 'go') return true;
  }
  return false;
}

it('weighs pairs that were not equally likely to be included', () => {
  const runs = 100 * SCALE;
  const plain = seeded(81);
  const weighted = seeded(82);
  const row = {
    unweighted: shareOfGo(runs, () => goes(plain, false)),
    'weighted by pi_min / pi': shareOfGo(runs, () => goes(weighted, true)),
  };
  printTable(`False GO at the boundary, ties free and the rest included at .1, level .05, ${runs} runs`, [row]);
  expect(row.unweighted).toBeGreaterThan(0.95);
  expect(row['weighted by pi_min / pi']).toBeLessThanOrEqual(threeErrors(0.05, runs));
});
