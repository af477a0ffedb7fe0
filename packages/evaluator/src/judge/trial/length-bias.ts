import { logMeanExp } from '../../stats/e-value.js';
import type { JudgeHealth } from './judge-health.js';

/**
 * What a judge makes of padded canaries, in the trial and since: a pair x of which is
 *
 * - 1, the padded answer was named in both orders: it won by its length;
 * - .5, it was named in one order and the other one was a tie: against an answer that is worse, and longer, that is half a win;
 * - -.5, the plain one was named in one order and the other one was a tie: whoever likes a place, or names one by lot, does the one as often
 *   as the other, so that this takes out what is no liking for length;
 * - 0 otherwise. To name the plain one in both orders is right, and is held against nothing: a judge that mostly prefers the shorter one
 *   may still be won by length at times.
 */
export interface PaddedCounts {
  readonly judged: number;
  readonly won: number;
  readonly half: number;
  readonly against: number;
}

export function paddedCounts({
  canaries,
  beside,
  leanings,
}: Pick<JudgeHealth, 'canaries' | 'beside' | 'leanings'>): PaddedCounts {
  const sum = (field: 'given' | 'abstained' | 'falseWins'): number => canaries.padded[field] + beside.padded[field];
  return {
    judged: sum('given') - sum('abstained'),
    won: sum('falseWins'),
    half: leanings.padded,
    against: leanings.plain,
  };
}

/** The mean of x, in [-.5,1]; null where there are none. */
export function lengthBiasOf({ judged, won, half, against }: PaddedCounts): number | null {
  return judged === 0 ? null : (won + half / 2 - against / 2) / judged;
}

/** The sizes of the bets that it is more. With x of -.5 none may lose all: below 1 / (.5 + the limit). */
const MORE = [0.5, 1, 1.5] as const;
/** And that it is less. With x of 1 none may lose all: below 1 / (1 - the bound). */
const LESS = [0.5, 0.8, 1.1] as const;

/**
 * ln of the e-value against "the mean of x is at most `limit`": the mean of three bets that multiply themselves by 1 + size (x - limit) at
 * each canary. While the mean of x given the past is at most the limit, none is expected to grow, so that ln(1/alpha) is reached with
 * probability at most alpha, at any look (Ville). From the counts alone: the order does not matter.
 *
 * Source: Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting" (arXiv:2010.09686).
 * Example: limit .05; 6 of 6 won: ln of the mean of 1.475^6, 1.95^6 and 2.425^6 = 4.49, above ln 20.
 *
 * @param limit In (0,.16): the largest bet stays positive.
 */
export function logLengthBias(counts: PaddedCounts, limit: number): number {
  return logMeanExp(MORE.map((size) => grown(counts, (x) => size * (x - limit))));
}

/** The same against "the mean of x is at least `bound`". @param bound In [.1,1). Example: bound .2; 19 of 19 tied: 3.07. */
function logNoLengthBias(counts: PaddedCounts, bound: number): number {
  return logMeanExp(LESS.map((size) => grown(counts, (x) => size * (bound - x))));
}

/**
 * What a judge is to be shown free of before its word alone makes anything provisional, at .05: that no liking for length was found says little of
 * one who names places by lot, too.
 */
const NOT_SHOWN_BELOW = 0.2;
const ALPHA = 0.05;

/**
 * So many padded canaries more, all of them ties, until the judge is shown to like length by less than .2. 0: it is shown, by those so far.
 * Like a verdict, it must hold at the look.
 */
export function paddedLeft(counts: PaddedCounts): number {
  const isShown = (more: number): boolean =>
    logNoLengthBias({ ...counts, judged: counts.judged + more }, NOT_SHOWN_BELOW) >= Math.log(1 / ALPHA);
  let more = 0;
  while (!isShown(more) && more < MOST_LEFT) more += 1;
  return more;
}

/** More than that is not told apart. */
const MOST_LEFT = 1000;

function grown({ judged, won, half, against }: PaddedCounts, gain: (x: number) => number): number {
  const of = (count: number, x: number): number => count * Math.log1p(gain(x));
  return of(won, 1) + of(half, 0.5) + of(against, -0.5) + of(judged - won - half - against, 0);
}
