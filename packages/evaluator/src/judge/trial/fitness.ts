import { logMeanExp } from '../../stats/e-value.js';
import { LEAST_SENSITIVITY } from '../../stats/judge-boundary.js';
import { rateSequence } from '../../stats/rate-sequence.js';
import { logLengthBias, paddedCounts } from './length-bias.js';
import { modelChange } from './model-change.js';
import { sensitivityOf, trialCounts, triesOf } from './health-rates.js';
import type { JudgeHealth } from './judge-health.js';

/** What a judge may do at most, as shares in [0,1]. */
export interface HealthLimits {
  /** Of canaries: false wins. */
  readonly falseWins: number;
  /** Of padded canaries: {@link logLengthBias}. In (0,.16). */
  readonly lengthBias: number;
  /** Of pairs and canaries put to it: abstentions. */
  readonly abstained: number;
  /** Of pairs asked in both orders: the orders say different things. */
  readonly disagreed: number;
  /** Of verdicts that name a place: more than a half plus this for one of the two. */
  readonly positionBias: number;
  /** J, from so many canaries on. */
  readonly sensitivity: number;
  readonly canaries: number;
  /** Probability that a judge at a limit is ever called unfit, for each limit. */
  readonly alpha: number;
}

/**
 * A false win is a broken answer, or nothing at all, preferred in both orders: one in a hundred is many. At .01 a judge with a tenth of false
 * wins is found out after 33 canaries in the median and within 150 in 99.6 % of runs; at .02 it takes 42, and 3 % take more than 150.
 */
export const HEALTH_LIMITS: HealthLimits = {
  falseWins: 0.01,
  lengthBias: 0.05,
  abstained: 0.2,
  disagreed: 0.5,
  positionBias: 0.25,
  sensitivity: LEAST_SENSITIVITY,
  canaries: 200,
  alpha: 0.05,
};

export type UnfitReason =
  | 'false_wins'
  | 'length_bias'
  /** Over labels that name a side, the longer answer is a better judge. */
  | 'no_lift'
  | 'insensitive'
  | 'abstains'
  | 'inconsistent'
  | 'position_bias'
  /** It saw what it was shown before the run, and does not any more: `{@link Vigil}`. */
  | 'blind'
  /** Followed by which: `other_model (b in place of a)`. */
  | `other_model${string}`;

/** `untried`: nothing is against it, and there are too few canaries for J. */
export interface Fitness {
  readonly state: 'untried' | 'fit' | 'unfit';
  readonly reasons: readonly UnfitReason[];
}

/**
 * Whether a judge may decide. May be asked after every canary and every pair: each limit but J is tested so that looking often makes nobody
 * unfit. J is a bound at a fixed number of canaries: freeze it on the run when they are judged. `unfit` is to be latched by whoever stores it:
 * later verdicts do not mend earlier ones.
 */
export function fitnessOf(health: JudgeHealth, limits: HealthLimits = HEALTH_LIMITS): Fitness {
  const { pairs, positions, labels } = health;
  const { all, faultless } = trialCounts(health);
  const { alpha } = limits;
  const above = (count: number, of: number, limit: number): boolean =>
    of > 0 && rateSequence(count, of, { alpha, tOpt: 100 })[0] > limit;
  const { asked, abstained } = triesOf(health);
  const tried = all.given >= limits.canaries;
  const change = modelChange(health);
  const named = positions.first + positions.second;
  const placed = Math.max(positions.first, positions.second);
  const tests: readonly (readonly [UnfitReason, boolean])[] = [
    ['false_wins', logFalseWins(faultless.falseWins, faultless.given, limits.falseWins) >= Math.log(1 / alpha)],
    ['length_bias', logLengthBias(paddedCounts(health), limits.lengthBias) >= Math.log(1 / alpha)],
    ['no_lift', above(labels.behind, labels.ahead + labels.behind, 0.5)],
    ['insensitive', tried && sensitivityOf(health) < limits.sensitivity],
    ['abstains', above(abstained, asked, limits.abstained)],
    ['inconsistent', above(pairs.disagreed, pairs.agreed + pairs.disagreed, limits.disagreed)],
    ['position_bias', above(placed, named, 0.5 + limits.positionBias)],
    [`other_model (${change})`, change !== null],
  ];
  const reasons = tests.flatMap(([reason, failed]) => (failed ? [reason] : []));
  return { state: reasons.length > 0 ? 'unfit' : tried ? 'fit' : 'untried', reasons };
}

/** What false wins are held to be where they are too many, in multiples of the limit. */
const TOO_MANY = [3, 5] as const;

/**
 * ln of the e-value against "false wins are at most `limit`": the mean of the likelihood ratios of two larger rates, so that two counts are
 * all it needs. While the rate is at most `limit`, each ratio is a nonnegative supermartingale that starts at 1: it reaches ln(1/alpha) with
 * probability at most alpha, at any look (Ville; Wald's sequential test, "Sequential tests of statistical hypotheses", 1945, mixed over two
 * alternatives). The bets of the gates reach for far larger rates as well, and find a tenth within 150 in 97.8 % where these do in 99.6 %.
 */
function logFalseWins(falseWins: number, given: number, limit: number): number {
  const ratio = (rate: number): number =>
    falseWins * Math.log(rate / limit) + (given - falseWins) * Math.log((1 - rate) / (1 - limit));
  return logMeanExp(TOO_MANY.map((times) => ratio(Math.min(0.9, times * limit))));
}
