import type { JsonObject } from '../../packages/instrumentation/src/dialect/json.js';

/** A request with one feature, in the words of its protocol, and the protocols that cannot say it: what is logged of each. */
export interface Feature {
  readonly name: string;
  readonly request: JsonObject;
  readonly refused: Readonly<Record<string, string>>;
}

/** The dialects that are translated into each other. */
export const NAMES = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini-generate',
  'ollama-chat',
] as const;
type Name = (typeof NAMES)[number];

const HI = { role: 'user', content: 'Hi.' };
const FUNCTION = { name: 'f', parameters: { type: 'object', properties: {} } };
const URL_OF_IMAGE = 'https://images.example/a.png';

/** A short request of each protocol, which every other can say. */
export const PLAIN: Readonly<Record<Name, { readonly path: string; readonly request: JsonObject }>> = {
  'openai-chat': {
    path: '/v1/chat/completions',
    request: { model: 'm', messages: [HI], max_completion_tokens: 9 },
  },
  'openai-responses': { path: '/v1/responses', request: { model: 'm', input: 'Hi.', max_output_tokens: 9 } },
  'anthropic-messages': { path: '/v1/messages', request: { model: 'm', messages: [HI], max_tokens: 9 } },
  'gemini-generate': {
    path: '/v1beta/models/m:generateContent',
    request: { contents: [{ role: 'user', parts: [{ text: 'Hi.' }] }], generationConfig: { maxOutputTokens: 9 } },
  },
  'ollama-chat': {
    path: '/api/chat',
    request: { model: 'm', messages: [HI], stream: false, options: { num_predict: 9 } },
  },
};

/** None but the protocol itself. */
function nobody(source: Name, detail: string): Readonly<Record<string, string>> {
  return Object.fromEntries(NAMES.filter((name) => name !== source).map((name) => [name, detail]));
}

/** By the dialect that the primary speaks. No more of them: a process logs 64 such lines at most. */
export const FEATURES: Readonly<Record<Name, readonly Feature[]>> = {
  'openai-chat': [
    { name: 'nothing but text', request: {}, refused: {} },
    {
      name: 'no limit of tokens',
      request: { max_completion_tokens: null },
      refused: { 'anthropic-messages': 'limit' },
    },
    { name: 'temperature', request: { temperature: 0 }, refused: { 'anthropic-messages': 'temperature' } },
    {
      name: 'a seed',
      request: { seed: 1 },
      refused: { 'openai-responses': 'seed', 'anthropic-messages': 'seed' },
    },
    { name: 'stop words', request: { stop: ['END'] }, refused: { 'openai-responses': 'stop' } },
    {
      name: 'one tool call at a time',
      request: { tools: [{ type: 'function', function: FUNCTION }], parallel_tool_calls: false },
      refused: { 'gemini-generate': 'one tool call', 'ollama-chat': 'one tool call' },
    },
    {
      name: 'a tool that must be called',
      request: { tools: [{ type: 'function', function: FUNCTION }], tool_choice: 'required' },
      refused: { 'ollama-chat': 'choice of tools' },
    },
    {
      name: 'an image by its address',
      request: {
        messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: URL_OF_IMAGE } }] }],
      },
      refused: { 'gemini-generate': 'address', 'ollama-chat': 'address' },
    },
    {
      name: 'JSON without a schema',
      request: { response_format: { type: 'json_object' } },
      refused: { 'anthropic-messages': 'schema' },
    },
    {
      name: 'effort of reasoning',
      request: { reasoning_effort: 'high' },
      refused: { 'anthropic-messages': 'reasoning_effort', 'gemini-generate': 'reasoning_effort' },
    },
    { name: 'several choices', request: { n: 2 }, refused: nobody('openai-chat', 'several choices') },
    { name: 'log-probabilities', request: { logprobs: true }, refused: nobody('openai-chat', 'probabilities') },
  ],
  'openai-responses': [
    { name: 'nothing but text', request: {}, refused: {} },
    {
      name: 'truncation',
      request: { truncation: 'auto' },
      refused: nobody('openai-responses', 'truncation'),
    },
    {
      name: 'verbosity',
      request: { text: { verbosity: 'low' } },
      refused: { 'anthropic-messages': 'verbosity', 'gemini-generate': 'verbosity', 'ollama-chat': 'verbosity' },
    },
  ],
  'anthropic-messages': [
    { name: 'nothing but text', request: {}, refused: {} },
    {
      name: 'thinking',
      request: { thinking: { type: 'adaptive' } },
      refused: nobody('anthropic-messages', 'thinking'),
    },
    {
      name: 'a place of inference',
      request: { inference_geo: 'eu' },
      refused: nobody('anthropic-messages', 'inference_geo'),
    },
    {
      name: 'an answer that is begun',
      request: { messages: [HI, { role: 'assistant', content: 'Well,' }] },
      refused: nobody('anthropic-messages', 'beginning'),
    },
    {
      name: 'a tool result that is an error',
      request: {
        messages: [
          HI,
          { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: {} }] },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'no', is_error: true }] },
        ],
      },
      refused: nobody('anthropic-messages', 'error'),
    },
  ],
  'gemini-generate': [
    { name: 'nothing but text', request: {}, refused: {} },
    {
      name: 'topK',
      request: { generationConfig: { maxOutputTokens: 9, topK: 40 } },
      refused: { 'openai-responses': 'top_k', 'anthropic-messages': 'top_k' },
    },
    {
      name: 'a budget for thoughts',
      request: { generationConfig: { maxOutputTokens: 9, thinkingConfig: { thinkingBudget: 100 } } },
      refused: nobody('gemini-generate', 'thinkingConfig'),
    },
    {
      name: 'settings of safety',
      request: { safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }] },
      refused: nobody('gemini-generate', 'safetySettings'),
    },
  ],
  'ollama-chat': [
    { name: 'nothing but text', request: {}, refused: {} },
    { name: 'thinking', request: { think: true }, refused: nobody('ollama-chat', 'think') },
  ],
};
