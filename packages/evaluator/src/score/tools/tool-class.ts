import type { Answer } from '../answer.js';
import type { Asked } from '../asked.js';
import { callsAgreement, callsOf, commonNames } from './agreement.js';
import { isCallable } from './arguments.js';
import { toolExact } from './exact-calls.js';

/**
 * What became of the primary's tool calls in another answer. In this order, the first that holds:
 *
 * - `text_instead`: it makes none;
 * - `call_instead`: it makes some, and the primary none;
 * - `other_tool`: the tools called, or how often, are not the same;
 * - `same`: the same calls, to the letter;
 * - `invalid_arguments`: the arguments of one are no JSON object, or break the tool's schema, as far as that is known;
 * - `same`: the same arguments, read loosely, in any order of the calls;
 * - `other_arguments`.
 */
export type ToolClass =
  | 'same'
  | 'other_arguments'
  | 'other_tool'
  | 'text_instead'
  | 'call_instead'
  | 'invalid_arguments';

/** Null where neither makes a call, and where only the tools' names are known and these are the same. */
export function toolClass(primary: Answer, other: Answer, asked: Asked): ToolClass | null {
  const [a, b] = [callsOf(primary), callsOf(other)];
  if (a.length === 0 && b.length === 0) return null;
  if (b.length === 0) return 'text_instead';
  if (a.length === 0) return 'call_instead';
  if (a.length !== b.length || commonNames(a, b) !== a.length) return 'other_tool';
  if (primary.form === 'features' || other.form === 'features') return null;
  if (toolExact.score(primary, other, asked) === 1) return 'same';
  if (b.some((call) => isCallable(call, asked) === false)) return 'invalid_arguments';
  return callsAgreement(a, b, asked) === 1 ? 'same' : 'other_arguments';
}
