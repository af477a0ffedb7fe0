import { testDialect } from '../conformance.test.support.js';
import { cohereChat } from './cohere-chat.js';

const PARAMETERS = { type: 'object', properties: { city: { type: 'string' } } };
const USAGE = {
  billed_units: { input_tokens: 20, output_tokens: 10 },
  tokens: { input_tokens: 30, output_tokens: 12 },
  cached_tokens: 8,
};
const call = (args: string): object => ({
  id: 'weather_2',
  type: 'function',
  function: { name: 'weather', arguments: args },
});
const event = (type: string, rest: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
const piece = (type: string, message: object, index = 0): string => event(type, { index, delta: { message } });

testDialect(cohereChat, {
  url: 'https://api.cohere.com/v2/chat',
  notOurs: ['https://api.cohere.com/v1/chat', 'https://api.cohere.com/v2/embed', 'https://api.cohere.com/v2/chat/1'],
  request: {
    model: 'command-a',
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
        tool_plan: 'I will look at the weather.',
        tool_calls: [
          { id: 'weather_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } },
        ],
      },
      {
        role: 'tool',
        tool_call_id: 'weather_1',
        content: [{ type: 'document', document: { data: { sky: 'clear' } } }],
      },
    ],
    tools: [{ type: 'function', function: { name: 'weather', description: 'The weather.', parameters: PARAMETERS } }],
    strict_tools: true,
    tool_choice: 'REQUIRED',
    safety_mode: 'STRICT',
    thinking: { type: 'enabled', token_budget: 100 },
    response_format: { type: 'json_object' },
    max_tokens: 100,
    temperature: 0.5,
    p: 0.9,
    k: 40,
    stop_sequences: ['END'],
    seed: 7,
    frequency_penalty: 0.2,
    presence_penalty: 0.1,
  },
  skimmed: { operation: 'chat', model: 'command-a', stream: false },
  attributes: {
    'gen_ai.request.max_tokens': 100,
    'gen_ai.request.temperature': 0.5,
    'gen_ai.request.top_p': 0.9,
    'gen_ai.request.top_k': 40,
    'gen_ai.request.seed': 7,
    'gen_ai.request.frequency_penalty': 0.2,
    'gen_ai.request.presence_penalty': 0.1,
    'gen_ai.request.stop_sequences': ['END'],
    'gen_ai.output.type': 'json',
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
    {
      role: 'assistant',
      parts: [{ type: 'tool_call', id: 'weather_1', name: 'weather', arguments: '{"city":"Bern"}' }],
    },
    { role: 'tool', parts: [{ type: 'tool_call_response', id: 'weather_1', response: '{"sky":"clear"}' }] },
  ],
  answer: {
    messages: [
      {
        role: 'assistant',
        parts: [
          { type: 'other', kind: 'reasoning' },
          { type: 'text', content: 'Lét me see.' },
          { type: 'tool_call', id: 'weather_2', name: 'weather', arguments: '{"city":"Zürich"}' },
          { type: 'other', kind: 'reasoning' },
        ],
      },
    ],
    finish: 'tool_call',
    finishReasons: ['TOOL_CALL'],
    usage: { inputTokens: 30, outputTokens: 12, cachedInputTokens: 8 },
    model: null,
    id: 'c14c80c3',
  },
  json: JSON.stringify({
    id: 'c14c80c3',
    message: {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.' },
        { type: 'text', text: 'Lét me see.' },
      ],
      tool_plan: 'I will look again.',
      tool_calls: [call('{"city":"Zürich"}')],
    },
    finish_reason: 'TOOL_CALL',
    usage: USAGE,
  }),
  stream: [
    event('message-start', { id: 'c14c80c3', delta: { message: { role: 'assistant', content: [], tool_calls: [] } } }),
    piece('content-start', { content: { type: 'thinking', thinking: '' } }),
    piece('content-delta', { content: { thinking: 'Hm.' } }),
    event('content-end', { index: 0 }),
    piece('content-start', { content: { type: 'text', text: '' } }, 1),
    piece('content-delta', { content: { text: 'Lét me ' } }, 1),
    piece('content-delta', { content: { text: 'see.' } }, 1),
    event('content-end', { index: 1 }),
    piece('tool-plan-delta', { tool_plan: 'I will look again.' }),
    piece('tool-call-start', { tool_calls: call('') }),
    piece('tool-call-delta', { tool_calls: { function: { arguments: '{"city":' } } }),
    piece('tool-call-delta', { tool_calls: { function: { arguments: '"Zürich"}' } } }),
    event('tool-call-end', { index: 0 }),
    event('message-end', { delta: { finish_reason: 'TOOL_CALL', usage: USAGE } }),
  ].join(''),
  terminal: true,
  errors: [
    ['{"id":"x","message":{"role":"assistant","content":[]},"finish_reason":"ERROR"}', 'ERROR'],
    [event('message-end', { delta: { finish_reason: 'ERROR', error: 'it broke' } }), 'ERROR'],
  ],
  shadow: {
    stripped: {},
    refused: [{ documents: ['a'] }, { connectors: [{ id: 'web-search' }] }, { tools: [{ type: 'web_search' }] }],
    systemRole: 'system',
    canonical: null,
    untranslatable: [],
  },
});
