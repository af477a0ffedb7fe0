import type { Message, Part } from '../../trial/trial.js';
import { FormatReader } from '../answer-reader.js';
import { changeBody } from '../change-body.js';
import type { Dialect } from '../dialect.js';
import { asList, asObject, asText, isObject, parseJson } from '../json.js';
import { ollamaChatAnswer } from './ollama-answer.js';
import { ollamaChatBody } from './ollama-body.js';
import { describeOllama, OLLAMA, ollamaKey, skimOllama } from './ollama-request.js';
import { ollamaTranslation } from './ollama-translation.js';

/** Ollama's chat, at any host: `POST .../api/chat`, one JSON body or, unless told otherwise, a stream of lines. */
export const ollamaChat: Dialect = {
  name: 'ollama-chat',
  operation: 'chat',
  provider: () => OLLAMA,
  recognises: (method, url) => method === 'POST' && url.pathname.endsWith('/api/chat'),
  skim: ({ body }) => skimOllama('chat', body),
  requestAttributes: describeOllama,
  messages: readMessages,
  reader: (_request, maxBytes, options) => new FormatReader(ollamaChatAnswer, maxBytes, options),
  shadow: {
    ...ollamaKey,
    fields: ollamaChatBody.fields,
    change({ url, body }, change) {
      const changed = changeBody(body, ollamaChatBody, change);
      return changed.status === 'ok' ? { status: 'ok', url, body: changed.body } : changed;
    },
    translation: ollamaTranslation,
  },
};

/** The messages of a chat request. Throws where the body is not one. */
function readMessages(body: string): readonly Message[] {
  const request = parseJson(body);
  if (!isObject(request) || !Array.isArray(request['messages'])) {
    throw new TypeError('expected a JSON object with `messages`, a list');
  }
  return request['messages'].map(readMessage);
}

function readMessage(value: unknown): Message {
  const message = asObject(value);
  const role = asText(message['role']) ?? 'unknown';
  const content = asText(message['content']);
  if (role === 'tool') {
    const id = asText(message['tool_call_id']);
    return { role, parts: [{ type: 'tool_call_response', id, response: content ?? '' }] };
  }
  const parts: Part[] = content === null ? [] : [{ type: 'text', content }];
  for (const _ of asList(message['images'])) parts.push({ type: 'other', kind: 'image' });
  for (const each of asList(message['tool_calls'])) {
    const call = asObject(each);
    const { name, arguments: args } = asObject(call['function']);
    const text = typeof args === 'string' ? args : JSON.stringify(args ?? {});
    parts.push({ type: 'tool_call', id: asText(call['id']), name: asText(name) ?? '', arguments: text });
  }
  if (asText(message['thinking']) !== null) parts.push({ type: 'other', kind: 'reasoning' });
  return { role, parts };
}
