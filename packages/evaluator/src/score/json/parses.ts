import { isLong } from '../cut.js';
import type { Scorer } from '../scorer.js';

/**
 * 1 where the other answer is JSON, else 0. It applies where the request asked for JSON, or the primary is a JSON object or
 * list: one JSON text and nothing else, or one in a fence of code.
 *
 * Not symmetric: it is a mark of the other answer, and says of the A/A leg how often the incumbent itself keeps to it. 1 for the
 * primary itself unless that broke what was asked. JSON of more than 131,072 code units, 65,536 values or 16,384 names is not
 * read: a primary like that is compared with nothing, an answer like that has null.
 */
export const jsonParses: Scorer = {
  name: 'json_parses',
  applies: ({ form, value, calls }, { json }) =>
    form === 'text' && ((json && calls.length === 0) || (typeof value === 'object' && value !== null)),
  score: (_primary, other) =>
    other.value === undefined && isLong(other.length) ? null : Number(other.value !== undefined),
};
