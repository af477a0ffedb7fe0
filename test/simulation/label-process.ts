import { UNIT } from '../../packages/evaluator/src/stats/bets.js';
import { LABEL_BETS, labelBetTerms, type LabelDesign } from '../../packages/evaluator/src/stats/label-bets.js';
import { type ClaimName, preferenceFor, type PreferenceFacts } from '../../packages/evaluator/src/tally/preference.js';

/** The label-corrected e-process pair by pair, as a product of factors. */
export interface LabelProcess {
  reset(): void;
  /** Adds one pair and returns the e-value. */
  add(facts: PreferenceFacts, weight?: number): number;
}

/** The test of one claim on the mean label, with the factors the win rate sums the logarithms of. */
export function labelProcess(design: LabelDesign, claim: ClaimName = 'safe'): LabelProcess {
  const sided = claim === 'safe' ? design : { ...design, m: 1 - design.m };
  const factors = new Map<number, Float64Array>();
  const capital = new Float64Array(LABEL_BETS).fill(1);
  return {
    reset: () => capital.fill(1),
    add: (facts, weight = 1) => {
      const key = keyOf(facts, weight);
      let factor = factors.get(key);
      if (factor === undefined) {
        factor = labelBetTerms(preferenceFor(claim, facts), sided, weight).map((term) => Math.exp(term / UNIT));
        factors.set(key, factor);
      }
      let sum = 0;
      for (let at = 0; at < LABEL_BETS; at += 1) sum += capital[at] = (capital[at] as number) * (factor[at] as number);
      return sum / LABEL_BETS;
    },
  };
}

/** A number of its own for everything a simulation with preferences of 0, .5 and 1 and few weights can say. */
function keyOf(facts: PreferenceFacts, weight: number): number {
  const half = (value: number): number => {
    if (!Number.isInteger(2 * value))
      throw new RangeError(`a simulation of other preferences needs other keys: ${value}`);
    return 2 * value;
  };
  if (facts.status === 'missing') return weight;
  if (facts.status === 'known') return 10 * (1 + half(facts.x)) + weight;
  const { verdict, label } = facts;
  const asked = typeof label === 'number' ? half(label) : label === 'unanswered' ? 3 : 4;
  return 100 * (1 + 5 * (verdict === null ? 3 : half(verdict)) + asked) + weight;
}
