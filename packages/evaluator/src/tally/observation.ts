/** What one pair says to one gate: a number in [0,1], its two sides where it is unknown, and the levels to show. */
export interface Observation {
  /** x for the claim that the candidate is safe. */
  readonly safe: number;
  /** x for the claim that the candidate harms; differs from `safe` only where the pair is missing. */
  readonly harm: number;
  /** The incumbent's level (its failure, its self-agreement) in [0,1]; null where missing. */
  readonly reference: number | null;
  /** The candidate's level in [0,1]; null where missing. */
  readonly candidate: number | null;
  /** What is to be counted of the pair beside its evidence. */
  readonly mark?: Mark;
}

/**
 * Of cost and tokens: `over`: the shadow took more than the policy allows one to take. Of cost: whose call has no known price. Of refusals
 * and validity: `failed`: the shadow gave no answer at all.
 */
export type Mark = 'over' | 'failed' | 'unpriced_incumbent' | 'unpriced_candidate' | 'unpriced_both';

/** It was admitted and there is no number: it proves neither claim. */
export const MISSING: Observation = { safe: 0, harm: 1, reference: null, candidate: null };
