import { expect, it } from 'vitest';
import type { Outcome } from '../../packages/evaluator/src/tally/facts.js';
import type { Gates } from '../../packages/evaluator/src/tally/gate-settings.js';
import { threeErrors } from './e-process.js';
import { foundOf } from './found.js';
import { seeded, type Random } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';
import { AT_LEVEL_05, countsOf, facts, ok, pair, Run, shareOfGo } from './world.js';

const RATIO = 1.2;

/** Log-normal latency with sigma .5 and median 400 ms. */
function latency(random: Random): number {
  return 400 * Math.exp(0.5 * random.normal());
}

/** Whether the gate is passed at any look within 24 slices of 125 calls. */
function passes(gates: Gates, call: () => readonly [primary: Outcome, shadow: Outcome]): boolean {
  const run = new Run({ ...AT_LEVEL_05, gates });
  for (let slice = 0; slice < 24; slice += 1) {
    const pairs = Array.from({ length: 125 }, () => {
      const [primary, shadow] = call();
      return pair(facts({ primary, shadow }));
    });
    run.close(pairs, countsOf(pairs));
    if (run.look().gates[0]?.state === 'safe') return true;
  }
  return false;
}

it('is exact with a threshold frozen from the first 500 calls', () => {
  const runs = 60 * SCALE;
  const rows = (['latency_p50', 'latency_p95'] as const).map((gate, at) => {
    const random = seeded(300 + at);
    const as = (times: number) => (): boolean =>
      passes({ [gate]: { ratio: RATIO } }, () => [ok(latency(random)), ok(times * latency(random))]);
    return {
      gate,
      '1.2 times as slow (the boundary)': shareOfGo(runs, as(RATIO)),
      'as fast': shareOfGo(runs, as(1)),
    };
  });
  printTable(`GO on latency within 2,500 pairs after freezing T, level .05, ${runs} runs`, rows);
  foundOf('frozen_exact', {
    with: rows.map((row) => row['1.2 times as slow (the boundary)']),
    atMost: threeErrors(0.05, runs),
  });
  for (const row of rows) expect(row['1.2 times as slow (the boundary)']).toBeLessThanOrEqual(threeErrors(0.05, runs));
  expect(rows[0]?.['as fast']).toBe(1);
  expect(rows[1]?.['as fast']).toBeGreaterThan(0.9);
});

/**
 * Users abort 4 % of the calls, the long ones, at a time between T and 1.2 T. On those the candidate takes ten times as
 * long; elsewhere it is exactly at the boundary.
 */
it('gives the candidate nothing for calls the user aborted between T and ratio T', () => {
  const runs = 60 * SCALE;
  const random = seeded(310);
  const threshold = 1000;
  const cut = 1.1 * threshold;
  const rate = 0.05;
  const fast = ok(100);
  const slow = ok(5 * threshold);
  const gates: Gates = { latency_p95: { ratio: RATIO, thresholdMs: threshold } };
  const call = (aborted: readonly [Outcome, Outcome]) => (): readonly [Outcome, Outcome] =>
    random.chance(0.04) ? aborted : [random.chance(rate) ? slow : fast, random.chance(rate) ? slow : fast];
  const tied = call([{ status: 'aborted', afterMs: cut }, ok(10 * threshold)]);
  // The shadow cut at the abort, as if both numbers were latencies.
  const censored = call([ok(cut), ok(cut)]);
  const exact = shareOfGo(runs, () => passes(gates, tied));
  const capped = shareOfGo(runs, () => passes(gates, censored));
  printTable(`GO on latency_p95 with 4 % aborts at 1.1 T that the candidate would overrun, level .05, ${runs} runs`, [
    { 'shadow cut at the abort': capped, 'both outlasted it: a tie': exact },
  ]);
  foundOf('aborted', { without: capped, with: exact, atMost: threeErrors(0.05, runs) });
  expect(capped).toBeGreaterThan(0.9);
  expect(exact).toBeLessThanOrEqual(threeErrors(0.05, runs));
});
