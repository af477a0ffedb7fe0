import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { JudgedPair } from '../../packages/evaluator/src/judge/judged-pair.js';
import type { Canary } from '../../packages/evaluator/src/judge/trial/canary.js';
import { CANARY_KINDS } from '../../packages/evaluator/src/judge/trial/canary-kinds.js';
import { fitnessOf, HEALTH_LIMITS } from '../../packages/evaluator/src/judge/trial/fitness.js';
import { healthRates, isFaultless } from '../../packages/evaluator/src/judge/trial/health-rates.js';
import {
  EMPTY_HEALTH,
  type JudgeHealth,
  ofCanary,
  ofJudgement,
  ofLabel,
} from '../../packages/evaluator/src/judge/trial/judge-health.js';
import { mergeAllHealth, mergeHealth } from '../../packages/evaluator/src/judge/trial/merge-health.js';
import { planCanaries } from '../../packages/evaluator/src/judge/trial/plan-canaries.js';
import { seeded } from '../simulation/random.js';
import { printTable } from '../simulation/table.js';
import { type JudgeServer, startJudgeServer } from './judge-server.js';
import { inParallel, judgeAt } from './judges.js';
import { caseOf, worseAnswer } from './judging-world.js';

let server: JudgeServer;
beforeAll(async () => {
  server = await startJudgeServer();
});
afterAll(() => server.close());
afterEach(() => {
  server.faults = {};
});

function canaries(count: number, seed: number): readonly Canary[] {
  const sources = Array.from({ length: 80 }, (_, at) => caseOf(seed * 1000 + at));
  const { canaries: planned } = planCanaries(
    sources,
    count,
    (kind, source) => seeded(seed * 100_000 + CANARY_KINDS.indexOf(kind) * 1000 + source).next,
  );
  return planned.map(({ canary }) => canary);
}

/** Health after each canary, in the order they were given. */
async function triedOn(given: readonly Canary[]): Promise<readonly JudgeHealth[]> {
  const judge = judgeAt(server);
  return inParallel(given, async (canary) => ofCanary(canary, await judge.judge(canary.pair, { askAboutEqual: true })));
}

/** The shadow is better, equal in substance, or worse, a third each; none equal in letters. */
function traffic(count: number): readonly JudgedPair[] {
  return Array.from({ length: count }, (_, at) => {
    const { request, answer } = caseOf(at);
    const worse = worseAnswer(at, 1 + (at % 2));
    if (at % 3 === 0) return { request, primary: worse, shadow: answer };
    if (at % 3 === 1) return { request, primary: answer, shadow: worse };
    return { request, primary: answer, shadow: `${answer} That is all.` };
  });
}

it('measures a planted position bias within two points', async () => {
  const rows = [];
  for (const firstPlace of [0, 0.1, 0.3]) {
    server.faults = { firstPlace, noise: 0.05 };
    const judge = judgeAt(server);
    const parts = await inParallel(traffic(800), async (pair) => ofJudgement(pair, await judge.judge(pair)));
    const health = mergeAllHealth(parts);
    const measured = healthRates(health).positionBias ?? Number.NaN;
    rows.push({ planted: firstPlace, measured, consistency: healthRates(health).consistency.point ?? 0 });
  }
  printTable('Position bias of a judge over HTTP, 800 pairs in both orders', rows);
  for (const { planted, measured } of rows) expect(Math.abs(measured - planted)).toBeLessThan(0.02);
}, 120_000);

it('finds a perfect judge fit, and a judge that always says TIE insensitive', async () => {
  const given = canaries(200, 3);
  expect(given).toHaveLength(200);
  const honest = mergeAllHealth(await triedOn(given));
  server.faults = { alwaysTie: true };
  const indifferent = mergeAllHealth(await triedOn(given));
  printTable('200 canaries', [
    { judge: 'honest', J: healthRates(honest).sensitivity, state: fitnessOf(honest).state },
    { judge: 'always TIE', J: healthRates(indifferent).sensitivity, state: fitnessOf(indifferent).state },
  ]);
  expect(fitnessOf(honest)).toEqual({ state: 'fit', reasons: [] });
  expect(healthRates(honest).sensitivity).toBeGreaterThan(0.9);
  expect(healthRates(indifferent).sensitivity).toBeLessThan(0.5);
  expect(fitnessOf(indifferent)).toEqual({ state: 'unfit', reasons: ['insensitive'] });
});

it('finds a judge that ties half of the true differences insensitive', async () => {
  server.faults = { firstPlace: 0.5 };
  const health = mergeAllHealth(await triedOn(canaries(200, 4)));
  expect(healthRates(health).sensitivity).toBeLessThan(0.5);
  expect(fitnessOf(health).reasons).toContain('insensitive');
});

it('finds a judge with a tenth of false wins unfit within 150 canaries, over HTTP', async () => {
  server.faults = { falseWins: 0.1 };
  const unfitAt: number[] = [];
  for (let run = 0; run < 9; run += 1) {
    const parts = await triedOn(canaries(200, 20 + run).slice(0, 150));
    let health = EMPTY_HEALTH;
    const at = parts.findIndex((part) => fitnessOf((health = mergeHealth(health, part))).state === 'unfit');
    unfitAt.push(at === -1 ? Infinity : at + 1);
  }
  const sorted = unfitAt.toSorted((a, b) => a - b);
  printTable('Canaries until a judge with 10 % false wins is unfit, 9 runs over HTTP', [
    { median: sorted[4] ?? 0, longest: sorted[8] ?? 0 },
  ]);
  expect(sorted[8]).toBeLessThanOrEqual(150);
});

it('does so in simulation, and lets a judge without false wins be', () => {
  const runs = 1000;
  // In the order of a trial. Of answers to others it is not certain that to prefer them is a fault.
  const kinds = canaries(200, 1)
    .slice(0, 150)
    .map(({ kind }) => kind);
  const count = (falseWins: number, given: number): JudgeHealth => ({
    ...EMPTY_HEALTH,
    canaries: {
      ...EMPTY_HEALTH.canaries,
      shuffled: { given, detected: given - falseWins, falseWins, tied: 0, abstained: 0 },
    },
  });
  const plans = [0.1, 0.05, 0.01, 0.002].map((rate) => [rate, HEALTH_LIMITS.falseWins] as const);
  const rows = [...plans, [0.1, 0.02] as const].map(([rate, limit]) => {
    const limits = { ...HEALTH_LIMITS, falseWins: limit };
    const random = seeded(91);
    const at = Array.from({ length: runs }, () => {
      let [wins, counted] = [0, 0];
      for (const [at, kind] of kinds.entries()) {
        if (!isFaultless(kind)) continue;
        counted += 1;
        // Only a false win is evidence of false wins: between two of them nothing can be found.
        const wrong = random.chance(rate);
        wins += Number(wrong);
        if (wrong && fitnessOf(count(wins, counted), limits).reasons.includes('false_wins')) return at + 1;
      }
      return Infinity;
    }).toSorted((a, b) => a - b);
    const unfit = at.filter((each) => each <= 150).length / runs;
    return { 'false wins': rate, limit, 'unfit within 150': unfit, median: String(at[runs / 2]) };
  });
  printTable(`A judge looked at after every canary, ${runs} runs`, rows);
  expect(rows[0]?.['unfit within 150']).toBeGreaterThan(0.99);
  expect(Number(rows[0]?.median)).toBeGreaterThan(25);
  expect(Number(rows[0]?.median)).toBeLessThan(45);
  expect(rows[2]?.['unfit within 150']).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs));
  expect(rows[3]?.['unfit within 150']).toBeLessThan(0.01);
});

it('shows what is owed to length, and what to judging', async () => {
  const pairs = traffic(300).filter((_, at) => at % 3 < 2);
  const labelled = async (): Promise<JudgeHealth> => {
    const judge = judgeAt(server);
    const parts = await inParallel(pairs, async (pair) => {
      const judgement = await judge.judge(pair);
      const right = pair.primary.length > pair.shadow.length ? 'primary' : 'shadow';
      // A person prefers the shorter one of these: the longer is never right.
      const label = right === 'primary' ? 'shadow' : 'primary';
      return mergeHealth(ofJudgement(pair, judgement), ofLabel(pair, judgement, label));
    });
    return mergeAllHealth(parts);
  };
  server.faults = { longer: 1 };
  const rates = healthRates(await labelled());
  expect(rates.longerWon.point).toBe(1);
  expect(rates.lift).toBe(0);
  expect(rates.agreement.flat().reduce((a, b) => a + b)).toBe(200);
  expect(rates.agreement[0]?.[0]).toBe(0);
});
