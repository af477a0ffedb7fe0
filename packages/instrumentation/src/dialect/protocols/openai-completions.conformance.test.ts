import { testDialect } from '../conformance.test.support.js';
import { openaiCompletions } from './openai-completions.js';

const USAGE = { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 };
const body = (choices: readonly object[], rest: object = {}): object => ({
  id: 'cmpl-1',
  object: 'text_completion',
  created: 1,
  model: 'gpt-3.5-turbo-instruct:20230824-v2',
  system_fingerprint: 'fp_1',
  choices,
  ...rest,
});
const chunk = (text: string, finish: string | null = null): string =>
  `data: ${JSON.stringify(body([{ text, index: 0, logprobs: null, finish_reason: finish }]))}\n\n`;

testDialect(openaiCompletions, {
  url: 'https://api.openai.com/v1/completions',
  notOurs: ['https://api.openai.com/v1/chat/completions', 'https://api.mistral.ai/v1/agents/completions'],
  request: {
    model: 'gpt-3.5-turbo-instruct',
    prompt: 'Say héllo',
    max_tokens: 20,
    temperature: 0,
    top_p: 0.9,
    frequency_penalty: 0.1,
    presence_penalty: 0.2,
    n: 2,
    seed: 7,
    stop: ['END'],
    echo: false,
    suffix: '.',
  },
  skimmed: { operation: 'text_completion', model: 'gpt-3.5-turbo-instruct', stream: false },
  attributes: {
    'gen_ai.request.max_tokens': 20,
    'gen_ai.request.temperature': 0,
    'gen_ai.request.top_p': 0.9,
    'gen_ai.request.frequency_penalty': 0.1,
    'gen_ai.request.presence_penalty': 0.2,
    'gen_ai.request.choice.count': 2,
    'gen_ai.request.seed': 7,
    'gen_ai.request.stop_sequences': ['END'],
  },
  messages: [{ role: 'user', parts: [{ type: 'text', content: 'Say héllo' }] }],
  answer: {
    messages: [{ role: 'assistant', parts: [{ type: 'text', content: 'Well, héllo!' }] }],
    finish: 'stop',
    finishReasons: ['stop'],
    usage: { inputTokens: 3, outputTokens: 5 },
    model: 'gpt-3.5-turbo-instruct:20230824-v2',
    id: 'cmpl-1',
    attributes: { 'openai.response.system_fingerprint': 'fp_1' },
  },
  json: JSON.stringify(
    body([{ text: 'Well, héllo!', index: 0, logprobs: null, finish_reason: 'stop' }], { usage: USAGE }),
  ),
  stream: [
    chunk('Well, '),
    chunk('hél'),
    chunk('lo!'),
    chunk('', 'stop'),
    `data: ${JSON.stringify(body([], { usage: USAGE }))}\n\n`,
    'data: [DONE]\n\n',
  ].join(''),
  terminal: true,
  errors: [
    ['{"error":{"message":"no","type":"server_error","code":null}}', 'server_error'],
    [`${chunk('a')}data: {"error":{"code":"overloaded"}}\n\n`, 'overloaded'],
  ],
  shadow: null,
});
