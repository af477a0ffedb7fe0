import type { RunState } from '../ledger/snapshot.js';
import type { Range, Verdict } from './verdict.js';

/** What a pace is read off: pairs of evidence, and how long the slices they are of have taken. */
export interface SoFar {
  readonly pairs: number;
  readonly ms: number;
}

/** The least time a pace is read off. */
export const SHORTEST_MS = 60_000;
/** The least that is a pace. */
const FEWEST = 30;

/** What a candidate of a run has got so far. */
export function soFarOf(
  { firstSliceAt, closedThrough }: Pick<RunState, 'firstSliceAt' | 'closedThrough'>,
  pairs: number,
): SoFar {
  return { pairs, ms: firstSliceAt === null || closedThrough === null ? 0 : closedThrough - firstSliceAt };
}

/**
 * How long the pairs that are still needed will take at the rate so far, in milliseconds: the same range as theirs. Null where no number of
 * pairs can be given, or too little has been seen. Pure.
 */
function timeLeft({ remaining }: Pick<Verdict, 'remaining'>, { pairs, ms }: SoFar): Range | null {
  if (remaining === null || pairs < FEWEST || ms < SHORTEST_MS) return null;
  return { low: (remaining.low * ms) / pairs, high: (remaining.high * ms) / pairs };
}

/** The verdict with how long it may take in its sentence, where all it lacks is pairs. Pure. */
export function withTimeLeft(verdict: Verdict, soFar: SoFar): Verdict {
  const left = verdict.state === 'hold' && verdict.reason === 'insufficient' ? timeLeft(verdict, soFar) : null;
  if (left === null) return verdict;
  const [low, high] = [spanText(left.low), spanText(left.high)];
  const span = low === high ? low : `${low} to ${high}`;
  return {
    ...verdict,
    timeLeftMs: left,
    sentence: verdict.sentence.replace(/\.$/, `; about ${span} at the rate so far.`),
  };
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A span as people say it: `40 s`, `25 min`, `3 h 20 min`, `2 d 4 h`. */
export function spanText(ms: number): string {
  if (ms < MINUTE) return `${Math.ceil(ms / 1000)} s`;
  if (ms < HOUR) return `${Math.round(ms / MINUTE)} min`;
  if (ms < DAY) return inTwo(Math.round(ms / (10 * MINUTE)) * 10, 60, 'h', 'min');
  return ms < 10 * DAY ? inTwo(Math.round(ms / HOUR), 24, 'd', 'h') : `${Math.round(ms / DAY)} d`;
}

function inTwo(whole: number, per: number, large: string, small: string): string {
  const [many, rest] = [Math.floor(whole / per), whole % per];
  return rest === 0 ? `${many} ${large}` : `${many} ${large} ${rest} ${small}`;
}
