import { testDialect } from '../conformance.test.support.js';
import { openaiEmbeddings } from './openai-embeddings.js';

testDialect(openaiEmbeddings, {
  url: 'https://api.openai.com/v1/embeddings',
  notOurs: ['https://api.openai.com/v1/embeddings/1', 'https://api.openai.com/v1/chat/completions'],
  request: {
    model: 'text-embedding-3-small',
    input: ['One.', 'Two.'],
    dimensions: 3,
    encoding_format: 'float',
    user: 'u',
  },
  skimmed: { operation: 'embeddings', model: 'text-embedding-3-small', stream: false },
  attributes: { 'gen_ai.embeddings.dimension.count': 3, 'gen_ai.request.encoding_formats': ['float'] },
  messages: [
    {
      role: 'user',
      parts: [
        { type: 'text', content: 'One.' },
        { type: 'text', content: 'Two.' },
      ],
    },
  ],
  answer: {
    messages: [],
    finish: null,
    finishReasons: [],
    usage: { inputTokens: 4 },
    model: 'text-embedding-3-small',
    id: null,
  },
  json: JSON.stringify({
    object: 'list',
    data: [
      { object: 'embedding', index: 0, embedding: [0.1, -0.2, 0.3] },
      { object: 'embedding', index: 1, embedding: [0.4, 0.5, -0.6] },
    ],
    model: 'text-embedding-3-small',
    usage: { prompt_tokens: 4, total_tokens: 4 },
  }),
  stream: null,
  terminal: false,
  errors: [['{"error":{"message":"no","type":"invalid_request_error","code":null}}', 'invalid_request_error']],
  shadow: null,
});
