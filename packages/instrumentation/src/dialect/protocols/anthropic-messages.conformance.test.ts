import { testDialect } from '../conformance.test.support.js';
import { anthropicMessages } from './anthropic-messages.js';

const SCHEMA = { type: 'object', properties: { answer: { type: 'string' } }, additionalProperties: false };
const PARAMETERS = { type: 'object', properties: { city: { type: 'string' } } };
const INPUTS = { input_tokens: 20, cache_creation_input_tokens: 3, cache_read_input_tokens: 8 };
const OUTPUTS = { output_tokens: 12, output_tokens_details: { thinking_tokens: 5 } };
const MESSAGE = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-5-2026' };

const event = (value: { readonly type: string; readonly [field: string]: unknown }): string =>
  `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;
const start = (index: number, content_block: object): string =>
  event({ type: 'content_block_start', index, content_block });
const delta = (index: number, value: object): string => event({ type: 'content_block_delta', index, delta: value });
const stop = (index: number): string => event({ type: 'content_block_stop', index });

testDialect(anthropicMessages, {
  url: 'https://api.anthropic.com/v1/messages',
  notOurs: [
    'https://api.anthropic.com/v1/messages/batches',
    'https://api.anthropic.com/v1/messages/count_tokens',
    'https://api.anthropic.com/v1/complete',
    'https://api.openai.com/v1/threads/thread_1/messages',
  ],
  request: {
    model: 'claude-5',
    max_tokens: 100,
    system: [
      { type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } },
      { type: 'text', text: 'Be kind.' },
    ],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
          { type: 'text', text: 'Let me see.' },
          { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Bern' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'sunny' }] },
          { type: 'text', text: 'And now?' },
        ],
      },
    ],
    tools: [{ name: 'weather', description: 'The weather.', input_schema: PARAMETERS, strict: true }],
    tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    output_config: { format: { type: 'json_schema', schema: SCHEMA } },
    stop_sequences: ['END'],
  },
  skimmed: { operation: 'chat', model: 'claude-5', stream: false },
  attributes: {
    'gen_ai.request.max_tokens': 100,
    'gen_ai.request.stop_sequences': ['END'],
    'gen_ai.output.type': 'json',
  },
  messages: [
    {
      role: 'system',
      parts: [
        { type: 'text', content: 'Be brief.' },
        { type: 'text', content: 'Be kind.' },
      ],
    },
    {
      role: 'user',
      parts: [
        { type: 'text', content: 'What is this?' },
        { type: 'other', kind: 'image' },
      ],
    },
    {
      role: 'assistant',
      parts: [
        { type: 'other', kind: 'reasoning' },
        { type: 'text', content: 'Let me see.' },
        { type: 'tool_call', id: 'toolu_1', name: 'weather', arguments: '{"city":"Bern"}' },
      ],
    },
    {
      role: 'user',
      parts: [
        { type: 'tool_call_response', id: 'toolu_1', response: 'sunny' },
        { type: 'text', content: 'And now?' },
      ],
    },
  ],
  answer: {
    messages: [
      {
        role: 'assistant',
        parts: [
          { type: 'other', kind: 'reasoning' },
          { type: 'text', content: 'Lét me see.' },
          { type: 'other', kind: 'server_tool_use' },
          { type: 'tool_call', id: 'toolu_2', name: 'weather', arguments: '{"city":"Zürich"}' },
          { type: 'tool_call', id: 'toolu_3', name: 'now', arguments: '{}' },
        ],
      },
    ],
    finish: 'tool_call',
    finishReasons: ['tool_use'],
    usage: {
      inputTokens: 31,
      outputTokens: 12,
      cachedInputTokens: 8,
      cacheCreationInputTokens: 3,
      reasoningTokens: 5,
    },
    model: 'claude-5-2026',
    id: 'msg_1',
  },
  json: JSON.stringify({
    ...MESSAGE,
    content: [
      { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
      { type: 'text', text: 'Lét me see.', citations: null },
      { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'q' } },
      { type: 'tool_use', id: 'toolu_2', name: 'weather', input: { city: 'Zürich' } },
      { type: 'tool_use', id: 'toolu_3', name: 'now', input: {} },
    ],
    stop_reason: 'tool_use',
    stop_sequence: null,
    stop_details: null,
    usage: { ...INPUTS, ...OUTPUTS },
  }),
  stream: [
    event({
      type: 'message_start',
      message: { ...MESSAGE, content: [], stop_reason: null, usage: { ...INPUTS, output_tokens: 1 } },
    }),
    start(0, { type: 'thinking', thinking: '', signature: '' }),
    event({ type: 'ping' }),
    delta(0, { type: 'thinking_delta', thinking: 'Hm.' }),
    delta(0, { type: 'signature_delta', signature: 'c2ln' }),
    stop(0),
    start(1, { type: 'text', text: '' }),
    delta(1, { type: 'text_delta', text: 'Lét me ' }),
    delta(1, { type: 'text_delta', text: 'see.' }),
    stop(1),
    start(2, { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} }),
    delta(2, { type: 'input_json_delta', partial_json: '{"query":"q"}' }),
    stop(2),
    start(3, { type: 'tool_use', id: 'toolu_2', name: 'weather', input: {} }),
    delta(3, { type: 'input_json_delta', partial_json: '' }),
    delta(3, { type: 'input_json_delta', partial_json: '{"city":' }),
    delta(3, { type: 'input_json_delta', partial_json: '"Zürich"}' }),
    stop(3),
    start(4, { type: 'tool_use', id: 'toolu_3', name: 'now', input: {} }),
    delta(4, { type: 'input_json_delta', partial_json: '' }),
    stop(4),
    event({ type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: OUTPUTS }),
    event({ type: 'message_stop' }),
  ].join(''),
  terminal: true,
  errors: [
    ['{"type":"error","error":{"type":"invalid_request_error","message":"no"}}', 'invalid_request_error'],
    [
      `${start(0, { type: 'text', text: 'a' })}${event({ type: 'error', error: { type: 'overloaded_error', message: 'm' } })}`,
      'overloaded_error',
    ],
  ],
  shadow: {
    stripped: {
      metadata: { user_id: 'u' },
      diagnostics: { previous_message_id: 'msg_0' },
      thread: { type: 'create' },
      billing_policy: { type: 'billing_policy', bill_to: 'user_profile' },
    },
    refused: [
      { container: 'container_1' },
      { mcp_servers: [{ type: 'url', url: 'https://mcp.example', name: 'm' }] },
      { thread: { type: 'continue', previous_message_id: 'msg_0' } },
      { fallbacks: 'default' },
      { fallback_credit_token: 'f' },
      { compaction: { type: 'summarize' } },
      { tools: [{ type: 'web_search_20260318', name: 'web_search' }] },
      { tools: [{ type: 'web_fetch_20260318', name: 'web_fetch' }] },
      { tools: [{ type: 'code_execution_20260521', name: 'code_execution' }] },
      { tools: [{ type: 'computer_toolset_20260801' }] },
      { tools: [{ type: 'mcp_toolset', mcp_server_name: 'm' }] },
      { tools: [{ type: 'tool_search_tool_bm25_20251119', name: 'tool_search_tool_bm25' }] },
      {
        tools: [
          { type: 'custom', name: 'a', input_schema: {} },
          { type: 'advisor_20260301', name: 'advisor' },
        ],
      },
      { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'file', file_id: 'f' } }] }] },
      { messages: [{ role: 'user', content: [{ type: 'container_upload', file_id: 'f' }] }] },
      {
        messages: [
          {
            role: 'user',
            content: [
              {
                type: 'tool_result',
                tool_use_id: 't',
                content: [{ type: 'document', source: { type: 'file', file_id: 'f' } }],
              },
            ],
          },
        ],
      },
      {
        messages: [
          {
            role: 'assistant',
            content: [{ type: 'server_tool_use', id: 's', name: 'web_search', input: {} }],
          },
        ],
      },
      {
        messages: [
          {
            role: 'assistant',
            content: [
              {
                type: 'tool_use',
                id: 's',
                name: 'n',
                input: {},
                caller: { type: 'code_execution_20260120', tool_id: 's' },
              },
            ],
          },
        ],
      },
    ],
    systemRole: 'system',
    canonical: {
      model: 'claude-5',
      stream: false,
      system: 'Be brief.\n\nBe kind.',
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
          parts: [
            { type: 'text', text: 'Let me see.' },
            { type: 'tool_call', id: 'toolu_1', name: 'weather', arguments: { city: 'Bern' } },
          ],
        },
        {
          role: 'user',
          parts: [
            { type: 'tool_result', id: 'toolu_1', name: 'weather', text: 'sunny' },
            { type: 'text', text: 'And now?' },
          ],
        },
      ],
      tools: [{ name: 'weather', description: 'The weather.', parameters: PARAMETERS, strict: true }],
      toolChoice: { type: 'auto' },
      parallelToolCalls: false,
      output: { type: 'json_schema', name: 'answer', schema: SCHEMA, strict: true },
      parameters: { maxTokens: 100, stop: ['END'] },
    },
    untranslatable: [
      { thinking: { type: 'adaptive' } },
      { output_config: { effort: 'high' } },
      { speed: 'fast' },
      { inference_geo: 'eu' },
      { context_management: { edits: [] } },
      { tool_choice: { type: 'x' } },
      { tools: [{ type: 'bash_20250124', name: 'bash' }] },
      { tools: [{ name: 'a', input_schema: {}, input_examples: [{}] }] },
      {
        messages: [
          { role: 'user', content: 'a' },
          { role: 'assistant', content: 'The answer is' },
        ],
      },
      {
        messages: [
          { role: 'user', content: 'a' },
          { role: 'system', content: 'b' },
          { role: 'user', content: 'c' },
        ],
      },
      { messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'url', url: 'https://d' } }] }] },
      { messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'x', content: 'y' }] }] },
    ],
  },
});
