import type { Scorer } from '../scorer.js';
import { callsAgreement, callsApply, callsOf } from './agreement.js';

/**
 * How far two answers call the same tools with the same arguments, read loosely and in any order: {@link callsAgreement}. It
 * applies where the primary calls a tool, or the request offered one.
 * Example: `f({"n": 5, "q": "Bern"})` and `f({"n": "5", "q": " bern "})` -> 1; with another `q` -> .5; with another tool -> 0.
 */
export const toolArguments: Scorer = {
  name: 'tool_arguments',
  applies: (primary, asked) => primary.form === 'text' && callsApply(primary, asked),
  score: (primary, other, asked) => callsAgreement(callsOf(primary), callsOf(other), asked),
};
