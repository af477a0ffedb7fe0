import {
  ATTR_GEN_AI_REQUEST_FREQUENCY_PENALTY,
  ATTR_GEN_AI_REQUEST_MAX_TOKENS,
  ATTR_GEN_AI_REQUEST_PRESENCE_PENALTY,
  ATTR_GEN_AI_REQUEST_SEED,
  ATTR_GEN_AI_REQUEST_TEMPERATURE,
  ATTR_GEN_AI_REQUEST_TOP_K,
  ATTR_GEN_AI_REQUEST_TOP_P,
} from '../../semconv.js';
import { FormatReader } from '../answer-reader.js';
import { describeRequestFields, type NumberTable } from '../attributes.js';
import { changeBody } from '../change-body.js';
import type { Dialect } from '../dialect.js';
import { asName, asObject, asText } from '../json.js';
import { providerOf } from '../providers.js';
import { topLevelFields } from '../top-level.js';
import { chatAnswer } from './openai-chat-answer.js';
import { chatBody } from './openai-chat-body.js';
import { readMessages } from './openai-chat-messages.js';
import { chatTranslation } from './openai-chat-translation.js';
import { openaiKey } from './openai-key.js';

const SKIMMED: ReadonlySet<string> = new Set(['model', 'stream']);

const NUMBERS: NumberTable = [
  ['temperature', ATTR_GEN_AI_REQUEST_TEMPERATURE],
  ['top_p', ATTR_GEN_AI_REQUEST_TOP_P],
  ['top_k', ATTR_GEN_AI_REQUEST_TOP_K],
  ['max_tokens', ATTR_GEN_AI_REQUEST_MAX_TOKENS],
  ['max_completion_tokens', ATTR_GEN_AI_REQUEST_MAX_TOKENS],
  ['frequency_penalty', ATTR_GEN_AI_REQUEST_FREQUENCY_PENALTY],
  ['presence_penalty', ATTR_GEN_AI_REQUEST_PRESENCE_PENALTY],
  ['seed', ATTR_GEN_AI_REQUEST_SEED],
];

const DESCRIBED: ReadonlySet<string> = new Set([...NUMBERS.map(([field]) => field), 'n', 'stop', 'response_format']);

/** OpenAI chat completions, at any host: `POST .../chat/completions`, JSON or a stream of events. */
export const openaiChat: Dialect = {
  name: 'openai-chat',
  operation: 'chat',
  provider: (url) => providerOf(url, 'openai'),
  recognises: (method, url) => method === 'POST' && url.pathname.endsWith('/chat/completions'),
  skim({ body }) {
    const fields = topLevelFields(body, SKIMMED);
    if (fields === null) return null;
    return { operation: 'chat', model: asName(fields.get('model')), stream: fields.get('stream') === true };
  },
  requestAttributes(body) {
    const fields = topLevelFields(body, DESCRIBED);
    if (fields === null) return {};
    const format = asText(asObject(fields.get('response_format'))['type']);
    return describeRequestFields((name) => fields.get(name), {
      numbers: NUMBERS,
      stop: fields.get('stop'),
      choices: fields.get('n'),
      output: format === null ? null : format.startsWith('json') ? 'json' : 'text',
    });
  },
  messages: readMessages,
  reader: (_request, maxBytes, options) => new FormatReader(chatAnswer, maxBytes, options),
  shadow: {
    ...openaiKey,
    fields: chatBody.fields,
    change({ url, body }, change) {
      const changed = changeBody(body, chatBody, change);
      return changed.status === 'ok' ? { status: 'ok', url, body: changed.body } : changed;
    },
    translation: chatTranslation,
  },
};
