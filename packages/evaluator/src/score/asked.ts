import type { Trial } from '@understudy/instrumentation/trial';

/** A tool that a request offers. */
export interface OfferedTool {
  readonly name: string;
  /** The JSON schema of its arguments; null where it has none, or it did not travel. */
  readonly parameters: unknown;
}

/** What a request asks of the form of an answer, as far as it travelled. */
export interface Asked {
  /** The answer is to be JSON. */
  readonly json: boolean;
  /** The JSON schema the answer is to keep to; undefined where none is known. */
  readonly schema: unknown;
  /** Null where it is not known which. */
  readonly tools: readonly OfferedTool[] | null;
}

/** Nothing is known of what was asked. */
export const NOTHING_ASKED: Asked = { json: false, schema: undefined, tools: null };

/** What of the request a trial carries. */
export function askedOf(_trial: Trial): Asked {
  return NOTHING_ASKED;
}
