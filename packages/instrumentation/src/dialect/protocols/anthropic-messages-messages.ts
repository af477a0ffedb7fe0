import type { Message, Part } from '../../trial/trial.js';
import { asList, asObject, asText, isObject, parseJson } from '../json.js';
import { textsOf } from './anthropic-messages-body.js';

/** The messages of a messages request, the instructions first. Throws where the body is not one. */
export function readMessages(body: string): readonly Message[] {
  const request = parseJson(body);
  if (!isObject(request) || !Array.isArray(request['messages'])) {
    throw new TypeError('expected a JSON object with `messages`, a list');
  }
  const system = contentParts(request['system']);
  const messages = request['messages'].map((value): Message => {
    const message = asObject(value);
    return { role: asText(message['role']) ?? 'unknown', parts: contentParts(message['content']) };
  });
  return system.length === 0 ? messages : [{ role: 'system', parts: system }, ...messages];
}

function contentParts(content: unknown): readonly Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', content }];
  return asList(content).map((value): Part => {
    const block = asObject(value);
    const kind = asText(block['type']) ?? 'unknown';
    if (kind === 'text') return { type: 'text', content: asText(block['text']) ?? '' };
    if (kind === 'tool_result') {
      const response = textsOf(block['content']).join('');
      return { type: 'tool_call_response', id: asText(block['tool_use_id']), response };
    }
    if (kind !== 'tool_use') return { type: 'other', kind: kind.endsWith('thinking') ? 'reasoning' : kind };
    const args = JSON.stringify(asObject(block['input']));
    return { type: 'tool_call', id: asText(block['id']), name: asText(block['name']) ?? '', arguments: args };
  });
}
