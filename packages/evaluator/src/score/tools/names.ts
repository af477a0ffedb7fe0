import type { Scorer } from '../scorer.js';
import { callsApply, callsOf, commonNames } from './agreement.js';

/**
 * How many of two answers' tool calls are of the same tools, in any order: 2 common / (n + m). It applies where the primary calls a
 * tool, or the request offered one: then an answer without a call is 1 with another without, and 0 with any other.
 * Example: `search, search, refund` and `search, refund, close` -> 2 * 2 / 6 = .667.
 */
export const toolNames: Scorer = {
  name: 'tool_names',
  applies: callsApply,
  score: (primary, other) => {
    const [a, b] = [callsOf(primary), callsOf(other)];
    return a.length + b.length === 0 ? 1 : (2 * commonNames(a, b)) / (a.length + b.length);
  },
};
