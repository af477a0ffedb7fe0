import { openaiError } from './openai-chat.js';
import type { Protocol } from './protocol.js';

const DIMENSIONS = 4;

/** OpenAI embeddings: floats, or base64 as its SDK asks for. */
export const openaiEmbeddings: Protocol = {
  name: 'openai-embeddings',
  recognises: (path) => path.endsWith('/embeddings'),
  streamed: () => false,
  answer({ body }) {
    const { input, model, encoding_format: format } = body;
    const inputs: readonly unknown[] = Array.isArray(input) ? input : [input];
    return {
      object: 'list',
      id: 'embd-test',
      data: inputs.map((_, index) => ({ object: 'embedding', index, embedding: embedding(index, format) })),
      model,
      usage: { prompt_tokens: 5 * inputs.length, completion_tokens: 0, total_tokens: 5 * inputs.length },
    };
  },
  error: openaiError,
};

function embedding(index: number, format: unknown): unknown {
  const values = Float32Array.from({ length: DIMENSIONS }, (_, at) => (index + 1) / (at + 2));
  return format === 'base64' ? Buffer.from(values.buffer).toString('base64') : [...values];
}
