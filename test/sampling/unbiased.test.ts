import { describe, expect, it } from 'vitest';
import type { ExperimentInput } from '../../packages/instrumentation/src/experiment/definition.js';
import { eProcess, threeErrors } from '../simulation/e-process.js';
import { type Random, seeded } from '../simulation/random.js';
import { SCALE } from '../simulation/scale.js';
import { printTable } from '../simulation/table.js';
import { AT_LEVEL_05, countsOf, errorFacts, pair, Run, shareOfGo } from '../simulation/world.js';
import { aCall, instance } from './deciding.js';

const START = Date.UTC(2026, 10, 21);
/** At a margin of .1. 60 % of the traffic ties, the rest loses: .6 * .5 + .4 * .375 = .45. */
const BOUNDARY = 0.45;
const isTie = (random: Random): boolean => random.chance(0.6);
const loss = (random: Random): number => (random.chance(0.375) ? 1 : 0);

interface Drawn {
  readonly x: number;
  readonly pi: number;
}

/** The calls that are drawn of traffic at the boundary, through the sampler. */
function* drawn(random: Random, calls: number, experiment: Partial<ExperimentInput>): Iterable<Drawn> {
  const { decide } = instance(experiment);
  for (let index = 0; index < calls; index += 1) {
    // Of 6000 calls 3600 come at 10 a second and 2400, the losses, at 80: the pace falls just when there is something to see.
    const place = index % 6000;
    const burst = place >= 3600;
    const tie = experiment.sample?.perSecond === undefined ? isTie(random) : !burst;
    const seconds = Math.floor(index / 6000) * 390 + (burst ? 360 + (place - 3600) / 80 : place / 10);
    const call = aCall(random, { startedAt: START + seconds * 1000, context: { task: tie ? 'easy' : 'hard' } });
    const decision = decide(call, `${index}`);
    if (decision.status === 'sampled' && decision.refused === null)
      yield { x: tie ? 0.5 : loss(random), pi: decision.pi };
  }
}

const RULES = { sample: { rate: 0.1, rules: [{ attribute: 'task', value: 'easy', rate: 1 }] } };
const PACE = { piMin: 0.05, sample: { rate: 1, perSecond: 5 } };

describe('probabilities that go with the outcome', () => {
  it.each([
    ['rules', RULES, 0.1],
    ['a pace', PACE, 0.05],
  ])('leave the estimate weighted by pi where it belongs: %s', (_, experiment, piMin) => {
    let [weights, sum, squares, plain, plainSquares, count] = [0, 0, 0, 0, 0, 0];
    for (const { x, pi } of drawn(seeded(131), 60_000, experiment)) {
      const weight = piMin / pi;
      weights += weight;
      sum += weight * x;
      squares += (weight * (x - BOUNDARY)) ** 2;
      plain += x;
      plainSquares += (x - BOUNDARY) ** 2;
      count += 1;
    }
    const error = Math.sqrt(squares) / weights;
    expect(Math.abs(sum / weights - BOUNDARY)).toBeLessThan(4 * error);
    expect(Math.abs(plain / count - BOUNDARY)).toBeGreaterThan((8 * Math.sqrt(plainSquares)) / count);
  });

  it('let nobody say GO at the boundary, where pairs that count alike do', () => {
    const runs = 30 * SCALE;
    const goes = (random: Random, weighted: boolean): boolean => {
      const run = new Run({ ...AT_LEVEL_05, gates: { errors: { margin: 0.1 } } }, weighted ? 0.1 : 1);
      const pairs = [...drawn(random, 2000, RULES)].map(({ x, pi }) => pair(errorFacts(x, weighted ? pi : 1)));
      for (let slice = 0; slice < pairs.length; slice += 50) {
        const closing = pairs.slice(slice, slice + 50);
        run.close(closing, countsOf(closing));
        if (run.look().state === 'go') return true;
      }
      return false;
    };
    const [plain, weighted] = [seeded(132), seeded(133)];
    const row = {
      'counted alike': shareOfGo(runs, () => goes(plain, false)),
      'weighted by pi_min / pi': shareOfGo(runs, () => goes(weighted, true)),
    };
    printTable(`False GO at the boundary under rules that favour ties, level .05, ${runs} runs`, [row]);
    expect(row['counted alike']).toBeGreaterThan(0.9);
    expect(row['weighted by pi_min / pi']).toBeLessThanOrEqual(threeErrors(0.05, runs));
  });
});

it('fools whoever draws whole users and takes their conversations for evidence of their own', () => {
  const runs = 400 * SCALE;
  const test = eProcess(BOUNDARY);
  const fooled = (random: Random, sticky: boolean, perUser: boolean): boolean => {
    test.reset();
    for (let user = 0; user < 5000; user += 1) {
      const whole = random.chance(0.2);
      const drawnOf = Array.from({ length: 5 }, () => (sticky ? whole : random.chance(0.2))).filter(Boolean);
      const x = random.chance(BOUNDARY) ? 1 : 0;
      for (const _ of perUser ? drawnOf.slice(0, 1) : drawnOf) if (test.add(x) >= 20) return true;
    }
    return false;
  };
  const rows = [
    { drawn: 'by trace', 'cluster key': 'conversation', sticky: false, perUser: false },
    { drawn: 'by user', 'cluster key': 'conversation', sticky: true, perUser: false },
    { drawn: 'by user', 'cluster key': 'user', sticky: true, perUser: true },
  ].map(({ sticky, perUser, ...names }, index) => {
    const random = seeded(140 + index);
    return { ...names, 'false GO': shareOfGo(runs, () => fooled(random, sticky, perUser)) };
  });
  printTable(`False GO at the boundary, five like conversations a user, a fifth drawn, level .05, ${runs} runs`, rows);
  const [trace, user, whole] = rows.map((row) => row['false GO']);
  expect(whole).toBeLessThanOrEqual(threeErrors(0.05, runs));
  expect(user).toBeGreaterThan(2 * (trace ?? 1));
  expect(trace).toBeGreaterThan(whole ?? 1);
});
