import { expect, test } from 'vitest';
import type { ModelAnswer } from './dialect.js';
import { openaiChat } from './protocols/openai-chat.js';
import { openaiEmbeddings } from './protocols/openai-embeddings.js';

const MEBIBYTE = 1024 * 1024;

function read(dialect: typeof openaiChat, text: string): { answer: ModelAnswer | null; truncated: boolean } {
  const reader = dialect.reader({ operation: 'chat', model: 'm', stream: false }, MEBIBYTE);
  for (let at = 0; at < text.length; at += 10_000) reader.push(new TextEncoder().encode(text.slice(at, at + 10_000)));
  const answer = reader.finish();
  return { answer, truncated: reader.truncated };
}

const chat = (message: object): string => JSON.stringify({ id: 'a', choices: [{ message, finish_reason: 'stop' }] });
const streamed = (words: readonly string[]): string =>
  words.map((content) => `data: ${JSON.stringify({ id: 'a', choices: [{ delta: { content } }] })}\n\n`).join('');

test('an answer may say a quarter of its bytes in characters, whole or streamed', () => {
  const most = 'x'.repeat(MEBIBYTE / 4 - 64);
  expect(read(openaiChat, chat({ content: most })).truncated).toBe(false);
  expect(read(openaiChat, chat({ content: `${most}${'x'.repeat(100)}` })).truncated).toBe(true);
  const pieces = Array.from({ length: 60_000 }, () => 'four');
  expect(read(openaiChat, streamed(pieces)).truncated).toBe(false);
  expect(read(openaiChat, streamed([...pieces, ...pieces])).truncated).toBe(true);
});

test('an answer with more structure than is parsed is one that is too large, not one that is none', () => {
  for (const text of [
    `{"id":"a","choices":${'['.repeat(1000)}`,
    `{"id":"a","choices":[${'{},'.repeat(40_000)}{}]}`,
    `data: {"id":"a","choices":${'['.repeat(1000)}\n\n`,
  ])
    expect(read(openaiChat, text)).toMatchObject({ truncated: true });
});

test('of vectors only the counts are read, however many there are', () => {
  const vector = Array.from({ length: 90_000 }, () => 0.5);
  const text = JSON.stringify({
    object: 'list',
    data: [{ embedding: vector }],
    model: 'e',
    usage: { prompt_tokens: 7 },
  });
  expect(read(openaiEmbeddings, text)).toMatchObject({
    truncated: false,
    answer: { model: 'e', usage: { inputTokens: 7 } },
  });
});
