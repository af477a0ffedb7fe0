import type { AnswerReader, ModelAnswer } from './dialect.js';

/** A response with a good status that is not an answer. */
export const UNREADABLE = 'unreadable_answer';
/** A stream that ended without a finish reason and without its last event. */
const CUT_SHORT = 'truncated';

/**
 * The answer is longer than what is read of it. A limit of ours, and one for both roles: such a call cannot be compared, and has not
 * failed. An error that the provider named is one all the same.
 */
export function isTooLarge(reader: AnswerReader): boolean {
  return reader.errorType === null && reader.truncated;
}

/**
 * What is wrong with an answer that came with a good status, has ended and is not too large, or null. One rule for both roles: a
 * comparison in which only the shadow's fault is a failure would be biased.
 */
export function faultOf(reader: AnswerReader, answer: ModelAnswer | null, stream: boolean): string | null {
  if (reader.errorType !== null) return reader.errorType;
  if (answer === null) return UNREADABLE;
  if (!stream || reader.terminal || answer.finish !== null) return null;
  return answer.messages.length === 0 && !reader.started ? UNREADABLE : CUT_SHORT;
}
