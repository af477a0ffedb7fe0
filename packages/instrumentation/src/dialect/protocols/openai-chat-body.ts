import { type BodyRules, fieldTable } from '../change-body.js';
import type { SystemChange } from '../dialect.js';
import { joinInstructions, splitInstructions } from '../instructions.js';
import { asList, asObject, asText, type JsonObject } from '../json.js';

/** Tools the caller runs. Every other type is run by the provider, with effects nobody asked for twice. */
const CLIENT_TOOLS: ReadonlySet<unknown> = new Set(['function', 'custom']);

/** How the body of a chat completions request is changed. */
export const chatBody: BodyRules = {
  isRequest: (request) => Array.isArray(request['messages']),
  reserved: ['messages', 'model', 'stream'],
  model: 'model',
  fields: fieldTable({
    keep: [
      'model messages stream stream_options temperature top_p n max_tokens max_completion_tokens stop seed modalities',
      'presence_penalty frequency_penalty logit_bias logprobs top_logprobs response_format reasoning_effort verbosity',
      'prediction service_tier tools tool_choice parallel_tool_calls functions function_call moderation',
      // What other hosts than OpenAI's take, and do no more by than shape the answer: Mistral, Groq, DeepSeek, Qwen;
      'random_seed safe_prompt prompt_mode guardrails',
      'reasoning_format include_reasoning disable_tool_validation documents citation_options',
      'thinking enable_thinking thinking_budget',
      // OpenRouter, Together. `provider` says which hosts may see the prompt: that is never widened on a candidate's behalf;
      'provider transforms reasoning usage top_a context_length_exceeded_behavior',
      // vLLM, and others that run models of any kind.
      'top_k min_p typical_p repetition_penalty length_penalty min_tokens ignore_eos stop_token_ids bad_words echo best_of',
      'include_stop_str_in_output skip_special_tokens spaces_between_special_tokens add_special_tokens use_beam_search',
      'add_generation_prompt continue_final_message chat_template chat_template_kwargs truncate_prompt_tokens priority',
      'guided_json guided_regex guided_choice guided_grammar guided_decoding_backend guided_whitespace_pattern',
      'structured_outputs allowed_token_ids prompt_logprobs mm_processor_kwargs return_tokens_as_token_ids return_token_ids',
    ],
    strip: [
      'store metadata user safety_identifier prompt_cache_key prompt_cache_retention prompt_cache_options',
      'user_security_context cache_salt request_id session_id trace',
    ],
    // OpenRouter's list of models to fall back to, and Together's model that answers in place of one it finds unsafe.
    route: ['models route safety_model'],
    refuse: [
      'audio background deferred web_search_options data_sources enhancements search_parameters search_settings',
      'enable_search search_options compound_custom plugins preset kv_transfer_params',
    ],
  }),
  refused: statefulFeature,
  withSystem,
};

/** Anything the provider would run, fetch from its own store, or answer with a reference to it. */
function statefulFeature(request: JsonObject): string | null {
  if (asList(request['tools']).some((tool) => !CLIENT_TOOLS.has(asObject(tool)['type']))) return 'a server-side tool';
  if (asList(request['modalities']).some((modality) => modality !== 'text')) return 'an answer that is not text';
  for (const value of asList(request['messages'])) {
    const message = asObject(value);
    if (asObject(message['audio'])['id'] !== undefined) return 'a stored sound';
    for (const value of asList(message['content'])) {
      const part = asObject(value);
      // Mistral's parts have the id themselves.
      const id = asObject(part['file'])['file_id'] ?? part['file_id'];
      if (id !== undefined && id !== null) return 'an uploaded file';
    }
  }
  return null;
}

/** Replaces the leading instructions, under the role they had; puts them first where there were none. */
function withSystem(request: JsonObject, change: SystemChange): JsonObject {
  const messages = asList(request['messages']).map(asObject);
  const { leading, rest } = splitInstructions(messages, isInstruction);
  const content = change(joinInstructions(leading.map((message) => textOf(message['content']))));
  return { ...request, messages: [{ role: asText(leading[0]?.['role']) ?? 'system', content }, ...rest] };
}

/** System or developer: instructions, wherever they stand. */
export function isInstruction(message: JsonObject): boolean {
  return message['role'] === 'system' || message['role'] === 'developer';
}

/** The text of a message's content, which is a string or a list of parts. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return asList(content)
    .map((part) => asText(asObject(part)['text']) ?? '')
    .join('');
}
