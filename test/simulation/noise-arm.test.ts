import { expect, it } from 'vitest';
import { AA_ARM } from '@understudy/instrumentation/trial';
import { threeErrors } from './e-process.js';
import { foundOf } from './found.js';
import { seeded, type Random } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';
import { AT_LEVEL_05, countsOf, facts, ok, pair, Run } from './world.js';

const GATES = { latency_p50: { ratio: 1.2, thresholdMs: 400 } };
const SLICES = 40;
const CALLS = 50;

const latency = (random: Random): number => 400 * Math.exp(0.5 * random.normal());

/** The state after all looks of a run whose candidate is the incumbent; its shadows take `slower` times as long, as cold connections do. */
function state(random: Random, slower: number, withNoise: boolean): string {
  const run = new Run({ ...AT_LEVEL_05, gates: GATES });
  for (let slice = 0; slice < SLICES; slice += 1) {
    const calls = Array.from({ length: CALLS }, () => {
      const [primary, aa] = [ok(latency(random)), ok(slower * latency(random))];
      const candidate = pair(facts({ primary, shadow: ok(slower * latency(random)), aa: withNoise ? aa : null }));
      return withNoise
        ? [candidate, { ...candidate, arm: AA_ARM, facts: facts({ primary, shadow: aa }) }]
        : [candidate];
    }).flat();
    run.close(calls, countsOf(calls));
    const { state: said } = run.look();
    // Both stay, and invalid outranks the other, which may come first.
    if (said === 'invalid' || (said === 'no_go' && !withNoise)) return said;
  }
  return run.look().state;
}

it('says that the comparison is biased, and not that the candidate is worse, where the incumbent itself looks worse when it is asked again', () => {
  const runs = 60 * SCALE;
  const states = (seed: number, slower: number, withNoise: boolean): readonly string[] => {
    const random = seeded(seed);
    return Array.from({ length: runs }, () => state(random, slower, withNoise));
  };
  const share = (of: readonly string[], what: string): number => of.filter((one) => one === what).length / runs;
  const [alone, beside] = [states(7800, 1.6, false), states(7801, 1.6, true)];
  const boundary = states(7802, 1.2, true);
  printTable(`A candidate that is the incumbent, ${SLICES * CALLS} pairs, level .05, ${runs} runs`, [
    {
      shadows: '1.6 times as slow',
      'no A/A arm: NO_GO': share(alone, 'no_go'),
      NO_GO: share(beside, 'no_go'),
      INVALID: share(beside, 'invalid'),
    },
    {
      shadows: '1.2 times as slow',
      'no A/A arm: NO_GO': '',
      NO_GO: share(boundary, 'no_go'),
      INVALID: share(boundary, 'invalid'),
    },
  ]);
  foundOf('noise_arm', { without: share(alone, 'no_go'), with: share(beside, 'no_go'), atMost: 0 });
  expect(share(alone, 'no_go')).toBe(1);
  expect(share(beside, 'invalid')).toBe(1);
  // Exactly at the boundary, at the level .01 of this test.
  expect(share(boundary, 'invalid')).toBeLessThanOrEqual(threeErrors(0.01, runs));
});
