import type { Scorer } from '../scorer.js';
import { callsApply, callsOf } from './agreement.js';
import { isCallable } from './arguments.js';

/**
 * 1 where every call of the other answer could be carried out: of a tool that was offered, its arguments a JSON object that keeps to the
 * tool's schema, as far as these travelled; else 0. An answer without a call is 1. It applies as `tool_arguments` does. Null where
 * it cannot be told.
 *
 * Not symmetric: it is a mark of the other answer. 1 for the primary itself unless its own calls are broken.
 */
export const toolValid: Scorer = {
  name: 'tool_valid',
  applies: (primary, asked) => primary.form === 'text' && callsApply(primary, asked),
  score: (_primary, other, asked) => {
    const marks = callsOf(other).map((call) => isCallable(call, asked));
    return marks.includes(false) ? 0 : marks.includes(null) ? null : 1;
  },
};
