import { asList, isObject } from '../dialect/json.js';
import type { Message, Part } from '../trial/trial.js';
import { jsonText } from './json-text.js';

/** Characters of arguments that are kept as what was asked. */
const MAX_INPUT_CHARS = 256 * 1024;

/** What was asked, without a rule: the arguments as one message of the user, as JSON, cut where it is too long. */
export function argumentsAsInput(args: readonly unknown[]): readonly Message[] {
  const value = args.length === 1 ? args[0] : args;
  return asMessage(typeof value === 'string' ? value : jsonText(value ?? null, MAX_INPUT_CHARS).text);
}

/** What was asked, as the user's rule gave it. Throws on what is neither a text nor messages: it would travel as it is. */
export function givenInput(given: unknown): readonly Message[] {
  if (typeof given === 'string') return asMessage(given);
  if (!Array.isArray(given)) throw new TypeError('expected `input` to give a text or messages');
  return given.map((message: unknown) => {
    if (!isObject(message) || typeof message['role'] !== 'string') throw new TypeError('expected messages with a role');
    return { role: message['role'], parts: asList(message['parts']).map(partOf) };
  });
}

function asMessage(text: string): readonly Message[] {
  return [{ role: 'user', parts: [{ type: 'text', content: text.slice(0, MAX_INPUT_CHARS) }] }];
}

function partOf(given: unknown): Part {
  const part = isObject(given) ? given : {};
  const text = (name: string): string => {
    const value = part[name];
    if (typeof value !== 'string') throw new TypeError(`expected parts with a text as \`${name}\``);
    return value;
  };
  const id = typeof part['id'] === 'string' ? part['id'] : null;
  switch (part['type']) {
    case 'text':
    case 'refusal':
      return { type: part['type'], content: text('content') };
    case 'tool_call':
      return { type: 'tool_call', id, name: text('name'), arguments: text('arguments') };
    case 'tool_call_response':
      return { type: 'tool_call_response', id, response: text('response') };
    default:
      return { type: 'other', kind: typeof part['kind'] === 'string' ? part['kind'] : text('type') };
  }
}
