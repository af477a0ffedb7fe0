import { BETS, UNIT } from './bets.js';

/**
 * How much the judge is trusted between the labels, k: not at all, by half, fully. All three are bet on, so that nobody has
 * to know how good the judge is.
 */
export const TRUSTS: readonly number[] = [0, 0.5, 1];

/** One bet for each trust and size, the sizes of the first trust first. */
export const LABEL_BETS: number = TRUSTS.length * BETS;

/** The largest share of the capital one pair can lose. */
const BOLDEST = 0.5;

/** What is known of the preference in one pair, for one claim: numbers in [0,1], 1 = the candidate is better. */
export type Preference =
  /** It needed no judge, or there is none to be had: identical answers .5, only one role answered 0 or 1, missing 0. */
  | { readonly kind: 'known'; readonly x: number }
  /** The judge was asked and no person. */
  | { readonly kind: 'judged'; readonly judge: number }
  /** A person was asked, too. What stays unanswered is 0. */
  | { readonly kind: 'offered'; readonly judge: number; readonly label: number };

/** What is fixed before the first pair. */
export interface LabelDesign {
  /** The boundary the mean preference is tested against, in (0,1). */
  readonly m: number;
  /** The probability pi, in (0,1], with which a judged pair is offered to a person. */
  readonly offered: number;
}

/**
 * Z - m, whose mean over the draw of the offer is (label - m) whatever the judge says:
 *
 *     Z - m = k (f - m) (1 - xi/pi) + (xi/pi) (Y - m)      xi = 1: offered; Y the label, f the judge
 *
 * A pair that is known counts as it is, for every k: nobody was drawn to be asked about it.
 * Example: k = 1, pi = .1, m = .45, f = 1, not offered: .55; offered and Y = 0: .55 * -9 - 4.5 = -9.45.
 */
export function correctedPreference(preference: Preference, k: number, { m, offered }: LabelDesign): number {
  switch (preference.kind) {
    case 'known':
      return preference.x - m;
    case 'judged':
      return k * (preference.judge - m);
    case 'offered':
      return k * (preference.judge - m) * (1 - 1 / offered) + (preference.label - m) / offered;
  }
}

/**
 * floor(2^40 log(1 + lambda weight (Z - m))): what one pair adds to each bet that the mean label is above m.
 *
 * Serves: the win rate with labels, the only way to `go` on it. The judge makes it faster and cannot make it wrong: with the
 * offer drawn apart from everything else, the mean of Z is that of the labels, so a judge that is biased or always ties is
 * only of no use.
 * Assumes: pi fixed before the pair, the offer independent of the judge and the answers given the past.
 * lambda = (g/G) c / max(k m, k (1-m)(1/pi - 1) + m/pi), c = .5: no pair can lose more than half the capital of a bet.
 * Source: prediction-powered e-values (Csillag, Struchiner, Goedert, arXiv:2502.04294) with the rectifier of
 * Angelopoulos, Duchi, Zrnic, "PPI++" (arXiv:2311.01453); a fixed mixture over k in place of a fitted one, so that the
 * order of the pairs does not matter.
 * Cost: 96 logarithms per distinct pair. Example: pi = 1 gives the plain bets on the label, three times.
 *
 * @param weight pi_min / pi_i in (0,1], where pi_i leaves out the label's own probability.
 * @throws RangeError for a number out of range: a factor could turn negative.
 */
export function labelBetTerms(preference: Preference, design: LabelDesign, weight: number): Float64Array {
  checkLabelDesign(design);
  checkPreference(preference);
  if (!(weight > 0 && weight <= 1)) throw new RangeError(`expected weight in (0,1], got ${weight}`);
  const { m, offered } = design;
  const terms = new Float64Array(LABEL_BETS);
  for (const [at, k] of TRUSTS.entries()) {
    const worst = Math.max(k * m, k * (1 - m) * (1 / offered - 1) + m / offered);
    const distance = weight * correctedPreference(preference, k, design);
    for (let g = 1; g <= BETS; g += 1) {
      const lambda = ((g / BETS) * BOLDEST) / worst;
      terms[at * BETS + g - 1] = Math.floor(UNIT * Math.log1p(lambda * distance));
    }
  }
  return terms;
}

/** @throws RangeError for a boundary outside (0,1) or a probability outside (0,1]. */
export function checkLabelDesign({ m, offered }: LabelDesign): void {
  if (!(m > 0 && m < 1)) throw new RangeError(`expected m in (0,1), got ${m}`);
  if (!(offered > 0 && offered <= 1)) throw new RangeError(`expected offered in (0,1], got ${offered}`);
}

function checkPreference(preference: Preference): void {
  const values = preference.kind === 'known' ? [preference.x] : [preference.judge];
  if (preference.kind === 'offered') values.push(preference.label);
  for (const value of values) {
    if (!(value >= 0 && value <= 1)) throw new RangeError(`expected a preference in [0,1], got ${value}`);
  }
}
