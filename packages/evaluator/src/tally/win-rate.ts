import { checkLabelDesign, LABEL_BETS, labelBetTerms, type LabelDesign } from '../stats/label-bets.js';
import { logEValue, logLargest } from '../stats/e-value.js';
import type { Wagered } from '../stats/mean-by-bets.js';
import { isPreference, preferenceFor, type PreferenceFacts } from './preference.js';
import type { Claim } from './tally.js';

/**
 * The evidence of a set of pairs on the win rate, corrected by labels: integers, so that adding and merging in any order
 * give the same.
 *
 * Made by {@link emptyWinRate}; only the functions of this folder look inside.
 */
export interface WinRate {
  readonly design: LabelDesign;
  readonly sums: WinRateSums;
  /** Pairs not yet folded into the sums, counted by what they say. */
  readonly pending: Map<string, Pending>;
}

interface Pending {
  readonly facts: PreferenceFacts;
  readonly weight: number;
  count: number;
}

/**
 * Everything a win rate is. `numbers`: by {@link NUMBERS}; `table`: answered pairs with a verdict, row by label and column by
 * verdict (the incumbent's better, tie, the candidate's), row by row; `safe` and `harm`: one sum a bet, in units of 2^-40.
 */
export interface WinRateSums {
  readonly numbers: bigint[];
  readonly table: bigint[];
  readonly safe: bigint[];
  readonly harm: bigint[];
}

/** Counts first, then weighted sums in units of 2^-32. The order is that of the bytes. */
export const NUMBERS = [
  'pairs',
  'missing',
  'known',
  'abstained',
  'offered',
  'unanswered',
  'wins',
  'ties',
  'losses',
  /** Of the pairs with a verdict or known: weight, and weight times preference. */
  'weight',
  'preference',
  /** Of the judged ones among them: weight. */
  'judged',
  /** Of those that a person answered, too: weight, weight times label, weight times (label - verdict). */
  'answered',
  'label',
  'difference',
] as const;
export type WinRateNumber = (typeof NUMBERS)[number];

const PENDING_LIMIT = 256;
const LEVEL_UNIT = 2 ** 32;

/**
 * No evidence.
 *
 * @param design.m the boundary, .5 - d: labels need no allowance for the judge.
 * @param design.offered the policy's probability that a judged pair is offered to a person.
 */
export function emptyWinRate(design: LabelDesign): WinRate {
  checkLabelDesign(design);
  const zeros = (length: number): bigint[] => Array.from({ length }, () => 0n);
  return {
    design: { m: design.m, offered: design.offered },
    sums: { numbers: zeros(NUMBERS.length), table: zeros(9), safe: zeros(LABEL_BETS), harm: zeros(LABEL_BETS) },
    pending: new Map(),
  };
}

/**
 * Adds `count` pairs that say the same, each with `weight` = pi_min / pi in (0,1], where pi leaves out the label's own
 * probability. Changes the win rate. A number out of range counts as missing: a lost pair would be neutral.
 *
 * @throws RangeError for a weight or a count that is none; nothing is then changed.
 */
export function addPreference(rate: WinRate, facts: PreferenceFacts, weight = 1, count = 1): void {
  if (!(weight > 0 && weight <= 1)) throw new RangeError(`expected weight in (0,1], got ${weight}`);
  if (!(Number.isSafeInteger(count) && count >= 0)) throw new RangeError(`expected a count, got ${count}`);
  const sound: PreferenceFacts = isPreference(facts) ? facts : { status: 'missing' };
  const key = `${keyOf(sound)} ${weight}`;
  const known = rate.pending.get(key);
  if (known !== undefined) {
    known.count += count;
    return;
  }
  if (rate.pending.size >= PENDING_LIMIT) fold(rate);
  rate.pending.set(key, { facts: sound, weight, count });
}

/**
 * The evidence of both sets of pairs. Neither argument changes.
 *
 * @throws RangeError where they were gathered under different designs.
 */
export function mergeWinRates(a: WinRate, b: WinRate): WinRate {
  if (a.design.m !== b.design.m || a.design.offered !== b.design.offered) {
    throw new RangeError('win rates of different designs cannot be merged');
  }
  const left = winRateSums(a);
  const right = winRateSums(b);
  const added = (part: keyof WinRateSums): bigint[] => left[part].map((sum, at) => sum + (right[part][at] ?? 0n));
  return {
    design: a.design,
    sums: { numbers: added('numbers'), table: added('table'), safe: added('safe'), harm: added('harm') },
    pending: new Map(),
  };
}

/** The sums, with every pair folded in. */
export function winRateSums(rate: WinRate): WinRateSums {
  fold(rate);
  return rate.sums;
}

/** Both claims: E = mean over the trusts in the judge and the sizes of the bets. Cost: 192 exponentials. */
export function winRateClaims(rate: WinRate): { readonly safe: Claim; readonly harm: Claim } {
  const { safe, harm } = winRateSums(rate);
  return {
    safe: { logE: logEValue(safe), logLargest: logLargest(safe) },
    harm: { logE: logEValue(harm), logLargest: logLargest(harm) },
  };
}

/** The bets of both claims, of which a bound of the mean label is read; of harm, the mean of 1 - label. */
export function betsOfWinRate(rate: WinRate): { readonly safe: Wagered; readonly harm: Wagered } {
  const { numbers, safe, harm } = winRateSums(rate);
  const number = (name: WinRateNumber): number => Number(numbers[NUMBERS.indexOf(name)] ?? 0n);
  const counts = {
    pairs: number('pairs'),
    known: number('wins') + number('ties') + number('losses'),
    weight: number('weight') / LEVEL_UNIT,
    labels: rate.design,
  };
  const { m } = rate.design;
  return { safe: { m, capital: safe, ...counts }, harm: { m: 1 - m, capital: harm, ...counts } };
}

function fold(rate: WinRate): void {
  const { design, sums, pending } = rate;
  const mirrored = { m: 1 - design.m, offered: design.offered };
  for (const { facts, weight, count } of pending.values()) {
    if (count === 0) continue;
    const times = BigInt(count);
    countFacts(sums, facts, weight, times);
    addTerms(sums.safe, labelBetTerms(preferenceFor('safe', facts), design, weight), times);
    addTerms(sums.harm, labelBetTerms(preferenceFor('harm', facts), mirrored, weight), times);
  }
  pending.clear();
}

function addTerms(sums: bigint[], terms: Float64Array, times: bigint): void {
  for (const [at, term] of terms.entries()) sums[at] = (sums[at] ?? 0n) + times * BigInt(term);
}

function countFacts(sums: WinRateSums, facts: PreferenceFacts, weight: number, times: bigint): void {
  const add = (name: WinRateNumber, amount: bigint = 1n): void => {
    const at = NUMBERS.indexOf(name);
    sums.numbers[at] = (sums.numbers[at] ?? 0n) + times * amount;
  };
  add('pairs');
  if (facts.status === 'missing') return add('missing');
  if (facts.status === 'known') add('known');
  const label = facts.status === 'known' ? 'not_offered' : facts.label;
  if (label !== 'not_offered') add('offered');
  if (label === 'unanswered') add('unanswered');
  const x = facts.status === 'known' ? facts.x : facts.verdict;
  if (x === null) return add('abstained');
  add(side(x) === 0 ? 'losses' : side(x) === 1 ? 'ties' : 'wins');
  add('weight', scaled(weight));
  add('preference', scaled(weight * x));
  if (facts.status === 'known') return;
  add('judged', scaled(weight));
  if (typeof label !== 'number') return;
  add('answered', scaled(weight));
  add('label', scaled(weight * label));
  add('difference', scaled(weight * (label - x)));
  const cell = 3 * side(label) + side(x);
  sums.table[cell] = (sums.table[cell] ?? 0n) + times;
}

/** 0: the incumbent's is better, 1: a tie, 2: the candidate's. */
function side(x: number): number {
  return x < 0.5 ? 0 : x === 0.5 ? 1 : 2;
}

function scaled(level: number): bigint {
  return BigInt(Math.round(level * LEVEL_UNIT));
}

function keyOf(facts: PreferenceFacts): string {
  if (facts.status === 'missing') return 'missing';
  return facts.status === 'known' ? `known ${facts.x}` : `${facts.verdict} ${facts.label}`;
}
