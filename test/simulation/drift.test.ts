import { expect, it } from 'vitest';
import { threeErrors } from './e-process.js';
import { foundOf } from './found.js';
import { seeded, type Random } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';
import { AT_LEVEL_05, countsOf, errorFacts, pair, Run, shareOfGo } from './world.js';

const MARGIN = 0.1;
const M = (1 - MARGIN) / 2;
const SLICES = 70;
const CALLS = 60;
/** A candidate that is as good as the incumbent until this slice, and fails more often from then on. */
const WORSE_FROM = 25;
const MEANS = { before: 0.5, after: 0.38 };

/** Whether some look says GO although the mean of what was true of all pairs so far is not above m. */
function misled(random: Random, latched: boolean): boolean {
  const run = new Run({ ...AT_LEVEL_05, gates: { errors: { margin: MARGIN } } });
  let [sum, everSafe] = [0, false];
  for (let slice = 0; slice < SLICES; slice += 1) {
    const mean = slice < WORSE_FROM ? MEANS.before : MEANS.after;
    const pairs = Array.from({ length: CALLS }, () => pair(errorFacts(random.chance(mean) ? 1 : 0)));
    run.close(pairs, countsOf(pairs));
    sum += mean;
    const isSafe = run.look().gates[0]?.state === 'safe';
    everSafe ||= isSafe;
    if ((latched ? everSafe : isSafe) && sum / (slice + 1) <= M) return true;
  }
  return false;
}

it('takes GO back from a candidate that gets worse, before its mean so far is at the margin', () => {
  const runs = 60 * SCALE;
  const [once, always] = [seeded(7400), seeded(7400)];
  const row = {
    'GO stays': shareOfGo(runs, () => misled(once, true)),
    'GO must hold at each look': shareOfGo(runs, () => misled(always, false)),
  };
  printTable(`GO at a look where the mean so far is at most ${M}, level .05, ${runs} runs`, [row]);
  foundOf('not_latched', {
    without: row['GO stays'],
    with: row['GO must hold at each look'],
    atMost: threeErrors(0.05, runs),
  });
  expect(row['GO stays']).toBeGreaterThan(0.5);
  expect(row['GO must hold at each look']).toBeLessThanOrEqual(threeErrors(0.05, runs));
});
