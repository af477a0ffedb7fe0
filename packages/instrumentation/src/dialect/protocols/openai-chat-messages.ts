import type { Message, Part } from '../../trial/trial.js';
import { asList, asObject, asText, isObject, parseJson } from '../json.js';

/** The messages of a chat completions request. Throws where the body is not one. */
export function readMessages(body: string): readonly Message[] {
  const request = parseJson(body);
  if (!isObject(request) || !Array.isArray(request['messages'])) {
    throw new TypeError('expected a JSON object with `messages`, a list');
  }
  return request['messages'].map(readMessage);
}

function readMessage(value: unknown): Message {
  const message = asObject(value);
  const role = asText(message['role']) ?? 'unknown';
  if (role === 'tool' || role === 'function') {
    const response = flatText(message['content']);
    return { role, parts: [{ type: 'tool_call_response', id: asText(message['tool_call_id']), response }] };
  }
  const parts = contentParts(message['content']);
  const refusal = asText(message['refusal']);
  if (refusal !== null) parts.push({ type: 'refusal', content: refusal });
  parts.push(...toolCalls(message));
  const reasoning = message['reasoning_content'] ?? message['reasoning'];
  for (const [kind, value] of Object.entries({ reasoning, audio: message['audio'] })) {
    if (value !== undefined && value !== null) parts.push({ type: 'other', kind });
  }
  return { role, parts };
}

function contentParts(content: unknown): Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', content }];
  return asList(content).map((value): Part => {
    const part = asObject(value);
    const kind = asText(part['type']) ?? 'unknown';
    if (kind === 'text' && typeof part['text'] === 'string') return { type: 'text', content: part['text'] };
    if (kind === 'refusal' && typeof part['refusal'] === 'string') return { type: 'refusal', content: part['refusal'] };
    return { type: 'other', kind };
  });
}

function toolCalls(message: Readonly<Record<string, unknown>>): Part[] {
  const calls = asList(message['tool_calls']).map((value): Part => {
    const call = asObject(value);
    const named = asObject(call['function'] ?? call['custom']);
    return {
      type: 'tool_call',
      id: asText(call['id']),
      name: asText(named['name']) ?? '',
      arguments: argumentsText(named['arguments'] ?? named['input']),
    };
  });
  const legacy = message['function_call'];
  if (isObject(legacy)) {
    calls.push({
      type: 'tool_call',
      id: null,
      name: asText(legacy['name']) ?? '',
      arguments: asText(legacy['arguments']) ?? '',
    });
  }
  return calls;
}

/** JSON text; some servers take the value itself. */
function argumentsText(value: unknown): string {
  return isObject(value) ? JSON.stringify(value) : (asText(value) ?? '');
}

function flatText(content: unknown): string {
  return contentParts(content)
    .map((part) => (part.type === 'text' ? part.content : ''))
    .join('');
}
