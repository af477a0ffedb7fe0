import { expect, it } from 'vitest';
import { decide } from '../../packages/evaluator/src/decide/decide.js';
import type { EvidenceDay } from '../../packages/evaluator/src/ledger/snapshot.js';
import { addPair, emptyTally, mergeTallies, type Tally } from '../../packages/evaluator/src/tally/tally.js';
import { eProcess, threeErrors } from './e-process.js';
import { foundOf } from './found.js';
import { type Random, seeded } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';
import { AT_LEVEL_05, Run } from './world.js';

const MARGIN = 0.02;
const M = (1 - MARGIN) / 2;

it('doubts a candidate that stays at its margin no more often than it may, over 30 days', () => {
  const runs = 60 * SCALE;
  const [days, pairs, level] = [30, 60, 0.05];
  const random = seeded(7000);
  // Harm is tested on 1 - x: at the margin its mean is exactly 1 - m.
  const m = 0.55;
  let fooled = 0;
  let doubted = 0;
  for (let run = 0; run < runs; run += 1) {
    const begun: ReturnType<typeof eProcess>[] = [];
    let [plain, believed] = [false, false];
    for (let day = 1; day <= days && !believed; day += 1) {
      begun.push(eProcess(m));
      begun.at(-1)?.reset();
      for (let pair = 0; pair < pairs && !believed; pair += 1) {
        const x = Number(random.chance(m));
        for (const [at, process] of begun.entries()) {
          const e = process.add(x);
          const d = at + 1;
          if (d === 1) continue;
          plain ||= e >= 1 / level;
          believed ||= e >= (d * (d + 1)) / level;
        }
      }
    }
    if (plain) fooled += 1;
    if (believed) doubted += 1;
  }
  const row = { 'each day at .05': fooled / runs, 'at .05 / (d (d + 1))': doubted / runs };
  printTable(`Some false doubt, ${days} days of ${pairs} pairs at the boundary, a look after each, ${runs} runs`, [
    row,
  ]);
  expect(row['each day at .05']).toBeGreaterThan(0.15);
  expect(row['at .05 / (d (d + 1))']).toBeLessThanOrEqual(threeErrors(level, runs));
});

/** A day of pairs of which the candidate alone fails in so many. */
function dayOf(random: Random, pairs: number, failing: number): Tally {
  const tally = emptyTally(M);
  let failed = 0;
  for (let at = 0; at < pairs; at += 1) if (random.chance(failing)) failed += 1;
  addPair(tally, { safe: 0, harm: 0, reference: 0, candidate: 1 }, 1, failed);
  addPair(tally, { safe: 0.5, harm: 0.5, reference: 0, candidate: 0 }, 1, pairs - failed);
  return tally;
}

/** Days from the change on that say GO, by all evidence alone and with what each day's own process says. */
function looks(random: Random, { good, days, pairs }: { good: number; days: number; pairs: number }) {
  const policy = { ...AT_LEVEL_05, gates: { errors: { margin: MARGIN } } };
  const evidenceDays: EvidenceDay[] = [];
  let total = emptyTally(M);
  let before = false;
  const go = { whole: 0, byDay: 0 };
  let reason: string = '';
  for (let day = 0; day < days; day += 1) {
    const errors = dayOf(random, pairs, day < good ? 0 : 0.06);
    total = mergeTallies(total, errors);
    evidenceDays.push({ day: 20_000 + day, gates: { errors }, preference: null });
    const input = { ...new Run(policy).input(), streams: { _all: { errors: total } } };
    const whole = decide(input).state === 'go';
    const verdict = decide({ ...input, evidenceDays });
    if (day === good - 1) before = verdict.state === 'go';
    if (day < good) continue;
    if (whole) go.whole += 1;
    if (verdict.state === 'go') go.byDay += 1;
    else if (whole) reason = verdict.reason;
  }
  return { before, go, reason };
}

it('takes a GO back soon from a candidate that was good for twenty days and is not any more', () => {
  const runs = 10 * SCALE;
  const random = seeded(7100);
  const all = Array.from({ length: runs }, () => looks(random, { good: 20, days: 32, pairs: 500 }));
  const mean = (of: (one: (typeof all)[number]) => number): number => all.reduce((sum, one) => sum + of(one), 0) / runs;
  const row = {
    'GO before': mean(({ before }) => Number(before)),
    'days of GO, by the mean so far': mean(({ go }) => go.whole),
    'with a process a day': mean(({ go }) => go.byDay),
  };
  printTable(`A candidate that fails in 6 % from day 21 on, at most 2 % allowed, 500 pairs a day, ${runs} runs`, [row]);
  foundOf('degrading', {
    without: row['days of GO, by the mean so far'],
    with: row['with a process a day'],
    atMost: 2.5,
  });
  expect(row['GO before']).toBe(1);
  expect(row['days of GO, by the mean so far']).toBeGreaterThan(5);
  expect(row['with a process a day']).toBeLessThan(2.5);
  expect(new Set(all.map(({ reason }) => reason))).toEqual(new Set(['degrading']));
});
