import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JudgedPair } from '../../packages/evaluator/src/judge/judged-pair.js';
import { CANARY_KINDS } from '../../packages/evaluator/src/judge/trial/canary-kinds.js';
import { fitnessOf } from '../../packages/evaluator/src/judge/trial/fitness.js';
import { healthRates } from '../../packages/evaluator/src/judge/trial/health-rates.js';
import { ofCanary } from '../../packages/evaluator/src/judge/trial/judge-health.js';
import { paddedCounts, paddedLeft } from '../../packages/evaluator/src/judge/trial/length-bias.js';
import { mergeAllHealth } from '../../packages/evaluator/src/judge/trial/merge-health.js';
import { planCanaries } from '../../packages/evaluator/src/judge/trial/plan-canaries.js';
import { judgeBoundary } from '../../packages/evaluator/src/stats/judge-boundary.js';
import { eProcess, threeErrors } from '../simulation/e-process.js';
import { type Pairs, type Side, truthOf } from '../simulation/judge.js';
import { labelProcess } from '../simulation/label-process.js';
import { type Random, seeded } from '../simulation/random.js';
import { SCALE } from '../simulation/scale.js';
import { printTable } from '../simulation/table.js';
import { type Faults, type JudgeServer, startJudgeServer } from './judge-server.js';
import { inParallel, judgeAt } from './judges.js';
import { caseOf, worseAnswer } from './judging-world.js';

/** `UNDERSTUDY_SIMULATION_SCALE=10` for 400 runs of each judge. */
const RUNS = 40 * SCALE;
const PAIRS = 2000;
const MARGIN = 0.05;
const OFFERED = 0.1;
/** 1 / .05. */
const BAR = 20;
/** Pairs of each kind that the judge is asked about over HTTP; the runs draw from what it said. */
const POOL = 100;

const AT_BOUNDARY: Pairs = { mean: 0.45, ties: 0.2, longer: 0.7 };
const NO_DIFFERENCE: Pairs = { ...AT_BOUNDARY, mean: 0.5 };
const JUDGES: readonly (readonly [string, Faults])[] = [
  ['honest', {}],
  ['position bias .2, noise .1, length bias .3', { firstPlace: 0.2, noise: 0.1, longer: 0.3 }],
  ['length bias .1', { longer: 0.1 }],
  ['length bias .3', { longer: 0.3 }],
  ['length bias .6', { longer: 0.6 }],
  ['always TIE', { alwaysTie: true }],
  ['ties half of the differences', { firstPlace: 0.5 }],
];
const LIKES_LENGTH: ReadonlySet<string> = new Set([
  'position bias .2, noise .1, length bias .3',
  'length bias .3',
  'length bias .6',
]);
const BLIND: ReadonlySet<string> = new Set(['always TIE', 'ties half of the differences']);

let server: JudgeServer;
beforeAll(async () => {
  server = await startJudgeServer();
});
afterAll(() => server.close());

const SIDES = { shadow: 1, tie: 0.5, primary: 0 } as const;

/** Words that say nothing of the case. */
const MORE = ' So much for what there is to be said of it, all in all, as far as it goes and no further.'.repeat(2);

/** A pair with that truth; the shadow's answer is the longer one in seven of ten. */
function pairOf(truth: Side, number: number): JudgedPair {
  const { request, answer } = caseOf(20_000 + number);
  const worse = worseAnswer(20_000 + number, 2);
  const [primary, shadow] = { 0: [answer, worse], 0.5: [answer, `${answer} Well.`], 1: [worse, answer] }[truth] as [
    string,
    string,
  ];
  return number % 10 < 7 ? { request, primary, shadow: shadow + MORE } : { request, primary: primary + MORE, shadow };
}

interface TriedJudge {
  /** What the judge said of pairs with that truth; null: it abstained. */
  readonly verdicts: ReadonlyMap<Side, readonly (Side | null)[]>;
  /** Null: it is unfit, or sees too little. */
  readonly boundary: { readonly safe: number } | null;
  readonly unfit: string;
  /** Its padded canaries show that it does not like length: without that it makes nothing provisional. */
  readonly isShownFree: boolean;
  readonly sensitivity: number | null;
}

/** Asks over HTTP, as a run would: canaries first, then pairs, in both orders. */
async function tried(faults: Faults): Promise<TriedJudge> {
  server.faults = faults;
  const judge = judgeAt(server);
  const sources = Array.from({ length: 80 }, (_, at) => caseOf(10_000 + at));
  const planned = planCanaries(
    sources,
    200,
    (kind, source) => seeded(CANARY_KINDS.indexOf(kind) * 1000 + source).next,
  ).canaries;
  const health = mergeAllHealth(
    await inParallel(planned, async ({ canary }) =>
      ofCanary(canary, await judge.judge(canary.pair, { askAboutEqual: true })),
    ),
  );
  const { sensitivity } = healthRates(health);
  const { state, reasons } = fitnessOf(health);
  const isShownFree = paddedLeft(paddedCounts(health)) === 0;
  const verdicts = new Map<Side, readonly (Side | null)[]>();
  for (const truth of [0, 0.5, 1] as const) {
    const pairs = Array.from({ length: POOL }, (_, at) => pairOf(truth, at));
    const said = await inParallel(pairs, async (pair) => judge.judge(pair));
    verdicts.set(
      truth,
      said.map((one) => (one.status === 'judged' ? SIDES[one.outcome] : null)),
    );
  }
  const boundary = state !== 'fit' || sensitivity === null ? null : judgeBoundary(MARGIN, sensitivity);
  return { verdicts, boundary, sensitivity, unfit: reasons.join(', '), isShownFree };
}

interface Shares {
  /** The judge's verdicts against .5 - d, at any look. */
  readonly believed: number;
  /** Corrected by labels, at any look, whatever its canaries said of the judge. */
  readonly corrected: number;
  /** Corrected by labels, of a judge that is fit: what a verdict calls GO. */
  readonly GO: number;
  /** The judge alone against .5 - d J, at any look: by its verdicts, if its padded canaries were not asked for. */
  readonly verdicts: number;
  /** What is provisional: at any look before people have answered; and at the last one, where their answers are not against it. */
  readonly alone: number;
  readonly provisional: number;
}

/** Shares of runs, with a look after every pair. */
function sharesOf(world: Pairs, { verdicts, sensitivity, boundary, isShownFree }: TriedJudge, random: Random): Shares {
  const labels = labelProcess({ m: 0.5 - MARGIN, offered: OFFERED });
  const believed = eProcess(0.5 - MARGIN);
  const bySensitivity = sensitivity === null ? null : judgeBoundary(MARGIN, sensitivity);
  const alone = bySensitivity === null ? null : eProcess(bySensitivity.safe);
  const maySay = boundary !== null && isShownFree;
  const made = { corrected: 0, believed: 0, alone: 0, provisional: 0 };
  for (let run = 0; run < RUNS; run += 1) {
    for (const process of [labels, believed, alone]) process?.reset();
    const largest = { corrected: 0, believed: 0, alone: 0 };
    const sums = { verdicts: 0, difference: 0, labels: 0 };
    let last = 0;
    for (let n = 0; n < PAIRS; n += 1) {
      const truth = truthOf(random, world);
      const said = verdicts.get(truth) ?? [];
      const verdict = said[Math.floor(random.next() * said.length)] ?? null;
      const label = random.chance(OFFERED) ? truth : 'not_offered';
      last = alone?.add(verdict ?? 0) ?? 0;
      largest.corrected = Math.max(largest.corrected, labels.add({ status: 'judged', verdict, label }));
      largest.believed = Math.max(largest.believed, believed.add(verdict ?? 0));
      largest.alone = Math.max(largest.alone, last);
      sums.verdicts += verdict ?? 0;
      if (label === 'not_offered') continue;
      sums.labels += 1;
      sums.difference += label - (verdict ?? 0);
    }
    for (const claim of ['corrected', 'believed', 'alone'] as const) made[claim] += Number(largest[claim] >= BAR);
    const estimate = sums.verdicts / PAIRS + sums.difference / sums.labels;
    made.provisional += Number(last >= BAR && estimate >= 0.5 - MARGIN);
  }
  const share = (count: number): number => count / RUNS;
  return {
    believed: share(made.believed),
    corrected: share(made.corrected),
    GO: boundary === null ? 0 : share(made.corrected),
    verdicts: share(made.alone),
    alone: maySay ? share(made.alone) : 0,
    provisional: maySay ? share(made.provisional) : 0,
  };
}

it('says GO at the boundary within the level, on a judge over HTTP with planted faults and labels of a tenth', async () => {
  const judges: (readonly [string, TriedJudge])[] = [];
  for (const [name, faults] of JUDGES) judges.push([name, await tried(faults)]);
  const rowsOf = (world: Pairs, seed: number) =>
    judges.map(([judge, one], at) => ({
      judge,
      J: one.sensitivity ?? Number.NaN,
      fit: one.boundary === null ? one.unfit : one.isShownFree ? 'yes' : 'not shown',
      ...sharesOf(world, one, seeded(seed + at)),
    }));
  const [boundary, same] = [rowsOf(AT_BOUNDARY, 500), rowsOf(NO_DIFFERENCE, 600)];
  printTable(`At a true .45, d = .05: said at any of ${PAIRS} looks, level .05, ${RUNS} runs`, boundary);
  printTable('Without a true difference', same);
  for (const row of boundary) {
    expect(row.corrected).toBeLessThanOrEqual(threeErrors(0.05, RUNS));
    expect(row.GO).toBeLessThanOrEqual(threeErrors(0.05, RUNS));
  }
  expect(boundary[0]?.alone).toBeLessThanOrEqual(threeErrors(0.05, RUNS));
  // Their verdicts alone would say so: what keeps a judge that likes length from it is that it is found out, or not shown to be free of that.
  for (const row of boundary.filter(({ judge }) => LIKES_LENGTH.has(judge))) {
    expect(row.verdicts).toBeGreaterThan(0.3);
    expect([row.alone, row.provisional]).toEqual([0, 0]);
  }
  for (const row of [...boundary, ...same].filter(({ judge }) => BLIND.has(judge))) {
    expect([row.GO, row.alone, row.provisional]).toEqual([0, 0, 0]);
  }
  // Whoever believes these judges is fooled, and who is right is not kept from saying so.
  expect(boundary.filter(({ believed }) => believed > 0.9).length).toBeGreaterThanOrEqual(3);
  expect(same.find(({ judge }) => judge === 'honest')?.GO).toBeGreaterThan(0.4);
}, 240_000);
