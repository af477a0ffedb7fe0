import { SEGMENT_ALL } from '@understudy/instrumentation/trial';
import type { FeatureName } from './answer-bins.js';
import type { Distribution } from './distribution.js';
import { DAY_MS } from './day.js';
import { DAYS_BEFORE, type Drift, driftOf } from './drift.js';
import { type Shift, shiftsBetween } from './shift.js';

/** A feature in which the incumbent's own answers have changed. */
export interface PrimaryDrift {
  readonly feature: FeatureName;
  /** Epoch day; answers of it, and of the days before. */
  readonly day: number;
  readonly answers: number;
  readonly before: number;
  /** Population stability index. */
  readonly index: number;
}

/** Whole days that are known: of calls that started from `from` on, and closed `through`; epoch ms. */
export interface Known {
  readonly from: number | null;
  readonly through: number | null;
}

/** Primaries of a stream on a day (epoch days). */
interface Day {
  readonly stream: string;
  readonly day: number;
  readonly answers: Distribution;
}

/** A run that begins in the first hour of a day has the whole of it. */
const BEGUN_MS = 3_600_000;

/** Above it answers are of another kind, by custom. */
const SHIFTED = 0.25;

/** Answers on each side: with 200 chance alone exceeds .25 on six days of ten where answers have many forms, with 500 on none of a thousand. */
const ENOUGH = 500;

/** The share of a day's answers that segments must tell of before a shift that none of them shows is none. */
const LEAST_TOLD = 0.9;

/**
 * Where the incumbent has changed on the last whole day (UTC) against those of the week before; null where it has not, or nobody can tell. Pure.
 *
 * Whole days only: the first hours of a day are of other regions than the rest of it. And a shift of the whole that none of the segments shows is
 * one of how much there is of each, such as a rate that was changed: no answer is another one for it.
 *
 * @param days Of the whole stream, and of the segments where that has shifted.
 */
export function primaryDrift(days: readonly Day[], { from, through }: Known): PrimaryDrift | null {
  if (from === null || through === null) return null;
  const whole = days.filter(({ day }) => day * DAY_MS + BEGUN_MS > from && (day + 1) * DAY_MS <= through);
  const streams = Map.groupBy(whole, ({ stream }) => stream);
  const overall = driftOf(streams.get(SEGMENT_ALL) ?? []);
  if (overall === null) return null;
  const parts = [...streams].flatMap(([stream, own]) => (stream === SEGMENT_ALL ? [] : (driftOf(own) ?? [])));
  const usual = usualOf(streams.get(SEGMENT_ALL) ?? [], overall.day);
  const shifted = overall.shifts.filter(
    (shift) => isShifted(shift) && !usual.has(shift.feature) && isOfAnswers(shift, overall.day, parts),
  );
  const [worst] = shifted.toSorted((a, b) => (b.stability ?? 0) - (a.stability ?? 0));
  if (worst === undefined) return null;
  const { feature, current, reference, stability } = worst;
  return { feature, day: overall.day, answers: current, before: reference, index: stability ?? 0 };
}

/** The features in which a day is as the same day of the week before was: weekends are of other users, week by week. */
function usualOf(days: readonly Day[], last: number): ReadonlySet<FeatureName> {
  const on = (wanted: number): Distribution | undefined => days.find(({ day }) => day === wanted)?.answers;
  const [before, now] = [on(last - DAYS_BEFORE), on(last)];
  if (before === undefined || now === undefined) return new Set();
  const told = shiftsBetween(before, now).filter(({ reference, current }) => Math.min(reference, current) >= ENOUGH);
  return new Set(told.filter((shift) => !isShifted(shift)).map(({ feature }) => feature));
}

function isShifted({ stability, reference, current }: Shift): boolean {
  return Math.min(reference, current) >= ENOUGH && (stability ?? 0) > SHIFTED;
}

/** What lies in segments too small to tell may be all of it, unless there is little. */
function isOfAnswers({ feature, current: answers }: Shift, day: number, parts: readonly Drift[]): boolean {
  const own = parts.filter((part) => part.day === day).flatMap(({ shifts }) => shifts);
  const known = own.filter((one) => one.feature === feature && Math.min(one.reference, one.current) >= ENOUGH);
  const told = known.reduce((sum, { current }) => sum + current, 0);
  return told < LEAST_TOLD * answers || known.some(isShifted);
}
