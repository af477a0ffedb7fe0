import { BETS, betTerms } from '../stats/bets.js';
import { logEValue, logLargest } from '../stats/e-value.js';
import type { Wagered } from '../stats/mean-by-bets.js';
import type { Mark, Observation } from './observation.js';

/**
 * The evidence of a set of pairs for one gate, as integers: adding and merging in any order give the same tally.
 *
 * Made by {@link emptyTally}; only the functions of this folder look inside.
 */
export interface Tally {
  /** The boundary the mean of x is tested against. */
  readonly m: number;
  readonly sums: Sums;
  /** Pairs not yet folded into the sums, counted by what they say: most gates see three different values. */
  readonly pending: Map<string, Pending>;
}

interface Pending {
  readonly observation: Observation;
  readonly weight: number;
  count: number;
}

/** Everything a tally is. `safe` and `harm` hold one sum a bet, in units of 2^-40; weighted sums are in units of 2^-32. */
export interface Sums {
  pairs: bigint;
  missing: bigint;
  wins: bigint;
  ties: bigint;
  losses: bigint;
  weight: bigint;
  reference: bigint;
  candidate: bigint;
  /** Pairs by their marks. */
  marked: bigint;
  unpricedIncumbent: bigint;
  unpricedCandidate: bigint;
  readonly safe: bigint[];
  readonly harm: bigint[];
}

/** The evidence for one claim. Natural logarithms. */
export interface Claim {
  readonly logE: number;
  /** The capital of the luckiest bet. */
  readonly logLargest: number;
}

/** A tally in plain numbers. */
export interface Snapshot {
  readonly m: number;
  /** Pairs of evidence the gate applies to, the missing ones included. */
  readonly pairs: number;
  readonly missing: number;
  /** Known pairs with x above, at and below 0.5. */
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  /** Mean level of the incumbent over the known pairs, each weighted by pi_min / pi; null with none. */
  readonly reference: number | null;
  readonly candidate: number | null;
  /** Pairs whose shadow took more than one may, of a gate on what calls take; which failed, of one on what answers are. */
  readonly marked: number;
  /** Pairs without a price of the incumbent's call, and of the candidate's. */
  readonly unpriced: { readonly incumbent: number; readonly candidate: number };
  readonly safe: Claim;
  readonly harm: Claim;
}

/** Distinct values kept unfolded: beyond it they are folded, which bounds memory and changes nothing else. */
const PENDING_LIMIT = 256;
const LEVEL_UNIT = 2 ** 32;

/** No evidence. `m` in (0,1) is the boundary of the gate. */
export function emptyTally(m: number): Tally {
  if (!(m > 0 && m < 1)) throw new RangeError(`expected m in (0,1), got ${m}`);
  return { m, sums: zero(), pending: new Map() };
}

/**
 * Adds `count` pairs that say the same, each with `weight` = pi_min / pi in (0,1]. Changes the tally.
 *
 * @throws RangeError for a number out of range; the tally is then unchanged.
 */
export function addPair(tally: Tally, observation: Observation, weight = 1, count = 1): void {
  const { safe, harm, reference, candidate, mark = '' } = observation;
  const key = `${safe} ${harm} ${reference} ${candidate} ${weight} ${mark}`;
  const known = tally.pending.get(key);
  if (known !== undefined) {
    known.count += count;
    return;
  }
  for (const value of [safe, harm, reference ?? 0, candidate ?? 0]) {
    if (!(value >= 0 && value <= 1)) throw new RangeError(`expected a number in [0,1], got ${value}`);
  }
  if (!(weight > 0 && weight <= 1)) throw new RangeError(`expected weight in (0,1], got ${weight}`);
  if (!(Number.isSafeInteger(count) && count >= 0)) throw new RangeError(`expected a count, got ${count}`);
  if (tally.pending.size >= PENDING_LIMIT) fold(tally);
  tally.pending.set(key, { observation, weight, count });
}

/**
 * The evidence of both sets of pairs. Neither argument changes.
 *
 * @throws RangeError where they were tested against different boundaries.
 */
export function mergeTallies(a: Tally, b: Tally): Tally {
  if (a.m !== b.m) throw new RangeError(`tallies of different boundaries cannot be merged: ${a.m} and ${b.m}`);
  const left = sumsOf(a);
  const right = sumsOf(b);
  const sums: Sums = {
    pairs: left.pairs + right.pairs,
    missing: left.missing + right.missing,
    wins: left.wins + right.wins,
    ties: left.ties + right.ties,
    losses: left.losses + right.losses,
    weight: left.weight + right.weight,
    reference: left.reference + right.reference,
    candidate: left.candidate + right.candidate,
    marked: left.marked + right.marked,
    unpricedIncumbent: left.unpricedIncumbent + right.unpricedIncumbent,
    unpricedCandidate: left.unpricedCandidate + right.unpricedCandidate,
    safe: left.safe.map((sum, g) => sum + (right.safe[g] ?? 0n)),
    harm: left.harm.map((sum, g) => sum + (right.harm[g] ?? 0n)),
  };
  return { m: a.m, sums, pending: new Map() };
}

/** The sums, with every pair folded in. */
export function sumsOf(tally: Tally): Sums {
  fold(tally);
  return tally.sums;
}

/** The tally in plain numbers. Cost: 64 exponentials. */
export function snapshot(tally: Tally): Snapshot {
  const sums = sumsOf(tally);
  const level = (sum: bigint): number | null => (sums.weight > 0n ? Number(sum) / Number(sums.weight) : null);
  return {
    m: tally.m,
    pairs: Number(sums.pairs),
    missing: Number(sums.missing),
    wins: Number(sums.wins),
    ties: Number(sums.ties),
    losses: Number(sums.losses),
    reference: level(sums.reference),
    candidate: level(sums.candidate),
    marked: Number(sums.marked),
    unpriced: { incumbent: Number(sums.unpricedIncumbent), candidate: Number(sums.unpricedCandidate) },
    safe: { logE: logEValue(sums.safe), logLargest: logLargest(sums.safe) },
    harm: { logE: logEValue(sums.harm), logLargest: logLargest(sums.harm) },
  };
}

/** The bets of both claims, of which a bound of the mean is read; of harm, the mean of 1 - x. */
export function betsOfTally(tally: Tally): { readonly safe: Wagered; readonly harm: Wagered } {
  const { pairs, missing, weight, safe, harm } = sumsOf(tally);
  const counts = { pairs: Number(pairs), known: Number(pairs - missing), weight: Number(weight) / LEVEL_UNIT };
  return { safe: { m: tally.m, capital: safe, ...counts }, harm: { m: 1 - tally.m, capital: harm, ...counts } };
}

function zero(): Sums {
  const bets = (): bigint[] => Array.from({ length: BETS }, () => 0n);
  return {
    pairs: 0n,
    missing: 0n,
    wins: 0n,
    ties: 0n,
    losses: 0n,
    weight: 0n,
    reference: 0n,
    candidate: 0n,
    marked: 0n,
    unpricedIncumbent: 0n,
    unpricedCandidate: 0n,
    safe: bets(),
    harm: bets(),
  };
}

function fold(tally: Tally): void {
  const { m, sums, pending } = tally;
  const safeTerms = new Float64Array(BETS);
  const harmTerms = new Float64Array(BETS);
  const few = Math.min(m, 1 - m) >= LEAST_BOUNDARY ? FEW : 0;
  for (const { observation, weight, count } of pending.values()) {
    if (count === 0) continue;
    const times = BigInt(count);
    const { safe, harm, reference, candidate, mark } = observation;
    sums.pairs += times;
    if (mark !== undefined) addMark(sums, mark, times);
    if (reference === null || candidate === null) {
      sums.missing += times;
    } else {
      if (safe > 0.5) sums.wins += times;
      else if (safe === 0.5) sums.ties += times;
      else sums.losses += times;
      sums.weight += times * scaled(weight);
      sums.reference += times * scaled(weight * reference);
      sums.candidate += times * scaled(weight * candidate);
    }
    if (count <= few) {
      addFew(safeTerms, termsOf(safe, m, weight), count);
      addFew(harmTerms, termsOf(1 - harm, 1 - m, weight), count);
    } else {
      addTerms(sums.safe, termsOf(safe, m, weight), times);
      addTerms(sums.harm, termsOf(1 - harm, 1 - m, weight), times);
    }
  }
  addTerms(sums.safe, safeTerms, 1n);
  addTerms(sums.harm, harmTerms, 1n);
  pending.clear();
}

function addMark(sums: Sums, mark: Mark, times: bigint): void {
  if (mark === 'over' || mark === 'failed') sums.marked += times;
  if (mark === 'unpriced_incumbent' || mark === 'unpriced_both') sums.unpricedIncumbent += times;
  if (mark === 'unpriced_candidate' || mark === 'unpriced_both') sums.unpricedCandidate += times;
}

/** Nearer to 0 or 1 (a margin that is nearly its floor) the largest bet on a pair is worth more. */
const LEAST_BOUNDARY = 0.001;

/**
 * Terms are whole numbers below 2^43 (m from .001 to .999), so that a number holds the sum of 2^10 of them exactly: so many are pending at the most that
 * are added as numbers. Of 10,000 different costs that takes 49 ms, and 190 ms as integers.
 */
const FEW = 2 ** 10 / PENDING_LIMIT;

function addFew(sums: Float64Array, terms: Float64Array, times: number): void {
  for (let g = 0; g < BETS; g += 1) sums[g] = (sums[g] ?? 0) + times * (terms[g] ?? 0);
}

function addTerms(sums: bigint[], terms: Float64Array, times: bigint): void {
  for (const [g, term] of terms.entries()) sums[g] = (sums[g] ?? 0n) + times * BigInt(term);
}

/** Of gates that see three values of x the terms are computed once. What has other values (costs, similarities) rarely has one twice. */
const TERMS = new Map<string, Float64Array>();
const TERMS_LIMIT = 1024;

function termsOf(x: number, m: number, weight: number): Float64Array {
  if (x !== 0 && x !== 0.5 && x !== 1) return betTerms(x, m, weight);
  const key = `${x} ${m} ${weight}`;
  let terms = TERMS.get(key);
  if (terms === undefined) {
    if (TERMS.size >= TERMS_LIMIT) TERMS.clear();
    terms = betTerms(x, m, weight);
    TERMS.set(key, terms);
  }
  return terms;
}

function scaled(level: number): bigint {
  return BigInt(Math.round(level * LEVEL_UNIT));
}
