import { expect, it } from 'vitest';
import { createEmbeddingClient } from './client.js';

/** The tokens that a client takes this usage for. */
async function tokensOf(usage: string): Promise<number | null> {
  const body = `{"data": [{"embedding": [1, 0], "index": 0}], "usage": ${usage}}`;
  const client = createEmbeddingClient({
    baseUrl: 'https://embeddings.test/v1',
    model: 'embed-1',
    apiKey: null,
    dimensions: null,
    fetch: async () => new Response(body),
  });
  const reply = await client.embed(['a']);
  return reply.status === 'ok' ? reply.inputTokens : expect.unreachable();
}

it.each([
  ['{"prompt_tokens": 7}', 7],
  ['{"prompt_tokens": 0}', 0],
  ['{"prompt_tokens": 1e400}', null],
  ['{"prompt_tokens": 0.5}', null],
  ['{"prompt_tokens": -1}', null],
  ['{"prompt_tokens": 9007199254740992}', null],
  ['{"prompt_tokens": "7"}', null],
  ['{}', null],
  ['null', null],
])('takes %s for %s tokens', async (usage, tokens) => {
  expect(await tokensOf(usage)).toBe(tokens);
});
