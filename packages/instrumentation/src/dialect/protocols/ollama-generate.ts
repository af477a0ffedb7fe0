import type { Message, Part } from '../../trial/trial.js';
import { FormatReader } from '../answer-reader.js';
import { changeBody } from '../change-body.js';
import type { Dialect } from '../dialect.js';
import { asList, asText, isObject, parseJson } from '../json.js';
import { ollamaGenerateAnswer } from './ollama-answer.js';
import { ollamaGenerateBody } from './ollama-body.js';
import { describeOllama, OLLAMA, ollamaKey, skimOllama } from './ollama-request.js';

/**
 * Ollama's generate, at any host: `POST .../api/generate`. A prompt that is continued, filled in or formatted by its caller has no
 * words among conversations, so it is repeated among its own only.
 */
export const ollamaGenerate: Dialect = {
  name: 'ollama-generate',
  operation: 'text_completion',
  provider: () => OLLAMA,
  recognises: (method, url) => method === 'POST' && url.pathname.endsWith('/api/generate'),
  skim: ({ body }) => skimOllama('text_completion', body),
  requestAttributes: describeOllama,
  messages: readPrompt,
  instructions: ['system'],
  reader: (_request, maxBytes, options) => new FormatReader(ollamaGenerateAnswer, maxBytes, options),
  shadow: {
    ...ollamaKey,
    fields: ollamaGenerateBody.fields,
    change({ url, body }, change) {
      const changed = changeBody(body, ollamaGenerateBody, change);
      return changed.status === 'ok' ? { status: 'ok', url, body: changed.body } : changed;
    },
    translation: null,
  },
};

/** Instructions and prompt as messages. Throws where the body is no generate request. */
function readPrompt(body: string): readonly Message[] {
  const request = parseJson(body);
  if (!isObject(request) || typeof request['prompt'] !== 'string') {
    throw new TypeError('expected a JSON object with `prompt`, a text');
  }
  const system = asText(request['system']);
  const parts: Part[] = [{ type: 'text', content: request['prompt'] }];
  const suffix = asText(request['suffix']);
  if (suffix !== null) parts.push({ type: 'text', content: suffix });
  for (const _ of asList(request['images'])) parts.push({ type: 'other', kind: 'image' });
  return [
    ...(system === null ? [] : [{ role: 'system', parts: [{ type: 'text', content: system } as const] }]),
    { role: 'user', parts },
  ];
}
