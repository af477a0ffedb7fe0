import type { Dialect } from '../dialect/dialect.js';
import type { JsonObject } from '../dialect/json.js';
import { ATTR_GEN_AI_REQUEST_CHOICE_COUNT, ATTR_GEN_AI_REQUEST_MAX_TOKENS } from '../semconv.js';

/** Whether a patch of a request may have a say in how long its answer is. A patch that removes anything may: it is short, and read as a request. */
export function limitsAnswer(dialect: Dialect, patch: JsonObject): boolean {
  if (Object.keys(patch).length === 0) return false;
  const text = JSON.stringify(patch);
  if (text.includes('null')) return true;
  const said = dialect.requestAttributes(text);
  return ATTR_GEN_AI_REQUEST_MAX_TOKENS in said || ATTR_GEN_AI_REQUEST_CHOICE_COUNT in said;
}
