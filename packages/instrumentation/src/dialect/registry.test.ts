import { expect, test } from 'vitest';
import { DIALECTS } from './registry.js';

test('every dialect has a name of its own', () => {
  expect(new Set(DIALECTS.map(({ name }) => name)).size).toBe(DIALECTS.length);
});

test.each([
  'https://api.openai.com/v1/chat/completions',
  'https://api.openai.com/v1/completions',
  'https://api.openai.com/v1/responses',
  'https://api.openai.com/v1/embeddings',
  'https://api.anthropic.com/v1/messages',
  'https://generativelanguage.googleapis.com/v1beta/models/gemini:streamGenerateContent?alt=sse',
  'http://localhost:11434/api/chat',
  'http://localhost:11434/api/generate',
])('one dialect alone takes %s for its own, whatever stands before its path', (address) => {
  const { origin, pathname, search } = new URL(address);
  for (const before of ['', '/api', '/chat', '/v1/gateway']) {
    const url = new URL(`${before}${pathname}${search}`, origin);
    expect(DIALECTS.filter((dialect) => dialect.recognises('POST', url)).length).toBe(1);
  }
});
