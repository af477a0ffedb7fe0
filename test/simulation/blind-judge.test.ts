import { describe, expect, it } from 'vitest';
import { HEALTH_LIMITS } from '../../packages/evaluator/src/judge/trial/fitness.js';
import { EMPTY_HEALTH } from '../../packages/evaluator/src/judge/trial/judge-health.js';
import {
  foundBy,
  keptVigil,
  LEAST_BESIDE,
  NEW_VIGIL,
  tiesUntilFound,
} from '../../packages/evaluator/src/judge/trial/vigil.js';
import { marked, unvouched, type Vouching } from '../../packages/evaluator/src/judge/trial/vouching.js';
import { judgeBoundary } from '../../packages/evaluator/src/stats/judge-boundary.js';
import { addPair, emptyTally, snapshot } from '../../packages/evaluator/src/tally/tally.js';
import { foundOf } from './found.js';
import { type Random, seeded } from './random.js';

const LEVEL = 0.025;
const BAR = Math.log(1 / LEVEL);
const MARGIN = 0.05;
/** Of the canaries beside pairs, those that tell of sight. */
const TELLING = 0.7;
/** Pairs of a slice. */
const EACH = 10;

interface World {
  readonly sensitivity: number;
  readonly ties: number;
  readonly mean: number;
  readonly rate: number;
  /** Telling canaries after which it calls everything a tie. */
  readonly sees: number;
}

/** One run, until the judge is found blind. `unvouched`: whether it would be provisional by its evidence and 13 canaries alone. */
function oneRun(
  { sensitivity, ties, mean, rate, sees }: World,
  random: Random,
): Record<'passed' | 'unvouched', boolean> {
  const tally = emptyTally(judgeBoundary(MARGIN, sensitivity)!.safe);
  const said = { passed: false, unvouched: false };
  let vigil = NEW_VIGIL;
  let vouching: Vouching = { seen: 0, marks: [] };
  for (let pairs = 1; pairs <= 20_000; pairs += 1) {
    const isBlind = vigil.sight.seen >= sees;
    const won = Number(random.chance(0.5 + (mean - 0.5) / (1 - ties)));
    const x = isBlind || random.chance(ties) ? 0.5 : won;
    addPair(tally, { safe: x, harm: x, reference: 1 - x, candidate: x }, 1);
    if (random.chance(rate * TELLING)) {
      const one = { given: 1, detected: Number(!isBlind), falseWins: 0, tied: Number(isBlind), abstained: 0 };
      const beside = { ...EMPTY_HEALTH.beside, truncated: one };
      vigil = keptVigil(vigil, { beside }, sensitivity, HEALTH_LIMITS);
      if (foundBy(vigil, HEALTH_LIMITS).length > 0) return said;
    }
    const { seen } = vigil.sight;
    if (pairs % EACH !== 0) continue;
    const { logE } = snapshot(tally).safe;
    const until = seen + tiesUntilFound(vigil, sensitivity, HEALTH_LIMITS);
    vouching = { seen, marks: marked({ ...vouching, seen }, { until, logE }) };
    if (seen < LEAST_BESIDE || logE < BAR) continue;
    said.unvouched = true;
    said.passed ||= unvouched(vouching, BAR) === 0;
  }
  return said;
}

function share(world: World, runs: number, which: 'passed' | 'unvouched'): number {
  const random = seeded(1);
  return Array.from({ length: runs }, () => oneRun(world, random)[which]).filter(Boolean).length / runs;
}

const ATTACK: World = { sensitivity: 0.6, ties: 0.6, mean: 0.45, rate: 0.01, sees: LEAST_BESIDE };

describe('a judge that goes blind as soon as it has been shown not to be', () => {
  it('is not believed, at any J, also of answers that are nearly all alike', () => {
    const changes: readonly Partial<World>[] = [{}, { sensitivity: 0.75 }, { sensitivity: 0.948, ties: 0.85 }];
    const worlds = changes.map((change) => ({ ...ATTACK, ...change }));
    const passed = worlds.map((world) => share(world, 40, 'passed'));
    const before = worlds.map((world) => share(world, 40, 'unvouched'));
    foundOf('blind_judge', { without: before, with: passed, atMost: 0.1 });
    for (const one of passed) expect(one).toBeLessThanOrEqual(0.1);
    // What it is for.
    for (const one of before) expect(one).toBeGreaterThan(0.15);
  });

  it('is believed while it sees', () => {
    const world = { ...ATTACK, sensitivity: 0.9, mean: 0.56, ties: 0.3, rate: 0.05, sees: Infinity };
    expect(share(world, 10, 'passed')).toBeGreaterThan(0.9);
  });
});
