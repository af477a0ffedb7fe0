import { expect, test } from 'vitest';
import type { Dialect, ModelAnswer } from './dialect.js';
import { anthropicMessages } from './protocols/anthropic-messages.js';
import { openaiChat } from './protocols/openai-chat.js';
import { openaiEmbeddings } from './protocols/openai-embeddings.js';

const MEBIBYTE = 1024 * 1024;

function readBy(dialect: Dialect, text: string): { answer: ModelAnswer | null; truncated: boolean } {
  const reader = dialect.reader({ operation: 'chat', model: 'm', stream: false }, MEBIBYTE);
  for (let at = 0; at < text.length; at += 10_000) reader.push(new TextEncoder().encode(text.slice(at, at + 10_000)));
  const answer = reader.finish();
  return { answer, truncated: reader.truncated };
}

const blocksOf = (count: number): { type: string; text: string }[] =>
  Array.from({ length: count }, (_, index) => ({ type: 'text', text: `${index}` }));
const chat = (message: object): string => JSON.stringify({ id: 'a', choices: [{ message, finish_reason: 'stop' }] });
const streamed = (words: readonly string[]): string =>
  words.map((content) => `data: ${JSON.stringify({ id: 'a', choices: [{ delta: { content } }] })}\n\n`).join('');

test('an answer may say a quarter of its bytes in characters, whole or streamed', () => {
  const most = 'x'.repeat(MEBIBYTE / 4 - 512);
  expect(readBy(openaiChat, chat({ content: most })).truncated).toBe(false);
  expect(readBy(openaiChat, chat({ content: `${most}${'x'.repeat(600)}` })).truncated).toBe(true);
  const pieces = Array.from({ length: 60_000 }, () => 'four');
  expect(readBy(openaiChat, streamed(pieces)).truncated).toBe(false);
  expect(readBy(openaiChat, streamed([...pieces, ...pieces])).truncated).toBe(true);
});

test('an answer with more structure than is parsed is one that is too large, not one that is none', () => {
  for (const text of [
    `{"id":"a","choices":${'['.repeat(1000)}`,
    `{"id":"a","choices":[${'{},'.repeat(40_000)}{}]}`,
    `data: {"id":"a","choices":${'['.repeat(1000)}\n\n`,
  ])
    expect(readBy(openaiChat, text)).toMatchObject({ truncated: true });
});

test.each([
  ['300 blocks', blocksOf(300), true],
  ['128 blocks', blocksOf(128), false],
])(
  'an answer of %s is read whole, or is one that is too large, and never a part of it',
  (_name, content, truncated) => {
    const whole = JSON.stringify({ id: 'a', type: 'message', content, stop_reason: 'end_turn' });
    const events = content.map((content_block, index) => ({ type: 'content_block_start', index, content_block }));
    for (const text of [whole, events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')]) {
      const read = readBy(anthropicMessages, text);
      expect(read.truncated).toBe(truncated);
      if (!truncated) expect(read.answer?.messages[0]?.parts).toHaveLength(content.length);
    }
  },
);

test('an answer of more choices than are read is too large', () => {
  const choices = Array.from({ length: 129 }, () => ({ message: { content: 'x' }, finish_reason: 'stop' }));
  expect(readBy(openaiChat, JSON.stringify({ id: 'a', choices })).truncated).toBe(true);
  expect(readBy(openaiChat, JSON.stringify({ id: 'a', choices: choices.slice(1) })).truncated).toBe(false);
});

test('of vectors only the counts are read, however many there are', () => {
  const vector = Array.from({ length: 90_000 }, () => 0.5);
  const text = JSON.stringify({
    object: 'list',
    data: [{ embedding: vector }],
    model: 'e',
    usage: { prompt_tokens: 7 },
  });
  expect(readBy(openaiEmbeddings, text)).toMatchObject({
    truncated: false,
    answer: { model: 'e', usage: { inputTokens: 7 } },
  });
});
