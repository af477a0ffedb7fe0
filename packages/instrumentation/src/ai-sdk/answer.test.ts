import { expect, it } from 'vitest';
import type { AnswerRead } from '../capture/function-answer.js';
import { AnswerReader } from './answer.js';

const LONG = 'x'.repeat(90_000);

function read(parts: readonly object[]): AnswerRead {
  const reader = new AnswerReader({ content: true, maxChars: 100_000 });
  for (const part of [...parts, { type: 'finish', finishReason: { unified: 'stop' } }]) reader.part(part);
  return reader.read();
}

const many = (count: number, part: (index: number) => object): object[] =>
  Array.from({ length: count }, (_, index) => part(index));

it('the id of a call is a name, and its name counts as what is said', () => {
  const call = { type: 'tool-call', input: '{}' };
  expect(JSON.stringify(read([{ ...call, toolCallId: LONG, toolName: 'f' }])).length).toBeLessThan(1000);
  expect(read(many(2, (index) => ({ ...call, toolCallId: `${index}`, toolName: LONG })))).toEqual({
    status: 'too_large',
  });
});

it('an answer of more parts than are read is too large, with content and without', () => {
  const says = (index: number): object => ({ type: 'text-delta', id: `${index}`, delta: 'x' });
  expect(read(many(128, says))).toMatchObject({ status: 'ok' });
  expect(read(many(129, says))).toEqual({ status: 'too_large' });
  expect(read(many(5000, (index) => ({ type: 'text-start', id: `${index}` })))).toEqual({ status: 'too_large' });
});

it('an id of whatever kind is none, and does not throw', () => {
  const id = { toString: 1 };
  expect(
    read([
      { type: 'text-start', id },
      { type: 'text-delta', id, delta: 'yes' },
    ]),
  ).toMatchObject({
    status: 'ok',
    answer: { messages: [{ parts: [{ type: 'text', content: 'yes' }] }] },
  });
});
