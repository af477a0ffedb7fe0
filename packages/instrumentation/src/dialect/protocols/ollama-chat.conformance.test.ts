import { testDialect } from '../conformance.test.support.js';
import { ollamaChat } from './ollama-chat.js';

const SCHEMA = { type: 'object', properties: { answer: { type: 'string' } }, required: ['answer'] };
const PARAMETERS = { type: 'object', properties: { city: { type: 'string' } } };
const IMAGE = 'iVBORw0KGgoAAAA=';
const DONE = {
  done: true,
  done_reason: 'stop',
  total_duration: 5_000_000,
  load_duration: 1_000_000,
  prompt_eval_count: 30,
  prompt_eval_duration: 2_000_000,
  eval_count: 12,
  eval_duration: 2_000_000,
};
const line = (message: object, rest: object = { done: false }): string =>
  `${JSON.stringify({ model: 'qwen3:8b', created_at: '2026-11-21T00:00:00.000000Z', message: { role: 'assistant', content: '', ...message }, ...rest })}\n`;
const CALLS = [{ id: 'call_2', function: { index: 0, name: 'weather', arguments: { city: 'Zürich' } } }];

testDialect(ollamaChat, {
  url: 'http://localhost:11434/api/chat',
  notOurs: ['http://localhost:11434/api/generate', 'http://localhost:11434/api/chats', 'http://localhost:11434/chat'],
  request: {
    model: 'qwen3',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'What is this?', images: [IMAGE] },
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ function: { name: 'weather', arguments: { city: 'Bern' } } }],
      },
      { role: 'tool', content: 'sunny', tool_name: 'weather' },
      { role: 'user', content: 'And now?' },
    ],
    tools: [{ type: 'function', function: { name: 'weather', description: 'The weather.', parameters: PARAMETERS } }],
    format: SCHEMA,
    think: 'low',
    stream: false,
    keep_alive: '10m',
    options: { temperature: 0.5, top_p: 0.9, top_k: 40, num_predict: 100, stop: ['END'], seed: 7, num_ctx: 8192 },
  },
  skimmed: { operation: 'chat', model: 'qwen3', stream: false },
  attributes: {
    'gen_ai.request.temperature': 0.5,
    'gen_ai.request.top_p': 0.9,
    'gen_ai.request.top_k': 40,
    'gen_ai.request.max_tokens': 100,
    'gen_ai.request.seed': 7,
    'gen_ai.request.stop_sequences': ['END'],
    'gen_ai.output.type': 'json',
  },
  messages: [
    { role: 'system', parts: [{ type: 'text', content: 'Be brief.' }] },
    {
      role: 'user',
      parts: [
        { type: 'text', content: 'What is this?' },
        { type: 'other', kind: 'image' },
      ],
    },
    { role: 'assistant', parts: [{ type: 'tool_call', id: null, name: 'weather', arguments: '{"city":"Bern"}' }] },
    { role: 'tool', parts: [{ type: 'tool_call_response', id: null, response: 'sunny' }] },
    { role: 'user', parts: [{ type: 'text', content: 'And now?' }] },
  ],
  answer: {
    messages: [
      {
        role: 'assistant',
        parts: [
          { type: 'text', content: 'Lét me see.' },
          { type: 'other', kind: 'reasoning' },
          { type: 'tool_call', id: 'call_2', name: 'weather', arguments: '{"city":"Zürich"}' },
        ],
      },
    ],
    finish: 'tool_call',
    finishReasons: ['stop'],
    usage: { inputTokens: 30, outputTokens: 12 },
    model: 'qwen3:8b',
    id: null,
  },
  json: line({ content: 'Lét me see.', thinking: 'Hm.', tool_calls: CALLS }, DONE).trimEnd(),
  stream: [
    line({ thinking: 'Hm' }),
    line({ thinking: '.' }),
    line({ content: 'Lét me ' }),
    line({ content: 'see.' }),
    line({ tool_calls: CALLS }),
    line({}, DONE),
  ].join(''),
  terminal: true,
  errors: [
    ['{"error":"model requires more system memory"}', 'provider_error'],
    [`${line({ content: 'a' })}{"error":"an error was encountered while running the model"}\n`, 'provider_error'],
  ],
  shadow: {
    stripped: {},
    // The server runs the model and nothing else.
    refused: [],
    systemRole: 'system',
    canonical: {
      model: 'qwen3',
      stream: false,
      system: 'Be brief.',
      messages: [
        {
          role: 'user',
          parts: [
            { type: 'text', text: 'What is this?' },
            { type: 'image', source: { kind: 'data', mediaType: 'image/png', data: IMAGE } },
          ],
        },
        {
          role: 'assistant',
          parts: [{ type: 'tool_call', id: 'call_1', name: 'weather', arguments: { city: 'Bern' } }],
        },
        { role: 'user', parts: [{ type: 'tool_result', id: 'call_1', name: 'weather', text: 'sunny' }] },
        { role: 'user', parts: [{ type: 'text', text: 'And now?' }] },
      ],
      tools: [{ name: 'weather', description: 'The weather.', parameters: PARAMETERS, strict: null }],
      toolChoice: null,
      parallelToolCalls: null,
      output: { type: 'json_schema', name: 'answer', schema: SCHEMA, strict: null },
      parameters: {
        maxTokens: 100,
        temperature: 0.5,
        topP: 0.9,
        topK: 40,
        stop: ['END'],
        seed: 7,
        reasoningEffort: 'low',
      },
    },
    untranslatable: [
      { think: false },
      { logprobs: true },
      { truncate: false },
      { options: { mirostat: 2 } },
      { options: { num_predict: -2 } },
      { messages: [{ role: 'user', content: '', images: ['AAAA'] }] },
      { messages: [{ role: 'tool', content: 'sunny' }] },
      { messages: [{ role: 'tool', content: 'sunny', tool_name: 'weather' }] },
      {
        messages: [
          { role: 'user', content: 'a' },
          { role: 'system', content: 'b' },
        ],
      },
    ],
  },
});
