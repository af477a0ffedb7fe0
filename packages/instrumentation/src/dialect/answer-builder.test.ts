import { expect, it, test } from 'vitest';
import { AnswerBuilder } from './answer-builder.js';

/** No name is so long. */
const LONG = 'x'.repeat(90_000);
const NAME = 'x'.repeat(250);

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

test.each<[string, (answer: AnswerBuilder, slot: number) => void]>([
  ['the id of a call', (answer, slot) => answer.toolCall(0, slot, { id: LONG, name: 'f' })],
  ['the kind of another part', (answer, slot) => answer.other(0, slot, LONG)],
  ['a role', (answer, choice) => answer.role(choice, LONG)],
  ['a finish reason', (answer, choice) => answer.finish(choice, LONG)],
])('%s is a name: what is longer is not held', (_name, say) => {
  const answer = new AnswerBuilder(true);
  for (let place = 0; place < 100; place += 1) say(answer, place);
  expect(JSON.stringify(answer.answer({})).length).toBeLessThan(20_000);
});

test.each<[string, (answer: AnswerBuilder, slot: number) => void]>([
  ['the name of a call', (answer, slot) => answer.toolCall(0, slot, { name: NAME })],
  ['the id of a call', (answer, slot) => answer.toolCall(0, slot, { id: NAME })],
  ['the arguments of a call', (answer, slot) => answer.toolCall(0, slot, { value: NAME })],
  ['the kind of another part', (answer, slot) => answer.other(0, slot, NAME)],
  ['a refusal', (answer, slot) => answer.refusal(0, slot, NAME)],
  ['a role', (answer, choice) => answer.role(choice, NAME)],
  ['a finish reason', (answer, choice) => answer.finish(choice, NAME)],
])('%s counts as held, and once', (_name, say) => {
  const answer = new AnswerBuilder(true);
  for (let place = 0; place < 100; place += 1) say(answer, place);
  expect(answer.heldBytes).toBeGreaterThan(100 * 2 * NAME.length);
  expect(answer.heldBytes).toBeLessThan(100 * 4 * (NAME.length + 128));
});

test('what is said again in place of what was there does not count twice', () => {
  const answer = new AnswerBuilder(true);
  const say = (): void => {
    answer.role(0, NAME);
    answer.finish(0, NAME);
    answer.toolCall(0, 0, { id: NAME, value: [NAME] });
  };
  say();
  const { heldBytes } = answer;
  say();
  expect(answer.heldBytes).toBe(heldBytes);
});

test('of what was said nothing counts once it is let go of, but the choices that stay do', () => {
  const answer = new AnswerBuilder(true);
  answer.finish(0, 'stop');
  const { heldBytes } = answer;
  answer.text(0, 0, LONG);
  answer.forget();
  expect(answer.heldBytes).toBe(heldBytes);
});

test.each<[string, (answer: AnswerBuilder, place: number) => void]>([
  ['choices', (answer, choice) => answer.finish(choice, 'stop')],
  ['parts of a choice', (answer, slot) => answer.text(0, slot, 'x')],
])('128 %s are read, and it says where there were more', (_name, say) => {
  const answer = new AnswerBuilder(true);
  for (let place = 0; place < 128; place += 1) say(answer, place);
  expect(answer.overflowed).toBe(false);
  say(answer, 127);
  expect(answer.overflowed).toBe(false);
  say(answer, 128);
  expect(answer.overflowed).toBe(true);
});
