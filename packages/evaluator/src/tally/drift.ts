import type { FeatureName } from './answer-bins.js';
import { type Distribution, mergeDistributions } from './distribution.js';
import { type Shift, shiftedFeatures, shiftsBetween } from './shift.js';

/** What the last day's primaries look like beside those of the seven days before; null where one of them has none. */
export interface Drift {
  readonly day: number;
  readonly answers: number;
  readonly before: number;
  readonly shifts: readonly Shift[];
  readonly shifted: readonly FeatureName[];
}

/** The drift of the primary in one stream. Pure. @param days What its answers look like by epoch day, in any order; those too long ago do not count. */
export function driftOf(days: readonly { readonly day: number; readonly answers: Distribution }[]): Drift | null {
  const last = days.reduce<(typeof days)[number] | null>((a, b) => (a !== null && a.day >= b.day ? a : b), null);
  if (last === null) return null;
  const before = days.filter(({ day }) => day < last.day && day >= last.day - DAYS_BEFORE);
  const [first, ...rest] = before.map(({ answers }) => answers);
  if (first === undefined) return null;
  const week = rest.reduce(mergeDistributions, first);
  const shifts = shiftsBetween(week, last.answers);
  return {
    day: last.day,
    answers: last.answers.answers,
    before: week.answers,
    shifts,
    shifted: shiftedFeatures(shifts),
  };
}

/** A day is held against the seven before it. */
export const DAYS_BEFORE = 7;
