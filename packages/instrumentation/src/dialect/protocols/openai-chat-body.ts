import type { BodyRules } from '../change-body.js';
import type { SystemChange } from '../dialect.js';
import { asList, asObject, asText, type JsonObject } from '../json.js';

/** Tools the caller runs. Every other type is run by the provider, with effects nobody asked for twice. */
const CLIENT_TOOLS: ReadonlySet<unknown> = new Set(['function', 'custom']);

/** How the body of a chat completions request is changed. */
export const chatBody: BodyRules = {
  isRequest: (request) => Array.isArray(request['messages']),
  reserved: ['messages', 'model', 'stream'],
  model: 'model',
  fields: {
    model: 'keep',
    messages: 'keep',
    stream: 'keep',
    stream_options: 'keep',
    temperature: 'keep',
    top_p: 'keep',
    top_k: 'keep',
    min_p: 'keep',
    n: 'keep',
    max_tokens: 'keep',
    max_completion_tokens: 'keep',
    stop: 'keep',
    seed: 'keep',
    random_seed: 'keep',
    presence_penalty: 'keep',
    frequency_penalty: 'keep',
    repetition_penalty: 'keep',
    logit_bias: 'keep',
    logprobs: 'keep',
    top_logprobs: 'keep',
    response_format: 'keep',
    reasoning_effort: 'keep',
    verbosity: 'keep',
    prediction: 'keep',
    service_tier: 'keep',
    tools: 'keep',
    tool_choice: 'keep',
    parallel_tool_calls: 'keep',
    functions: 'keep',
    function_call: 'keep',
    modalities: 'keep',
    safe_prompt: 'keep',

    store: 'strip',
    metadata: 'strip',
    user: 'strip',
    safety_identifier: 'strip',
    prompt_cache_key: 'strip',
    prompt_cache_retention: 'strip',

    audio: 'refuse',
    background: 'refuse',
    web_search_options: 'refuse',
  },
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
    const files = asList(message['content']).map((part) => asObject(asObject(part)['file'])['file_id']);
    if (files.some((id) => id !== undefined)) return 'an uploaded file';
  }
  return null;
}

/** Replaces the leading instructions, under the role they had; puts them first where there were none. */
function withSystem(request: JsonObject, change: SystemChange): JsonObject {
  const messages = asList(request['messages']).map(asObject);
  const end = messages.findIndex((message) => !isInstruction(message));
  const leading = end === -1 ? messages : messages.slice(0, end);
  const present = leading.length === 0 ? null : leading.map(({ content }) => textOf(content)).join('\n\n');
  const role = asText(leading[0]?.['role']) ?? 'system';
  return { ...request, messages: [{ role, content: change(present) }, ...messages.slice(leading.length)] };
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
