import { expect, it } from 'vitest';
import { AnswerBuilder } from './answer-builder.js';

it.each([
  [undefined, null],
  [null, null],
  [false, null],
  ['', null],
  [{}, 'provider_error'],
  ['overloaded', 'provider_error'],
  [{ code: 'rate_limit' }, 'rate_limit'],
  [{ code: 'key sk-1 is wrong', status: 'UNAUTHENTICATED' }, 'UNAUTHENTICATED'],
])('an error that is %j is of the type %j', (error, type) => {
  const answer = new AnswerBuilder(true);
  answer.failed(error);
  expect(answer.errorType).toBe(type);
  expect(answer.terminal).toBe(type !== null);
});
