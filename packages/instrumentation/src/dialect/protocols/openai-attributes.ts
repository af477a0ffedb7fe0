import {
  ATTR_GEN_AI_REQUEST_FREQUENCY_PENALTY,
  ATTR_GEN_AI_REQUEST_MAX_TOKENS,
  ATTR_GEN_AI_REQUEST_PRESENCE_PENALTY,
  ATTR_GEN_AI_REQUEST_SEED,
  ATTR_GEN_AI_REQUEST_TEMPERATURE,
  ATTR_GEN_AI_REQUEST_TOP_K,
  ATTR_GEN_AI_REQUEST_TOP_P,
  ATTR_OPENAI_API_TYPE,
  ATTR_OPENAI_REQUEST_SERVICE_TIER,
} from '../../semconv.js';
import type { NumberTable } from '../attributes.js';
import type { RequestAttributes } from '../dialect.js';
import { asName } from '../json.js';

/** The numbers of completions, chat or not, at any host. */
export const COMPLETION_NUMBERS: NumberTable = [
  ['temperature', ATTR_GEN_AI_REQUEST_TEMPERATURE],
  ['top_p', ATTR_GEN_AI_REQUEST_TOP_P],
  ['top_k', ATTR_GEN_AI_REQUEST_TOP_K],
  ['max_tokens', ATTR_GEN_AI_REQUEST_MAX_TOKENS],
  ['max_completion_tokens', ATTR_GEN_AI_REQUEST_MAX_TOKENS],
  ['frequency_penalty', ATTR_GEN_AI_REQUEST_FREQUENCY_PENALTY],
  ['presence_penalty', ATTR_GEN_AI_REQUEST_PRESENCE_PENALTY],
  ['seed', ATTR_GEN_AI_REQUEST_SEED],
  // Mistral's word for it.
  ['random_seed', ATTR_GEN_AI_REQUEST_SEED],
];

/** The attributes that the conventions have for OpenAI's own: which of its APIs, and the tier where one is asked for. */
export function openaiAttributes(api: 'chat_completions' | 'responses', tier: unknown): RequestAttributes {
  const name = asName(tier);
  return {
    [ATTR_OPENAI_API_TYPE]: api,
    ...(name !== null && name !== 'auto' && { [ATTR_OPENAI_REQUEST_SERVICE_TIER]: name }),
  };
}
