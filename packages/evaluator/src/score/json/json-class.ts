import type { Answer } from '../answer.js';
import type { Asked } from '../asked.js';
import { jsonPaths } from './paths.js';
import { isValid } from './schema.js';
import { jsonValues } from './values.js';

/**
 * What became of the primary's JSON in another answer. In this order, the first that holds:
 *
 * - `not_json`: it is none;
 * - `invalid`: it breaks the schema that was asked for, as far as that is known, and the primary's does not;
 * - `same`: the same values in the same places, read loosely;
 * - `other_values`: other values under the same keys;
 * - `other_keys`.
 */
export type JsonClass = 'same' | 'other_values' | 'other_keys' | 'invalid' | 'not_json';

/** Null where the primary is no JSON object or list, and where the other answer is too long to tell. */
export function jsonClass(primary: Answer, other: Answer, asked: Asked): JsonClass | null {
  if (!jsonValues.applies(primary, asked)) return null;
  const values = jsonValues.score(primary, other, asked);
  if (values === null) return null;
  if (other.value === undefined) return 'not_json';
  if (
    asked.schema !== undefined &&
    isValid(other.value, asked.schema) === false &&
    isValid(primary.value, asked.schema) === true
  )
    return 'invalid';
  if (values === 1) return 'same';
  return jsonPaths.score(primary, other, asked) === 1 ? 'other_values' : 'other_keys';
}
