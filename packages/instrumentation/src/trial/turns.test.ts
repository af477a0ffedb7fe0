import { expect, it } from 'vitest';
import { turnsOf } from './turns.js';

const message = (role: string, ...types: readonly string[]) => ({ role, parts: types.map((type) => ({ type })) });

it('counts the messages in which the user speaks', () => {
  expect(turnsOf([])).toBe(0);
  expect(turnsOf([message('system', 'text')])).toBe(0);
  expect(turnsOf([message('system', 'text'), message('user', 'text')])).toBe(1);
  const conversation = [message('user', 'text'), message('assistant', 'text'), message('user', 'other', 'text')];
  expect(turnsOf(conversation)).toBe(2);
});

it('counts no message that only brings the results of tools, whoever it is from', () => {
  const tools = [message('assistant', 'tool_call'), message('user', 'tool_call_response')];
  expect(turnsOf([message('user', 'text'), ...tools, message('tool', 'tool_call_response')])).toBe(1);
  expect(turnsOf([message('user', 'text'), ...tools, message('user', 'tool_call_response', 'text')])).toBe(2);
});
