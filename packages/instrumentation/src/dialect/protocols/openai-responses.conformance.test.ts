import { testDialect } from '../conformance.test.support.js';
import { openaiResponses } from './openai-responses.js';

const SCHEMA = { type: 'object', properties: { answer: { type: 'string' } }, required: ['answer'] };
const PARAMETERS = { type: 'object', properties: { city: { type: 'string' } } };
const USAGE = {
  input_tokens: 30,
  input_tokens_details: { cached_tokens: 8, cache_write_tokens: 4 },
  output_tokens: 12,
  output_tokens_details: { reasoning_tokens: 5 },
  total_tokens: 42,
};
const THOUGHT = { id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'Weather.' }] };
const SAID = {
  id: 'msg_1',
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text: 'Lét me see.', annotations: [], logprobs: [] }],
};
const CALLED = {
  id: 'fc_1',
  type: 'function_call',
  status: 'completed',
  call_id: 'call_2',
  name: 'weather',
  arguments: '{"city":"Zürich"}',
};
const response = (status: string, rest: object = {}): object => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status,
  error: null,
  incomplete_details: null,
  instructions: 'Be brief.',
  model: 'gpt-5-2026',
  output: [],
  service_tier: 'auto',
  usage: null,
  ...rest,
});
const DONE = { output: [THOUGHT, SAID, CALLED], service_tier: 'default', usage: USAGE };

let sequence = 0;
const event = (type: string, rest: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: (sequence += 1), ...rest })}\n\n`;
const at = (output_index: number, item_id: string, rest: object = {}): object => ({ item_id, output_index, ...rest });
const FAILED = response('failed', { error: { code: 'server_error', message: 'no' } });

testDialect(openaiResponses, {
  url: 'https://api.openai.com/v1/responses',
  notOurs: [
    'https://api.openai.com/v1/chat/completions',
    'https://app.example/api/chat/responses',
    'https://api.openai.com/v1/responses/resp_1',
    'https://api.openai.com/v1/responses/resp_1/cancel',
    'https://api.openai.com/v1/responses/compact',
    'https://api.openai.com/v1/responses/input_tokens',
    'https://app.example/all-responses',
  ],
  request: {
    model: 'gpt-5',
    instructions: 'Be brief.',
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'What is this?' },
          { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'auto' },
        ],
      },
      { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{"city":"Bern"}' },
      { type: 'function_call_output', call_id: 'call_1', output: 'sunny' },
      { role: 'user', content: 'And now?' },
    ],
    tools: [{ type: 'function', name: 'weather', description: 'The weather.', parameters: PARAMETERS, strict: true }],
    tool_choice: 'auto',
    parallel_tool_calls: false,
    text: { format: { type: 'json_schema', name: 'answer', schema: SCHEMA, strict: true }, verbosity: 'low' },
    reasoning: { effort: 'low' },
    max_output_tokens: 100,
    temperature: 0.5,
    top_p: 0.9,
    service_tier: 'default',
    store: false,
  },
  skimmed: { operation: 'chat', model: 'gpt-5', stream: false },
  attributes: {
    'gen_ai.request.max_tokens': 100,
    'gen_ai.request.temperature': 0.5,
    'gen_ai.request.top_p': 0.9,
    'gen_ai.output.type': 'json',
    'openai.api.type': 'responses',
    'openai.request.service_tier': 'default',
  },
  messages: [
    { role: 'system', parts: [{ type: 'text', content: 'Be brief.' }] },
    {
      role: 'user',
      parts: [
        { type: 'text', content: 'What is this?' },
        { type: 'other', kind: 'input_image' },
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
          { type: 'other', kind: 'reasoning' },
          { type: 'text', content: 'Lét me see.' },
          { type: 'tool_call', id: 'call_2', name: 'weather', arguments: '{"city":"Zürich"}' },
        ],
      },
    ],
    finish: 'tool_call',
    finishReasons: ['completed'],
    usage: {
      inputTokens: 30,
      outputTokens: 12,
      cachedInputTokens: 8,
      cacheCreationInputTokens: 4,
      reasoningTokens: 5,
    },
    model: 'gpt-5-2026',
    id: 'resp_1',
    attributes: { 'openai.response.service_tier': 'default' },
  },
  json: JSON.stringify(response('completed', DONE)),
  stream: [
    event('response.created', { response: response('in_progress') }),
    event('response.in_progress', { response: response('in_progress') }),
    event('response.output_item.added', { output_index: 0, item: { ...THOUGHT, summary: [] } }),
    event('response.reasoning_summary_text.delta', at(0, 'rs_1', { summary_index: 0, delta: 'Weather.' })),
    event('response.output_item.done', { output_index: 0, item: THOUGHT }),
    event('response.output_item.added', { output_index: 1, item: { ...SAID, status: 'in_progress', content: [] } }),
    event('response.output_text.delta', at(1, 'msg_1', { content_index: 0, delta: 'Lét me ', obfuscation: 'x' })),
    event('response.output_text.delta', at(1, 'msg_1', { content_index: 0, delta: 'see.' })),
    event('response.output_text.done', at(1, 'msg_1', { content_index: 0, text: 'Lét me see.' })),
    event('response.output_item.done', { output_index: 1, item: SAID }),
    event('response.output_item.added', { output_index: 2, item: { ...CALLED, status: 'in_progress', arguments: '' } }),
    event('response.function_call_arguments.delta', at(2, 'fc_1', { delta: '{"city":"Zürich"}' })),
    event('response.function_call_arguments.done', at(2, 'fc_1', { arguments: '{"city":"Zürich"}' })),
    event('response.output_item.done', { output_index: 2, item: CALLED }),
    event('response.completed', { response: response('completed', DONE) }),
  ].join(''),
  terminal: true,
  errors: [
    ['{"error":{"message":"no","type":"invalid_request_error","code":null}}', 'invalid_request_error'],
    [JSON.stringify(FAILED), 'server_error'],
    [JSON.stringify(response('cancelled')), 'cancelled'],
    [event('response.failed', { response: FAILED }), 'server_error'],
    [
      event('response.created', { response: response('in_progress') }) +
        event('error', { code: 'overloaded', message: 'no', param: null }),
      'overloaded',
    ],
    [event('error', { code: null, message: 'no', param: null }), 'provider_error'],
    [event('error', { error: { type: 'too_many_requests', code: 'rate_limit_exceeded' } }), 'rate_limit_exceeded'],
  ],
  shadow: {
    stripped: {
      store: true,
      metadata: { a: 'b' },
      user: 'u',
      safety_identifier: 's',
      prompt_cache_key: 'k',
      prompt_cache_retention: '24h',
      prompt_cache_options: { mode: 'implicit' },
    },
    refused: [
      { background: true },
      { previous_response_id: 'resp_0' },
      { conversation: 'conv_1' },
      { prompt: { id: 'pmpt_1' } },
      { context_management: [{ type: 'compaction' }] },
      { prompt_cache_options: { prewarm: true } },
      { tools: [{ type: 'web_search' }] },
      {
        tools: [
          { type: 'function', name: 'f' },
          { type: 'mcp', server_label: 'x' },
        ],
      },
      { tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] },
      { input: [{ type: 'item_reference', id: 'msg_1' }] },
      { input: [{ type: 'web_search_call', id: 'ws_1' }] },
      { input: [{ type: 'reasoning', id: 'rs_1', summary: [] }] },
      { input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'file_1' }] }] },
      {
        input: [{ type: 'function_call_output', call_id: 'c', output: [{ type: 'input_image', file_id: 'file_1' }] }],
      },
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
      parameters: { maxTokens: 100, temperature: 0.5, topP: 0.9, reasoningEffort: 'low', verbosity: 'low' },
    },
    untranslatable: [
      { truncation: 'auto' },
      { top_logprobs: 2 },
      { include: ['message.output_text.logprobs'] },
      { service_tier: 'flex' },
      { reasoning: { mode: 'pro' } },
      { moderation: { model: 'm' } },
      { tool_choice: { type: 'allowed_tools', tools: [] } },
      { tools: [{ type: 'custom', name: 'sql' }] },
      { text: { format: { type: 'json_schema', name: 'a', schema: {}, description: 'd' } } },
      { input: [{ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'x' }] },
      { input: [{ type: 'function_call_output', call_id: 'unknown', output: 'x' }] },
      {
        input: [
          { role: 'user', content: 'q' },
          { role: 'developer', content: 'now be long' },
        ],
      },
    ],
  },
});
