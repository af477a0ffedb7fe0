import { expect, it } from 'vitest';
import { threeErrors } from './e-process.js';
import { foundOf } from './found.js';
import { seeded } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';
import { AT_LEVEL_05, countsOf, facts, ok, pair, Run, shareOfGo } from './world.js';
import type { Outcome } from '../../packages/evaluator/src/tally/facts.js';

const SEGMENTS = ['chat', 'refunds'] as const;
const GATES = {
  errors: { margin: 0.05 },
  agreement: { scorer: 'exact', margin: 0.1, insensitiveBelow: 0.3 },
  latency_p95: { ratio: 1.2, thresholdMs: 1000 },
};

/** Every gate of every stream exactly at its boundary: the NO_GO of the run, latched, must stay as rare as its level. */
it('says NO_GO of a candidate at its margins no more often than the level, over three streams and three gates', () => {
  const runs = 60 * SCALE;
  const random = seeded(400);
  const outcome = (fails: number, slow: number, slowMs: number): Outcome => {
    if (random.chance(fails)) return { status: 'error', type: '500', durationMs: 5 };
    return ok(random.chance(slow) ? slowMs : 100);
  };
  let apart = 0;
  const share = shareOfGo(runs, () => {
    let broken = false;
    const run = new Run({ ...AT_LEVEL_05, gates: GATES, critical: SEGMENTS });
    for (let slice = 0; slice < 60; slice += 1) {
      const pairs = Array.from({ length: 30 }, (_, at) => {
        const numbers = facts({
          // Slow or failed: 6 % of the primaries, and of the shadows as well.
          primary: outcome(0.01, 0.05 / 0.99, 1500),
          shadow: outcome(0.06, 0, 1500),
          aa: ok(100),
          scores: { ab: { exact: Number(random.chance(0.6 / 0.94)) }, aa: { exact: Number(random.chance(0.7)) } },
        });
        return pair(numbers, { segment: SEGMENTS[at % 2] as string });
      });
      run.close(pairs, countsOf(pairs));
      const { state, gates } = run.look();
      if (!broken && gates.some((gate) => gate.harmLogE >= Math.log(20))) {
        broken = true;
        apart += 1;
      }
      if (state === 'no_go') return true;
    }
    return false;
  });
  printTable(`False NO_GO with every gate at its boundary, 60 slices of 30 pairs, 2 critical segments, ${runs} runs`, [
    { 'each gate of each stream at .05': apart / runs, 'false NO_GO': share },
  ]);
  foundOf('critical', { without: apart / runs, with: share, atMost: threeErrors(0.05, runs) });
  expect(apart / runs).toBeGreaterThan(threeErrors(0.05, runs));
  expect(share).toBeLessThanOrEqual(threeErrors(0.05, runs));
});

it('stops a candidate that fails one critical segment, though the overall numbers look fine', () => {
  const random = seeded(401);
  const run = new Run({ ...AT_LEVEL_05, gates: { errors: { margin: 0.05 } }, critical: SEGMENTS });
  let slices = 0;
  let verdict = run.look();
  while (verdict.state !== 'no_go' && slices < 200) {
    const pairs = Array.from({ length: 40 }, (_, at) => {
      const segment = at % 10 === 0 ? 'refunds' : 'chat';
      const failed = random.chance(segment === 'refunds' ? 0.25 : 0.01);
      const shadow: Outcome = failed ? { status: 'error', type: '500', durationMs: 5 } : ok(100);
      return pair(facts({ shadow }), { segment });
    });
    run.close(pairs, countsOf(pairs));
    verdict = run.look();
    slices += 1;
  }
  expect(verdict).toMatchObject({ state: 'no_go', transition: { stream: 'refunds' } });
  expect(verdict.gates.find((gate) => gate.stream === '_all')?.candidate).toBeLessThan(0.05);
  expect(verdict.sentence).toMatch(/^NO_GO: errors in refunds /);
});
