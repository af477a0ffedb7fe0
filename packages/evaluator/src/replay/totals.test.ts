import { expect, it } from 'vitest';
import { evidenceDaysOf } from '../ledger/evidence-days.js';
import { closeJudged } from '../tally/close-win-rate.js';
import type { StreamTally } from '../tally/close-slice.js';
import { encodeTally } from '../tally/codec.js';
import { addPair, emptyTally, mergeTallies, snapshot, type Tally } from '../tally/tally.js';
import { mergedDays, mergedTotals, Totals } from './totals.js';

const FIRST = 20_000;

function errorsOf(ties: number, losses: number): Tally {
  const tally = emptyTally(0.495);
  addPair(tally, { safe: 0.5, harm: 0.5, reference: 0, candidate: 0 }, 1, ties);
  addPair(tally, { safe: 0, harm: 0, reference: 0, candidate: 1 }, 1, losses);
  return tally;
}

function sliceOf(tally: Tally, stream = '_all', arm = 'small'): { tallies: readonly StreamTally[]; observed: [] } {
  return { tallies: [{ arm, stream, metric: 'errors', tally }], observed: [] };
}

/** Days and what the slices on them say, in order of start. */
const SLICES: readonly (readonly [day: number, tally: Tally])[] = [0, 0, 1, 1, 2, 5, 36, 37].map((day, at) => [
  FIRST + day,
  errorsOf(10 + at, at),
]);

const daysOf = (parts: readonly Totals[], arm = 'small') =>
  (evidenceDaysOf(mergedDays(parts)).get(arm) ?? []).map(({ day, gates }) => [
    day - FIRST,
    gates.errors === undefined ? null : snapshot(gates.errors).pairs,
  ]);

it('keeps sums by day of the overall stream of candidates, the first day and the last 35', () => {
  const totals = new Totals();
  for (const [day, tally] of SLICES) {
    totals.addSlice(day, sliceOf(tally));
    totals.addSlice(day, sliceOf(tally, 'refunds'));
    totals.addSlice(day, sliceOf(tally, '_all', 'aa'));
  }
  expect(daysOf([totals])).toEqual([
    [0, 22],
    [5, 20],
    [36, 22],
    [37, 24],
  ]);
  expect([...evidenceDaysOf(mergedDays([totals])).keys()]).toEqual(['small']);
  const errors = mergedTotals([totals]).find(({ arm, stream }) => arm === 'small' && stream === '_all');
  expect(errors?.bytes).toEqual(encodeTally(SLICES.map(([, tally]) => tally).reduce(mergeTallies)));
});

it('counts the days of each candidate from its own first one', () => {
  const totals = new Totals();
  for (const [at, [day, tally]] of SLICES.entries()) {
    totals.addSlice(day, sliceOf(tally));
    if (at >= 2) totals.addSlice(day, sliceOf(tally, '_all', 'later'));
  }
  expect(daysOf([totals], 'later').map(([day]) => day)).toEqual([1, 5, 36, 37]);
});

it('says of days the same, however the slices are split, as far as a test may begin on them', () => {
  const whole = new Totals();
  for (const [day, tally] of SLICES) whole.addSlice(day, sliceOf(tally));
  const begun = (parts: readonly Totals[]) => mergedDays(parts).filter(({ day }) => day === FIRST || day > FIRST + 2);
  for (const shards of [2, 3, 8]) {
    const parts = Array.from({ length: shards }, () => new Totals());
    for (const [at, [day, tally]] of SLICES.entries()) parts[at % shards]?.addSlice(day, sliceOf(tally));
    expect(begun(parts)).toEqual(begun([whole]));
  }
});

it('keeps the win rate of a day beside its gates', () => {
  const totals = new Totals();
  const facts = { status: 'judged', verdict: 1, label: 'not_offered' } as const;
  const input = { pairs: [{ arm: 'small', segment: 'chat', pi: 1, facts }], absent: [], piMin: 1, margin: 0.05 };
  for (const day of [FIRST, FIRST + 1, FIRST + 1]) totals.addStored(day, closeJudged(input, 0.9));
  const days = evidenceDaysOf(mergedDays([totals])).get('small') ?? [];
  expect(days.map(({ preference }) => preference?.judged && snapshot(preference.judged.harm).pairs)).toEqual([1, 2]);
});
