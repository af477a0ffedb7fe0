import { BETS, betTerms, UNIT } from '../../stats/bets.js';

/**
 * What is remembered of a sequence whose mean may rise at a time nobody knows.
 *
 * Serves: finding a judge that was good when it was tried, and is not any more. A test over all canaries since then would first have to win
 * back what hundreds of good ones have cost it.
 * Form: the capital process of `bets` is begun anew at every observation n, with a part of a starting capital of 1; what has not
 * been put in yet, 1/(1 + ln(n + 1)) of it, is kept. While the mean of each observation given the past is at most m, the sum is a nonnegative supermartingale that starts
 * at 1, so that it reaches 1/alpha with probability at most alpha, at any look and for ever (Ville). Each bet is one number: the
 * recursion of Shiryaev and Roberts.
 * Source: Shin, Ramdas and Rinaldo, "E-detectors: a nonparametric framework for sequential change detection" (arXiv:2203.03532), with weights
 * that sum to one, which bounds the probability of a false alarm in place of how often there is one.
 * Cost: 32 multiplications an observation. Example: m = .04; after 500 observations of 0, eight of .5 are an alarm at alpha = .05.
 */
export interface Watch {
  readonly seen: number;
  /** Of each bet, what the observations so far have made of what was put on it. */
  readonly capital: readonly number[];
}

export const NEW_WATCH: Watch = { seen: 0, capital: Array.from({ length: BETS }, () => 0) };

/** Far above any bar, and far below what a number holds. */
const MOST = 1e200;

/**
 * After one more observation.
 *
 * @param x In [0,1]. @param m In (0,1): what the mean is to be at most, the same for all observations.
 */
export function watched(watch: Watch, x: number, m: number): Watch {
  const terms = betTerms(x, m, 1);
  const seen = watch.seen + 1;
  const begun = kept(seen) - kept(seen + 1);
  const capital = watch.capital.map((sum, g) => Math.min(MOST, (sum + begun) * Math.exp((terms[g] ?? 0) / UNIT)));
  return { seen, capital };
}

/** The evidence that the mean has been above m since some time, as a natural logarithm: an alarm at ln(1/alpha). */
export function logAlarm({ seen, capital }: Watch): number {
  const begun = capital.reduce((sum, one) => sum + one, 0) / BETS;
  return Math.log(begun + kept(seen + 1));
}

/** Of the capital of 1, what is left before the observation `n`. It falls so slowly that a late beginning is still worth betting on. */
function kept(n: number): number {
  return 1 / (1 + Math.log(n));
}
