import { expect, it } from 'vitest';
import { clopperPearson } from '../../packages/evaluator/src/stats/clopper-pearson.js';
import { judgeBoundary, judgeSensitivity } from '../../packages/evaluator/src/stats/judge-boundary.js';
import { decodeWinRate, encodeWinRate } from '../../packages/evaluator/src/tally/win-rate-codec.js';
import {
  addPreference,
  emptyWinRate,
  mergeWinRates,
  winRateClaims,
} from '../../packages/evaluator/src/tally/win-rate.js';
import { type EProcess, eProcess, threeErrors } from './e-process.js';
import {
  ALL_ANSWER,
  FAIR,
  judgedPair,
  LOSSES_STAY_UNANSWERED,
  type Pairs,
  type People,
  type Traits,
  tryJudge,
} from './judge.js';
import { labelProcess } from './label-process.js';
import { seeded, type Random } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';

const MARGIN = 0.05;
const DESIGN = { m: 0.5 - MARGIN, offered: 0.1 };
const PAIRS = 4000;
/** 1 / .05. */
const BAR = 20;

const AT_BOUNDARY: Pairs = { mean: 0.45, ties: 0.2, longer: 0.7 };
const NO_DIFFERENCE: Pairs = { ...AT_BOUNDARY, mean: 0.5 };

const JUDGES: readonly (readonly [string, Traits, People])[] = [
  ['sees 9 in 10', FAIR, ALL_ANSWER],
  ['position bias .3', { ...FAIR, position: 0.3 }, ALL_ANSWER],
  ['noise .3', { ...FAIR, noise: 0.3 }, ALL_ANSWER],
  ['length bias .4', { ...FAIR, length: 0.4 }, ALL_ANSWER],
  ['all three', { sees: 0.7, noise: 0.15, position: 0.2, length: 0.3 }, ALL_ANSWER],
  ['always TIE', { sees: 0, noise: 0, position: 0, length: 0 }, ALL_ANSWER],
  ['ties half', { sees: 0.5, noise: 0, position: 0, length: 0 }, ALL_ANSWER],
  ['wrong side', { ...FAIR, inverted: true }, ALL_ANSWER],
  ['all three, 40 % unanswered', { sees: 0.7, noise: 0.15, position: 0.2, length: 0.3 }, LOSSES_STAY_UNANSWERED],
];

/**
 * What can be claimed of a run. `safe`, `harm`: with labels. `believed`: the judge's verdicts against .5 - d, as if they were
 * labels. `alone`: its verdicts against .5 - d J, with J from 200 canaries before the run.
 */
type Claimed = 'safe' | 'harm' | 'believed' | 'alone';

/** Shares of `runs` runs that make each claim at any look, with a look after every pair. */
function sharesOf(
  claims: readonly Claimed[],
  runs: number,
  seed: number,
  [pairs, traits, people]: readonly [Pairs, Traits, People],
): Readonly<Record<Claimed, number>> {
  const random = seeded(seed);
  const made = { safe: 0, harm: 0, believed: 0, alone: 0 };
  const labels = { safe: labelProcess(DESIGN), harm: labelProcess(DESIGN, 'harm') };
  const believing = eProcess(DESIGN.m);
  for (let run = 0; run < runs; run += 1) {
    const alone = aloneProcess(random, traits);
    const open = new Set(claims);
    for (const process of [labels.safe, labels.harm, believing]) process.reset();
    for (let n = 1; n <= PAIRS && open.size > 0; n += 1) {
      const facts = judgedPair(random, pairs, traits, people);
      const verdict = facts.status === 'judged' ? (facts.verdict ?? 0) : 0;
      for (const claim of open) {
        const process = claim === 'alone' ? alone : claim === 'believed' ? believing : null;
        const e = claim === 'safe' || claim === 'harm' ? labels[claim].add(facts) : (process?.add(verdict) ?? 0);
        if (e < BAR) continue;
        open.delete(claim);
        made[claim] += 1;
      }
    }
  }
  const { safe, harm, believed, alone } = made;
  return { safe: safe / runs, harm: harm / runs, believed: believed / runs, alone: alone / runs };
}

/** The judge-alone test; null where its canaries say that it is not fit for one. */
function aloneProcess(random: Random, traits: Traits): EProcess | null {
  const { detected, falseWins } = tryJudge(random, traits, 100);
  const sensitivity = judgeSensitivity({
    detectionLower: clopperPearson(detected, 100)[0],
    falseWinsUpper: clopperPearson(falseWins, 100)[1],
  });
  const boundary = judgeBoundary(MARGIN, sensitivity);
  if (boundary === null) return null;
  const process = eProcess(boundary.safe);
  process.reset();
  return process;
}

it('with labels makes no false claim at the boundary, whatever is planted in the judge', () => {
  const runs = 60 * SCALE;
  const rows = JUDGES.map(([name, traits, people], at) => {
    const made = sharesOf(['safe', 'harm', 'believed', 'alone'], runs, 3000 + at, [AT_BOUNDARY, traits, people]);
    return {
      judge: name,
      'labels: GO': made.safe,
      'labels: harm': made.harm,
      'judge believed: GO': made.believed,
      'with J: GO': made.alone,
    };
  });
  printTable(`False claims at a true .45, d = .05, labels at .1, ${PAIRS} pairs, level .05, ${runs} runs`, rows);
  for (const row of rows) {
    expect(row['labels: GO']).toBeLessThanOrEqual(threeErrors(0.05, runs));
    expect(row['labels: harm']).toBeLessThanOrEqual(threeErrors(0.05, runs));
  }
  for (const row of rows.filter(({ judge }) => judge === 'always TIE' || judge === 'ties half')) {
    expect(row['with J: GO']).toBe(0);
  }
  // The same simulation fools whoever believes the judge.
  const fooled = rows.filter((row) => row['judge believed: GO'] > 0.9).map((row) => row.judge);
  expect(fooled).toEqual(expect.arrayContaining(['length bias .4', 'all three', 'always TIE', 'ties half']));
});

it('says GO on a good judge alone, and not on one that always ties or ties half', () => {
  const runs = 30 * SCALE;
  const rows = JUDGES.slice(0, 7).map(([name, traits, people], at) => {
    const { safe, alone } = sharesOf(['safe', 'alone'], runs, 3100 + at, [NO_DIFFERENCE, traits, people]);
    return { judge: name, 'labels: GO': safe, 'judge alone: GO': alone };
  });
  printTable(`GO without a true difference, d = .05, ${PAIRS} pairs, level .05, ${runs} runs`, rows);
  const aloneOf = (name: string): number => rows.find((row) => row.judge === name)?.['judge alone: GO'] ?? 9;
  expect(aloneOf('always TIE')).toBe(0);
  // Its true J is .5, the limit itself: the bounds from the canaries let it in with probability .05 at most.
  expect(aloneOf('ties half')).toBeLessThanOrEqual(0.05);
  expect(aloneOf('sees 9 in 10')).toBeGreaterThan(0.9);
  for (const row of rows) expect(row['labels: GO']).toBeGreaterThan(0.3);
});

it('needs so many pairs without a true difference', () => {
  const runs = 200 * SCALE;
  const known = [
    [0.9, 3120],
    [0.7, 4550],
  ] as const;
  const rows = known.map(([sees, planned], at) => {
    const random = seeded(3200 + at);
    const process = labelProcess(DESIGN);
    const sorted = Array.from({ length: runs }, () => {
      process.reset();
      let n = 1;
      while (process.add(judgedPair(random, { ...NO_DIFFERENCE, ties: 0 }, { ...FAIR, sees }, ALL_ANSWER)) < BAR)
        n += 1;
      return n;
    }).toSorted((a, b) => a - b);
    const quantile = (p: number): number => sorted[Math.ceil(p * runs) - 1] ?? 0;
    return { 'judge sees': sees, median: quantile(0.5), '80 %': quantile(0.8), planned };
  });
  printTable(`Pairs to GO with labels at .1, no true difference, what is not seen is a tie, ${runs} runs`, rows);
  for (const row of rows) expect(Math.abs(row['80 %'] / row.planned - 1)).toBeLessThan(0.15);
});

it('is the evidence that is stored: the same e-values from slices, bytes and merging', () => {
  const random = seeded(3300);
  const [, traits] = JUDGES[4] as (typeof JUDGES)[number];
  const process = { safe: labelProcess(DESIGN), harm: labelProcess(DESIGN, 'harm') };
  let stored = encodeWinRate(emptyWinRate(DESIGN));
  for (let slice = 0; slice < 40; slice += 1) {
    const rate = emptyWinRate(DESIGN);
    const e = { safe: 0, harm: 0 };
    for (let n = 0; n < 50; n += 1) {
      const facts = judgedPair(random, AT_BOUNDARY, traits, LOSSES_STAY_UNANSWERED);
      addPreference(rate, facts, 0.5);
      e.safe = process.safe.add(facts, 0.5);
      e.harm = process.harm.add(facts, 0.5);
    }
    const merged = mergeWinRates(decodeWinRate(stored), rate);
    stored = encodeWinRate(merged);
    const claims = winRateClaims(merged);
    expect(claims.safe.logE).toBeCloseTo(Math.log(e.safe), 7);
    expect(claims.harm.logE).toBeCloseTo(Math.log(e.harm), 7);
  }
});
