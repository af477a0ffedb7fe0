import { expect, it } from 'vitest';
import { type FunctionAnswer, readGiven, readResult } from './function-answer.js';

const LIMITS = { content: true, maxChars: 1000 };

it.each([
  [
    'a method',
    {
      toJSON(): never {
        throw new Error('of Jane Doe');
      },
    },
  ],
  [
    'a getter',
    {
      get name(): never {
        throw new Error('of Jane Doe');
      },
    },
  ],
])('what the host says where its own code throws is in no detail: %s', (_name, result) => {
  const read = readResult(result, LIMITS);
  expect(read).toMatchObject({ status: 'fault', type: 'unreadable_answer' });
  expect(JSON.stringify(read)).not.toContain('Jane');
});

it('says in words of ours what has no text', () => {
  expect(readResult(new Map(), LIMITS)).toMatchObject({ detail: 'an object without fields of its own' });
  expect(readResult([Buffer.alloc(2 ** 24 + 1)], LIMITS)).toMatchObject({ detail: 'more than 16777216 bytes' });
});

it('gives a tool call of odd types as the trial can hold it', () => {
  const odd = { toolCalls: [{ id: 5, name: 7, arguments: '{}' }] } as unknown as FunctionAnswer;
  expect(readGiven(odd, LIMITS)).toMatchObject({
    answer: { messages: [{ parts: [{ type: 'tool_call', id: null, name: '', arguments: '{}' }] }] },
  });
});

it('of a rule, that is longer in the names or the arguments of its calls, is too large and not cut', () => {
  const limits = { content: true, maxChars: 100 };
  const long = 'x'.repeat(101);
  expect(readGiven({ toolCalls: [{ name: long }] }, limits)).toEqual({ status: 'too_large' });
  expect(readGiven({ toolCalls: [{ name: 'f', arguments: { long } }] }, limits)).toEqual({ status: 'too_large' });
  const read = readGiven({ toolCalls: [{ id: 'x'.repeat(300), name: 'f' }] }, limits);
  expect(read).toMatchObject({ answer: { messages: [{ parts: [{ id: null, name: 'f' }] }] } });
});
