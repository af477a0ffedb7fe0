import { testDialect } from '../conformance.test.support.js';
import { ollamaGenerate } from './ollama-generate.js';

const DONE = { done: true, done_reason: 'length', context: [1, 2, 3], prompt_eval_count: 30, eval_count: 12 };
const line = (said: object, rest: object = { done: false }): string =>
  `${JSON.stringify({ model: 'qwen3:8b', created_at: '2026-11-21T00:00:00.000000Z', ...said, ...rest })}\n`;

testDialect(ollamaGenerate, {
  url: 'https://gateway.example/ollama/api/generate',
  notOurs: ['http://localhost:11434/api/chat', 'http://localhost:11434/api/generate/1'],
  request: {
    model: 'qwen3',
    system: 'Be brief.',
    prompt: 'def add(',
    suffix: 'return c',
    images: ['iVBORw0KGgoAAAA='],
    raw: false,
    format: 'json',
    options: { temperature: 0.5, num_predict: -1, presence_penalty: 0.1, frequency_penalty: 0.2 },
  },
  skimmed: { operation: 'text_completion', model: 'qwen3', stream: true },
  attributes: {
    'gen_ai.request.temperature': 0.5,
    'gen_ai.request.presence_penalty': 0.1,
    'gen_ai.request.frequency_penalty': 0.2,
    'gen_ai.output.type': 'json',
  },
  messages: [
    { role: 'system', parts: [{ type: 'text', content: 'Be brief.' }] },
    {
      role: 'user',
      parts: [
        { type: 'text', content: 'def add(' },
        { type: 'text', content: 'return c' },
        { type: 'other', kind: 'image' },
      ],
    },
  ],
  answer: {
    messages: [
      {
        role: 'assistant',
        parts: [
          { type: 'text', content: 'Lét me see.' },
          { type: 'other', kind: 'reasoning' },
        ],
      },
    ],
    finish: 'length',
    finishReasons: ['length'],
    usage: { inputTokens: 30, outputTokens: 12 },
    model: 'qwen3:8b',
    id: null,
  },
  json: line({ response: 'Lét me see.', thinking: 'Hm.' }, DONE),
  stream: [
    line({ response: '', thinking: 'Hm.' }),
    line({ response: 'Lét me ' }),
    line({ response: 'see.' }),
    line({ response: '' }, DONE),
  ].join(''),
  terminal: true,
  errors: [['{"error":"model \\"x\\" not found"}', 'provider_error']],
  shadow: {
    stripped: {},
    refused: [{ context: [1, 2] }, { width: 512, height: 512, steps: 4 }],
    systemRole: 'system',
    canonical: null,
    untranslatable: [],
  },
});
