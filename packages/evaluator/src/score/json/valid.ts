import { isLong } from '../cut.js';
import type { Scorer } from '../scorer.js';
import { isValid } from './schema.js';

/**
 * 1 where the other answer keeps to the JSON schema that the request asked for, else 0. It applies where the schema travelled.
 * Null where it cannot be told: a schema that cannot be used, an answer too large to check.
 *
 * Not symmetric, as `json_parses` is not; 1 for the primary itself where that is valid.
 */
export const jsonValid: Scorer = {
  name: 'json_valid',
  applies: ({ form, calls }, { schema }) => form === 'text' && calls.length === 0 && schema !== undefined,
  score: (_primary, other, { schema }) => {
    if (other.value === undefined) return isLong(other.length) ? null : 0;
    const valid = isValid(other.value, schema);
    return valid === null ? null : Number(valid);
  },
};
