import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Canary } from '../../packages/evaluator/src/judge/trial/canary.js';
import { CANARY_KINDS } from '../../packages/evaluator/src/judge/trial/canary-kinds.js';
import { fitnessOf, HEALTH_LIMITS } from '../../packages/evaluator/src/judge/trial/fitness.js';
import { healthRates } from '../../packages/evaluator/src/judge/trial/health-rates.js';
import { EMPTY_HEALTH, type JudgeHealth, ofCanary } from '../../packages/evaluator/src/judge/trial/judge-health.js';
import {
  lengthBiasOf,
  logLengthBias,
  type PaddedCounts,
  paddedLeft,
} from '../../packages/evaluator/src/judge/trial/length-bias.js';
import { mergeAllHealth, mergeHealth } from '../../packages/evaluator/src/judge/trial/merge-health.js';
import { planCanaries } from '../../packages/evaluator/src/judge/trial/plan-canaries.js';
import { type Random, seeded } from '../simulation/random.js';
import { printTable } from '../simulation/table.js';
import { type Faults, type JudgeServer, startJudgeServer } from './judge-server.js';
import { inParallel, judgeAt } from './judges.js';
import { caseOf } from './judging-world.js';

let server: JudgeServer;
beforeAll(async () => {
  server = await startJudgeServer();
});
afterAll(() => server.close());

const SEEDS = 9;

/** 200 canaries of a run of their own. */
function canaries(seed: number): readonly Canary[] {
  const sources = Array.from({ length: 80 }, (_, at) => caseOf(seed * 1000 + at));
  const { canaries: planned } = planCanaries(
    sources,
    200,
    (kind, source) => seeded(seed * 100_000 + CANARY_KINDS.indexOf(kind) * 1000 + source).next,
  );
  return planned.map(({ canary }) => canary);
}

interface Tried {
  readonly health: JudgeHealth;
  /** The canary at which the judge's liking for length was found; Infinity: it was not. */
  readonly foundAt: number;
}

/** Looked at after every canary, over HTTP, in both orders. */
async function tried(faults: Faults, seed: number): Promise<Tried> {
  server.faults = faults;
  const judge = judgeAt(server);
  // Of the others this says nothing: they are not asked about here, and keep their places.
  const parts = await inParallel(canaries(seed), async (canary) =>
    canary.kind === 'padded' ? ofCanary(canary, await judge.judge(canary.pair, { askAboutEqual: true })) : EMPTY_HEALTH,
  );
  let health = EMPTY_HEALTH;
  const at = parts.findIndex((part) => fitnessOf((health = mergeHealth(health, part))).reasons.includes('length_bias'));
  return { health: mergeAllHealth(parts), foundAt: at === -1 ? Infinity : at + 1 };
}

it('finds a judge that likes length unfit within 200 canaries over HTTP, and one that does not fit', async () => {
  const judges: readonly (readonly [string, Faults])[] = [
    ['honest', {}],
    ['position bias .2, noise .1', { firstPlace: 0.2, noise: 0.1 }],
    ['length bias .3', { longer: 0.3 }],
    ['length bias .6', { longer: 0.6 }],
    ['position bias .2, noise .1, length bias .3', { firstPlace: 0.2, noise: 0.1, longer: 0.3 }],
  ];
  const rows = [];
  for (const [judge, faults] of judges) {
    const all: Tried[] = [];
    for (let seed = 1; seed <= SEEDS; seed += 1) all.push(await tried(faults, 100 + seed));
    const at = all.map(({ foundAt }) => foundAt).toSorted((a, b) => a - b);
    const { lengthBias } = healthRates(mergeAllHealth(all.map(({ health }) => health)));
    rows.push({
      judge,
      'length bias': lengthBias ?? Number.NaN,
      found: at.filter((each) => each <= 200).length / SEEDS,
      median: String(at[Math.floor(SEEDS / 2)]),
      longest: String(at.at(-1)),
    });
  }
  printTable(`The canary of 200 at which a liking for length is found, ${SEEDS} runs over HTTP`, rows);
  expect(rows.map(({ found }) => found).slice(0, 4)).toEqual([0, 0, 1, 1]);
}, 240_000);

/** How a judge names the places of a padded canary, as the judge server does it. */
interface Habits {
  readonly first?: number;
  readonly noise?: number;
  readonly longer?: number;
  /** Names the padded one in both orders: drawn for the pair. */
  readonly won?: number;
  /** Sees that what is padded is worse. */
  readonly sees?: number;
}

const PADDED = 30;

/** 1 the padded one, -1 the plain one, 0 a tie. */
function namedBy({ first = 0, noise = 0, longer = 0, sees = 0 }: Habits, paddedFirst: boolean, random: Random): number {
  if (random.chance(first)) return paddedFirst ? 1 : -1;
  if (random.chance(noise)) return random.chance(0.5) ? 1 : -1;
  if (random.chance(longer)) return 1;
  return random.chance(sees) ? -1 : 0;
}

interface Outcome {
  /** The padded canary at which it was found; Infinity: it was not. */
  readonly foundAt: number;
  /** After the last one. */
  readonly isShownFree: boolean;
  readonly bias: number;
}

function outcomeOf(habits: Habits, random: Random): Outcome {
  let foundAt = Infinity;
  const counts: { -readonly [Name in keyof PaddedCounts]: number } = { judged: 0, won: 0, half: 0, against: 0 };
  while (counts.judged < PADDED) {
    const isWon = random.chance(habits.won ?? 0);
    const [one, two] = isWon ? [1, 1] : [namedBy(habits, true, random), namedBy(habits, false, random)];
    counts.judged += 1;
    counts.won += Number(one === 1 && two === 1);
    counts.half += Number(one + two === 1);
    counts.against += Number(one + two === -1);
    if (foundAt === Infinity && logLengthBias(counts, HEALTH_LIMITS.lengthBias) >= Math.log(1 / HEALTH_LIMITS.alpha))
      foundAt = counts.judged;
  }
  return { foundAt, isShownFree: paddedLeft(counts) === 0, bias: lengthBiasOf(counts) ?? Number.NaN };
}

it('does so in simulation, and lets judges be that do not like length', () => {
  const runs = 2000;
  const judges: readonly (readonly [string, Habits])[] = [
    ['honest: ties', {}],
    ['honest: names the shorter one', { sees: 1 }],
    ['errs in 2 %, position bias .1, noise .1', { first: 0.1, noise: 0.1, longer: 0.02 }],
    ['position bias .3', { first: 0.3 }],
    ['noise .3', { noise: 0.3 }],
    ['prefers the padded one in 1 of 12', { won: 1 / 12, sees: 1 }],
    ['prefers the padded one in 3 of 10', { won: 0.3, sees: 1 }],
    ['length bias .1', { longer: 0.1 }],
    ['length bias .2', { longer: 0.2 }],
    ['length bias .3', { longer: 0.3 }],
    ['length bias .6', { longer: 0.6 }],
    ['length bias .6, else names the shorter one', { longer: 0.6, sees: 1 }],
    ['length bias .3, else names the shorter one', { longer: 0.3, sees: 1 }],
    ['position bias .2, noise .1, length bias .3', { first: 0.2, noise: 0.1, longer: 0.3 }],
  ];
  const rows = judges.map(([judge, habits], at) => {
    const random = seeded(300 + at);
    const all = Array.from({ length: runs }, () => outcomeOf(habits, random));
    const found = all.map(({ foundAt }) => foundAt).toSorted((a, b) => a - b);
    const shareOf = (which: (one: Outcome) => boolean): number => all.filter(which).length / runs;
    return {
      judge,
      'length bias': all.reduce((sum, { bias }) => sum + bias, 0) / runs,
      'found in 30': shareOf(({ foundAt }) => foundAt <= PADDED),
      median: String(found[runs / 2]),
      'may be provisional': shareOf(({ foundAt, isShownFree }) => foundAt === Infinity && isShownFree),
    };
  });
  printTable(`Padded canaries until a liking for length is found, looked at after each, ${runs} runs`, rows);
  const rowOf = (judge: string) => rows.find((row) => row.judge === judge)!;
  for (const { 'found in 30': share } of rows.slice(0, 5)) expect(share).toBeLessThanOrEqual(0.03);
  expect(rowOf('length bias .3')['found in 30']).toBeGreaterThan(0.95);
  expect(rowOf('length bias .6')['found in 30']).toBe(1);
  for (const row of rows.slice(0, 2)) expect(row['may be provisional']).toBe(1);
  for (const row of rows.filter((each) => each['length bias'] > 0.19))
    expect(row['may be provisional']).toBeLessThan(0.05);
});
