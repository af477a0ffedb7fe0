import { cohenKappa } from '../stats/kappa.js';
import type { Claim } from './tally.js';
import { NUMBERS, winRateClaims, type WinRate, type WinRateNumber, winRateSums } from './win-rate.js';

/** A win rate in plain numbers. */
export interface WinRateSnapshot {
  readonly m: number;
  /** Pairs of evidence, the missing and the abstained ones included. */
  readonly pairs: number;
  readonly missing: number;
  /** Pairs that needed no judge, and those it abstained from. */
  readonly known: number;
  readonly abstained: number;
  /** Pairs offered to people, and those without an answer. */
  readonly offered: number;
  readonly unanswered: number;
  /** Known pairs and verdicts above, at and below .5. */
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  /** Mean preference as the judge and what is known have it, each pair weighted; null with none. */
  readonly judge: number | null;
  /** The same, corrected by how people differ from the judge on the pairs both saw; null without labels. */
  readonly corrected: number | null;
  /** Answered pairs with a verdict: rows by label, columns by verdict (the incumbent's better, tie, the candidate's). */
  readonly table: readonly (readonly number[])[];
  /** Cohen's kappa of that table; null where it has none. */
  readonly kappa: number | null;
  readonly safe: Claim;
  readonly harm: Claim;
}

/**
 * The win rate in plain numbers. `judge` and `corrected` leave out what is missing: they are shown, the claims decide.
 *
 * Source of `corrected`: Angelopoulos et al., "Prediction-powered inference" (arXiv:2301.09633), the mean.
 * Cost: 192 exponentials.
 */
export function winRateSnapshot(rate: WinRate): WinRateSnapshot {
  const sums = winRateSums(rate);
  const number = (name: WinRateNumber): number => Number(sums.numbers[NUMBERS.indexOf(name)] ?? 0n);
  const judge = number('weight') > 0 ? number('preference') / number('weight') : null;
  const correction =
    number('answered') > 0 ? (number('difference') / number('answered')) * (number('judged') / number('weight')) : null;
  const table = [0, 3, 6].map((row) => sums.table.slice(row, row + 3).map(Number));
  return {
    m: rate.design.m,
    pairs: number('pairs'),
    missing: number('missing'),
    known: number('known'),
    abstained: number('abstained'),
    offered: number('offered'),
    unanswered: number('unanswered'),
    wins: number('wins'),
    ties: number('ties'),
    losses: number('losses'),
    judge,
    corrected: judge === null || correction === null ? null : Math.min(1, Math.max(0, judge + correction)),
    table,
    kappa: cohenKappa(table),
    ...winRateClaims(rate),
  };
}
