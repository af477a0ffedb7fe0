import type { Message, Part } from '../../trial/trial.js';
import { asList, asObject, asText, isObject, type JsonObject, parseJson } from '../json.js';

/** What a request says to the model: one text, or a list of items. A text is what the user says. */
export function inputItems(request: JsonObject): readonly JsonObject[] {
  const { input } = request;
  return typeof input === 'string' ? [{ role: 'user', content: input }] : asList(input).map(asObject);
}

/** A message need not say that it is one. */
export function itemType(item: JsonObject): string {
  return asText(item['type']) ?? (asText(item['role']) === null ? 'unknown' : 'message');
}

/** The messages of a responses request, instructions first. Throws where the body is not one. */
export function readMessages(body: string): readonly Message[] {
  const request = parseJson(body);
  const input = asObject(request)['input'] ?? '';
  if (!isObject(request) || (typeof input !== 'string' && !Array.isArray(input))) {
    throw new TypeError('expected a JSON object with `input`, a text or a list');
  }
  const instructions = asText(request['instructions']);
  return [
    ...(instructions === null ? [] : [{ role: 'system', parts: [{ type: 'text' as const, content: instructions }] }]),
    ...(input === '' ? [] : inputItems(request).map(readItem)),
  ];
}

function readItem(item: JsonObject): Message {
  const type = itemType(item);
  const id = asText(item['call_id']);
  switch (type) {
    case 'message':
      return { role: asText(item['role']) ?? 'unknown', parts: contentParts(item['content']) };
    case 'function_call':
    case 'custom_tool_call': {
      const args = asText(item['arguments'] ?? item['input']) ?? '';
      const part: Part = { type: 'tool_call', id, name: asText(item['name']) ?? '', arguments: args };
      return { role: 'assistant', parts: [part] };
    }
    case 'function_call_output':
    case 'custom_tool_call_output':
      return { role: 'tool', parts: [{ type: 'tool_call_response', id, response: textOf(item['output']) }] };
    default:
      return { role: 'assistant', parts: [{ type: 'other', kind: type }] };
  }
}

function contentParts(content: unknown): readonly Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', content }];
  return asList(content).map((value): Part => {
    const part = asObject(value);
    const { text, refusal } = part;
    if (typeof text === 'string') return { type: 'text', content: text };
    if (typeof refusal === 'string') return { type: 'refusal', content: refusal };
    return { type: 'other', kind: asText(part['type']) ?? 'unknown' };
  });
}

/** The text of what is a string or a list of parts. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return asList(content)
    .map((part) => asText(asObject(part)['text']) ?? '')
    .join('');
}
