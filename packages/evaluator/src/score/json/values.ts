import { isLong } from '../cut.js';
import type { Scorer } from '../scorer.js';
import { looseAgreement } from './loose.js';

/**
 * How much of two JSON answers is the same values in the same places: of the leaves that either has, the share that agree, read as
 * {@link looseAgreement} does with the schema that was asked for, if it travelled. It applies where the primary is a JSON
 * object or list; an answer that is no JSON agrees in nothing.
 * Example: `{"a":1,"b":"x"}` and `{"a":1.0,"b":"y","c":2}` -> 1/3.
 */
export const jsonValues: Scorer = {
  name: 'json_values',
  applies: ({ form, value }) => form === 'text' && typeof value === 'object' && value !== null,
  score: (primary, other, { schema }) => {
    if (other.value === undefined) return isLong(other.length) ? null : 0;
    const { same, all } = looseAgreement(primary.value, other.value, schema);
    return same / all;
  },
};
