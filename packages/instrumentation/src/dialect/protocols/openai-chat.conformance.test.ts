import { testDialect } from '../conformance.test.support.js';
import { openaiChat } from './openai-chat.js';

const SCHEMA = { type: 'object', properties: { answer: { type: 'string' } }, required: ['answer'] };
const PARAMETERS = { type: 'object', properties: { city: { type: 'string' } } };
const USAGE = {
  prompt_tokens: 30,
  completion_tokens: 12,
  total_tokens: 42,
  prompt_tokens_details: { cached_tokens: 8, cache_write_tokens: 4 },
  completion_tokens_details: { reasoning_tokens: 5 },
};
const chunk = (rest: object): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-5-2026', service_tier: 'default', system_fingerprint: 'fp_1', ...rest })}\n\n`;
const delta = (value: object, finish: string | null = null): string =>
  chunk({ choices: [{ index: 0, delta: value, finish_reason: finish }] });

testDialect(openaiChat, {
  url: 'https://api.openai.com/v1/chat/completions',
  notOurs: ['https://api.openai.com/v1/responses', 'https://api.openai.com/v1/chat/completions/chatcmpl-1'],
  request: {
    model: 'gpt-5',
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } }],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'sunny' },
      { role: 'user', content: 'And now?' },
    ],
    tools: [
      {
        type: 'function',
        function: { name: 'weather', description: 'The weather.', parameters: PARAMETERS, strict: true },
      },
    ],
    tool_choice: 'auto',
    parallel_tool_calls: false,
    response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: SCHEMA, strict: true } },
    max_completion_tokens: 100,
    temperature: 0.5,
    top_p: 0.9,
    stop: ['END'],
    seed: 7,
  },
  skimmed: { operation: 'chat', model: 'gpt-5', stream: false },
  attributes: {
    'gen_ai.request.max_tokens': 100,
    'gen_ai.request.temperature': 0.5,
    'gen_ai.request.top_p': 0.9,
    'gen_ai.request.seed': 7,
    'gen_ai.request.stop_sequences': ['END'],
    'gen_ai.output.type': 'json',
    'openai.api.type': 'chat_completions',
  },
  messages: [
    { role: 'system', parts: [{ type: 'text', content: 'Be brief.' }] },
    {
      role: 'user',
      parts: [
        { type: 'text', content: 'What is this?' },
        { type: 'other', kind: 'image_url' },
      ],
    },
    { role: 'assistant', parts: [{ type: 'tool_call', id: 'call_1', name: 'weather', arguments: '{"city":"Bern"}' }] },
    { role: 'tool', parts: [{ type: 'tool_call_response', id: 'call_1', response: 'sunny' }] },
    { role: 'user', parts: [{ type: 'text', content: 'And now?' }] },
  ],
  answer: {
    messages: [
      {
        role: 'assistant',
        parts: [
          { type: 'text', content: 'Lét me see.' },
          { type: 'tool_call', id: 'call_2', name: 'weather', arguments: '{"city":"Zürich"}' },
        ],
      },
    ],
    finish: 'tool_call',
    finishReasons: ['tool_calls'],
    usage: { inputTokens: 30, outputTokens: 12, cachedInputTokens: 8, cacheCreationInputTokens: 4, reasoningTokens: 5 },
    model: 'gpt-5-2026',
    id: 'chatcmpl-1',
    attributes: { 'openai.response.service_tier': 'default', 'openai.response.system_fingerprint': 'fp_1' },
  },
  json: JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-5-2026',
    service_tier: 'default',
    system_fingerprint: 'fp_1',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: 'Lét me see.',
          refusal: null,
          tool_calls: [
            { id: 'call_2', type: 'function', function: { name: 'weather', arguments: '{"city":"Zürich"}' } },
          ],
        },
        logprobs: null,
        finish_reason: 'tool_calls',
      },
    ],
    usage: USAGE,
  }),
  stream: [
    delta({ role: 'assistant', content: '' }),
    delta({ content: 'Lét me ' }),
    delta({ content: 'see.' }),
    delta({ tool_calls: [{ index: 0, id: 'call_2', type: 'function', function: { name: 'weather', arguments: '' } }] }),
    delta({ tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] }),
    delta({ tool_calls: [{ index: 0, function: { arguments: '"Zürich"}' } }] }),
    delta({}, 'tool_calls'),
    chunk({ choices: [], usage: USAGE }),
    'data: [DONE]\n\n',
  ].join(''),
  terminal: true,
  errors: [
    ['{"error":{"message":"no","type":"server_error","code":null}}', 'server_error'],
    [`${delta({ content: 'a' })}data: {"error":{"code":"overloaded"}}\n\n`, 'overloaded'],
  ],
  shadow: {
    stripped: {
      store: true,
      metadata: { a: 'b' },
      user: 'u',
      safety_identifier: 's',
      prompt_cache_key: 'k',
      prompt_cache_options: { mode: 'implicit' },
    },
    refused: [
      { web_search_options: {} },
      { background: true },
      { modalities: ['text', 'audio'] },
      { tools: [{ type: 'mcp' }] },
      { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }] },
    ],
    systemRole: 'system',
    canonical: {
      model: 'gpt-5',
      stream: false,
      system: 'Be brief.',
      messages: [
        {
          role: 'user',
          parts: [
            { type: 'text', text: 'What is this?' },
            { type: 'image', source: { kind: 'data', mediaType: 'image/png', data: 'AAAA' } },
          ],
        },
        {
          role: 'assistant',
          parts: [{ type: 'tool_call', id: 'call_1', name: 'weather', arguments: { city: 'Bern' } }],
        },
        { role: 'user', parts: [{ type: 'tool_result', id: 'call_1', name: 'weather', text: 'sunny' }] },
        { role: 'user', parts: [{ type: 'text', text: 'And now?' }] },
      ],
      tools: [{ name: 'weather', description: 'The weather.', parameters: PARAMETERS, strict: true }],
      toolChoice: { type: 'auto' },
      parallelToolCalls: false,
      output: { type: 'json_schema', name: 'answer', schema: SCHEMA, strict: true },
      parameters: { maxTokens: 100, temperature: 0.5, topP: 0.9, stop: ['END'], seed: 7 },
    },
    untranslatable: [
      { n: 2 },
      { service_tier: 'flex' },
      { safe_prompt: true },
      { guided_choice: ['a'] },
      { logit_bias: { a: 1 } },
      { logprobs: true },
      { tool_choice: { type: 'x' } },
    ],
  },
});
