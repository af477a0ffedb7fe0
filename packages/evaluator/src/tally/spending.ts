import { classOfError } from '../score/deltas/error-class.js';
import type { Outcome, PairFacts, Tokens } from './facts.js';
import { type Mark, MISSING, type Observation } from './observation.js';

/** At most `ratio` times what the incumbent's calls take in all, where one call takes `most` at most; both of one unit. */
export interface SpendingLimit {
  readonly ratio: number;
  readonly most: number;
}

/** What a shadow takes, in two readings: `high` is held against the claim that it is safe, `low` against the claim that it harms. */
interface Taken {
  readonly high: number;
  readonly low: number;
}

/** What the two calls took, or how the pair is marked where that is not known. */
type Both =
  | { readonly incumbent: number; readonly candidate: Taken; readonly mark?: undefined }
  | { readonly incumbent: null; readonly mark: Mark | undefined };

/** The boundary of x: E[x] > 1 / (1 + ratio) is E[S] < ratio E[P], of totals, whatever `most` is. */
export function spendingBoundary({ ratio }: Pick<SpendingLimit, 'ratio'>): number {
  return 1 / (1 + ratio);
}

/** What a pair says of money. `most` in nano-dollars. */
export function observeCost(facts: PairFacts, limit: SpendingLimit): Observation | null {
  return observeSpending(facts, limit, costs);
}

/** What a pair says of tokens: those of the input and of the output, as the providers counted them. */
export function observeTokens(facts: PairFacts, limit: SpendingLimit): Observation | null {
  return observeSpending(facts, limit, tokens);
}

/**
 * x = (ratio P - S + B) / ((1 + ratio) B) of what the primary and the shadow took, B = `most`. It applies to calls that the primary answered.
 *
 * Capping a call at B must not help a claim: for the safe claim a shadow above B has x = 0, for the harm claim a primary above B has x = 1.
 *
 * A failed shadow has taken what the primary did: a call that broke off is not cheap. Where its time was over it was still at work, and may have
 * been paid for: missing.
 */
function observeSpending(
  facts: PairFacts,
  { ratio, most }: SpendingLimit,
  read: (facts: PairFacts) => Both,
): Observation | null {
  const { primary, shadow } = facts;
  if (primary.status === 'missing') return MISSING;
  if (primary.status !== 'ok') return null;
  if (shadow.status === 'missing' || shadow.status === 'aborted' || isTimeout(shadow)) return MISSING;
  const both = read(facts);
  if (both.incumbent === null) return both.mark === undefined ? MISSING : { ...MISSING, mark: both.mark };
  const { incumbent, candidate } = both;
  const reference = Math.min(incumbent, most);
  // One that failed is only taken to be as dear as its primary.
  const isOver = shadow.status === 'ok' && candidate.high > most;
  const x = (taken: number): number => (ratio * reference - Math.min(taken, most) + most) / ((1 + ratio) * most);
  return {
    safe: isOver ? 0 : unit(x(candidate.high)),
    harm: incumbent > most ? 1 : unit(x(candidate.low)),
    reference: reference / most,
    candidate: Math.min(candidate.high, most) / most,
    ...(isOver && { mark: 'over' as const }),
  };
}

/** As billed. A shadow that read what its primary had just written to the provider's cache is cheap only as a shadow. */
function costs({ primary, shadow, notes }: PairFacts): Both {
  const [paid, otherPaid] = sidesOf(notes?.amounts.paid_cost);
  const [list, otherList] = sidesOf(notes?.amounts.list_cost);
  const failed = shadow.status !== 'ok';
  if (paid === null || (otherPaid === null && !failed)) {
    const unpriced = [
      paid === null && totalOf(primary) !== null,
      otherPaid === null && !failed && totalOf(shadow) !== null,
    ];
    return { incumbent: null, mark: markOf(unpriced[0] ?? false, unpriced[1] ?? false) };
  }
  if (otherPaid === null) return { incumbent: paid, candidate: { high: paid, low: paid } };
  // After a switch it would find the cache as the incumbent does now: its discount is the one it got, or the primary's on the same call.
  const asPrimary = list === null || otherList === null || list === 0 ? otherPaid : otherList * (paid / list);
  return {
    incumbent: paid,
    candidate: { high: Math.max(otherPaid, asPrimary), low: Math.min(otherPaid, asPrimary) },
  };
}

function markOf(incumbent: boolean, candidate: boolean): Mark | undefined {
  if (incumbent && candidate) return 'unpriced_both';
  if (incumbent) return 'unpriced_incumbent';
  return candidate ? 'unpriced_candidate' : undefined;
}

function tokens({ primary, shadow }: PairFacts): Both {
  const incumbent = totalOf(primary);
  const candidate = shadow.status === 'ok' ? totalOf(shadow) : incumbent;
  if (incumbent === null || candidate === null) return { incumbent: null, mark: undefined };
  return { incumbent, candidate: { high: candidate, low: candidate } };
}

/** Null where either kind was not counted. */
export function totalOf(outcome: Outcome): number | null {
  const counted: Tokens = outcome.status === 'ok' ? (outcome.tokens ?? {}) : {};
  const { input, output } = counted;
  return isAmount(input) && isAmount(output) ? input + output : null;
}

function sidesOf(
  amount: readonly (number | null)[] | undefined,
): readonly [primary: number | null, other: number | null] {
  const [primary, other] = amount ?? [];
  return [isAmount(primary) ? primary : null, isAmount(other) ? other : null];
}

/** The limit of ours, or of a gateway. */
export function isTimeout(outcome: Outcome): boolean {
  return outcome.status === 'error' && classOfError(outcome.type) === 'timeout';
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

/** Rounding may leave [0,1] by a hair. */
function unit(value: number): number {
  return Math.min(1, Math.max(0, value));
}
