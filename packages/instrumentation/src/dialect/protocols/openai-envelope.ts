import { ATTR_OPENAI_RESPONSE_SERVICE_TIER, ATTR_OPENAI_RESPONSE_SYSTEM_FINGERPRINT } from '../../semconv.js';
import type { AnswerBuilder } from '../answer-builder.js';
import { asObject, isObject, type JsonObject } from '../json.js';

/** The finish reasons of completions, at any host, that are not canonical words themselves. */
export const COMPLETION_FINISH_WORDS: Readonly<Record<string, string>> = {
  tool_calls: 'tool_call',
  function_call: 'tool_call',
  // Mistral's word for the end of the context window, Together's for the end of the text.
  model_length: 'length',
  eos: 'stop',
};

/** What tells an event of a completion that says more than text. A call may come with any finish reason, so its name tells. */
export const COMPLETION_TELLING: RegExp =
  /"finish_reason"\s*:\s*"|"usage"\s*:\s*\{|"error"\s*:|"tool_calls"\s*:\s*\[\s*\{/;

/** What stands around the choices of a completion or a chunk of one: who answered, and what was counted. */
export function readEnvelope(body: JsonObject, answer: AnswerBuilder): void {
  answer.identify(body['id'], body['model']);
  answer.attribute(ATTR_OPENAI_RESPONSE_SERVICE_TIER, body['service_tier']);
  answer.attribute(ATTR_OPENAI_RESPONSE_SYSTEM_FINGERPRINT, body['system_fingerprint']);
  readUsage(body['usage'], answer);
  // Groq counts in a place of its own where a stream is not asked for its usage.
  readUsage(asObject(body['x_groq'])['usage'], answer);
}

/** Tokens as the provider counted them; what it did not count is absent. */
function readUsage(value: unknown, answer: AnswerBuilder): void {
  if (!isObject(value)) return;
  const input = asObject(value['prompt_tokens_details']);
  answer.usage({
    inputTokens: value['prompt_tokens'],
    outputTokens: value['completion_tokens'],
    // DeepSeek's, and Together's, stand beside the total.
    cachedInputTokens: input['cached_tokens'] ?? value['prompt_cache_hit_tokens'] ?? value['cached_tokens'],
    cacheCreationInputTokens: input['cache_write_tokens'],
    reasoningTokens: asObject(value['completion_tokens_details'])['reasoning_tokens'],
  });
}
