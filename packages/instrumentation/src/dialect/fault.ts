import type { AnswerReader, ModelAnswer } from './dialect.js';

/** The answer is longer than what is read of it. */
export const TOO_LARGE = 'response_too_large';
/** A response with a good status that is not an answer. */
export const UNREADABLE = 'unreadable_answer';
/** A stream that ended without a finish reason and without its last event. */
const CUT_SHORT = 'truncated';

/**
 * What is wrong with an answer that came with a good status and has ended, or null. One rule for both roles: a comparison in which
 * only the shadow's fault is a failure would be biased.
 */
export function faultOf(reader: AnswerReader, answer: ModelAnswer | null, stream: boolean): string | null {
  if (reader.errorType !== null) return reader.errorType;
  if (reader.truncated) return TOO_LARGE;
  if (answer === null) return UNREADABLE;
  if (!stream || reader.terminal || answer.finish !== null) return null;
  return answer.messages.length === 0 && !reader.started ? UNREADABLE : CUT_SHORT;
}
