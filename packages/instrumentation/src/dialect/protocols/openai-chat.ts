import { FormatReader } from '../answer-reader.js';
import { describeRequestFields } from '../attributes.js';
import { changeBody } from '../change-body.js';
import type { Dialect, RequestAttributes } from '../dialect.js';
import { asName, asObject, asText } from '../json.js';
import { providerOf } from '../providers.js';
import { topLevelFields } from '../top-level.js';
import { COMPLETION_NUMBERS, openaiAttributes } from './openai-attributes.js';
import { chatAnswer } from './openai-chat-answer.js';
import { chatBody } from './openai-chat-body.js';
import { readMessages } from './openai-chat-messages.js';
import { chatTranslation } from './openai-chat-translation.js';
import { deploymentOf, withDeployment } from './openai-deployment.js';
import { openaiKey } from './openai-key.js';

const DESCRIBED = [...COMPLETION_NUMBERS.map(([field]) => field), 'n', 'stop', 'response_format', 'service_tier'];
/** A prompt is stepped over once, for all that is to be known. */
const READ: ReadonlySet<string> = new Set(['model', 'stream', ...DESCRIBED]);

function describe(fields: ReadonlyMap<string, unknown>): RequestAttributes {
  const format = asText(asObject(fields.get('response_format'))['type']);
  const described = describeRequestFields((name) => fields.get(name), {
    numbers: COMPLETION_NUMBERS,
    stop: fields.get('stop'),
    choices: fields.get('n'),
    output: format === null ? null : format.startsWith('json') ? 'json' : 'text',
  });
  return { ...described, ...openaiAttributes('chat_completions', fields.get('service_tier')) };
}

/** OpenAI chat completions, at any host: `POST .../chat/completions`, JSON or a stream of events. */
export const openaiChat: Dialect = {
  name: 'openai-chat',
  operation: 'chat',
  provider: (url) => providerOf(url, 'openai'),
  recognises: (method, url) => method === 'POST' && url.pathname.endsWith('/chat/completions'),
  skim({ url, body }) {
    const fields = topLevelFields(body, READ);
    if (fields === null) return null;
    const stream = fields.get('stream') === true;
    return {
      operation: 'chat',
      model: asName(fields.get('model')) ?? deploymentOf(url),
      stream,
      described: describe(fields),
    };
  },
  requestAttributes(body) {
    const fields = topLevelFields(body, READ);
    return fields === null ? {} : describe(fields);
  },
  messages: readMessages,
  reader: (_request, maxBytes, options) => new FormatReader(chatAnswer, maxBytes, options),
  shadow: {
    ...openaiKey,
    fields: chatBody.fields,
    change({ url, body }, change) {
      const changed = changeBody(body, chatBody, change);
      return changed.status === 'ok'
        ? { status: 'ok', url: withDeployment(url, change.model), body: changed.body }
        : changed;
    },
    translation: chatTranslation,
  },
};
