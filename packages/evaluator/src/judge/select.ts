import { createHmac } from 'node:crypto';
import { ConfigurationError } from '@understudy/instrumentation/experiment';

/** Which pairs a judge is asked about. Part of the policy: the rates enter what is stored on each pair. */
export interface Selection {
  /** Probability of a pair that no stratum takes, in (0,1]. */
  readonly rate: number;
  /** By how much the two answers agree, the smallest bound first. A pair is of the first stratum whose bound its agreement is below. */
  readonly strata?: readonly Stratum[];
}

export interface Stratum {
  /** In (0,1]: of pairs whose agreement is below it. */
  readonly below: number;
  /** Probability to be judged, in (0,1]. */
  readonly rate: number;
}

/** What is drawn for; `side`: which answer a person is shown first. Draws for different purposes are independent. */
export type DrawPurpose = 'judge' | 'label' | 'canary' | 'side';

export interface Drawn {
  readonly drawn: boolean;
  /** The probability it was drawn with, in (0,1]. */
  readonly probability: number;
  /** To be stored on the pair: the product with the probability the pair itself was sampled with. */
  readonly pi: number;
}

export interface PairToDraw {
  readonly pairId: string;
  /** The probability the pair was sampled with, in (0,1]. */
  readonly pi: number;
  /** Of the two answers, in [0,1], from scores known before any judge; null where nothing says it. */
  readonly agreement: number | null;
  /** Equal answers are a tie for nothing: they are always in. */
  readonly exact: boolean;
}

/** @throws ConfigurationError for a rate or a bound outside (0,1], and bounds that do not rise */
export function checkSelection({ rate, strata = [] }: Selection): void {
  const share = (name: string, value: number): string[] =>
    value > 0 && value <= 1 ? [] : [`${name}: expected a number in (0,1], got ${value}`];
  const issues = [
    ...share('judge.rate', rate),
    ...strata.flatMap((one, at) => [
      ...share(`judge.strata.${at}.below`, one.below),
      ...share(`judge.strata.${at}.rate`, one.rate),
      ...(at > 0 && !(one.below > (strata[at - 1]?.below ?? 0))
        ? [`judge.strata.${at}.below: expected it to rise`]
        : []),
    ]),
  ];
  if (issues.length > 0) throw new ConfigurationError('judge', issues);
}

/**
 * Draws whether a pair is judged, and says with which probability, so that the evidence can be weighed by pi_min / pi.
 *
 * Deterministic in the pair's id: any replica and any delivery draws alike. No rate goes so low that pi falls below `piMin`: a pair
 * that was judged and is then refused for its pi would be paid for nothing. A pair sampled with less than piMin is drawn with 1.
 *
 * @param key Secret: whoever can guess a draw can behave for the judge alone.
 */
export function drawForJudging(pair: PairToDraw, selection: Selection, piMin: number, key: string): Drawn {
  const wanted = pair.exact ? 1 : rateOf(pair.agreement, selection);
  const probability = Math.min(1, Math.max(wanted, piMin / pair.pi));
  return { drawn: draw('judge', pair.pairId, key) < probability, probability, pi: pair.pi * probability };
}

/** Uniform in [0,1) with 53 bits, from HMAC-SHA-256 of purpose and id: compare it with a probability. */
export function draw(purpose: DrawPurpose, id: string, key: string): number {
  const digest = createHmac('sha256', key).update(`understudy-${purpose}\0${id}`).digest();
  return Number(digest.readBigUInt64BE(0) >> 11n) / 2 ** 53;
}

/** An agreement nobody knows is in no stratum. */
function rateOf(agreement: number | null, { rate, strata = [] }: Selection): number {
  if (agreement === null) return rate;
  return strata.find(({ below }) => agreement < below)?.rate ?? rate;
}
