import {
  ATTR_GEN_AI_REQUEST_MAX_TOKENS,
  ATTR_GEN_AI_REQUEST_TEMPERATURE,
  ATTR_GEN_AI_REQUEST_TOP_K,
  ATTR_GEN_AI_REQUEST_TOP_P,
} from '../../semconv.js';
import { FormatReader } from '../answer-reader.js';
import { describeRequestFields, type NumberTable } from '../attributes.js';
import { changeBody } from '../change-body.js';
import type { Dialect, RequestAttributes } from '../dialect.js';
import { asName, asObject, isObject } from '../json.js';
import { providerOf } from '../providers.js';
import { topLevelFields } from '../top-level.js';
import { messagesAnswer } from './anthropic-messages-answer.js';
import { messagesBody } from './anthropic-messages-body.js';
import { readMessages } from './anthropic-messages-messages.js';
import { messagesTranslation } from './anthropic-messages-translation.js';

const NUMBERS: NumberTable = [
  ['temperature', ATTR_GEN_AI_REQUEST_TEMPERATURE],
  ['top_p', ATTR_GEN_AI_REQUEST_TOP_P],
  ['top_k', ATTR_GEN_AI_REQUEST_TOP_K],
  ['max_tokens', ATTR_GEN_AI_REQUEST_MAX_TOKENS],
];

/** A prompt is stepped over once, for all that is to be known. */
const READ: ReadonlySet<string> = new Set([
  'model',
  'stream',
  ...NUMBERS.map(([field]) => field),
  'stop_sequences',
  'output_config',
  'output_format',
]);

function describe(fields: ReadonlyMap<string, unknown>): RequestAttributes {
  const format = asObject(fields.get('output_config'))['format'] ?? fields.get('output_format');
  return describeRequestFields((name) => fields.get(name), {
    numbers: NUMBERS,
    stop: fields.get('stop_sequences'),
    output: isObject(format) ? 'json' : null,
  });
}

/** Anthropic messages, at any host: `POST .../v1/messages`, JSON or a stream of events. Not batches, not the counting of tokens. */
export const anthropicMessages: Dialect = {
  name: 'anthropic-messages',
  operation: 'chat',
  provider: (url) => providerOf(url, 'anthropic'),
  recognises: (method, url) => method === 'POST' && url.pathname.endsWith('/v1/messages'),
  skim({ body }) {
    const fields = topLevelFields(body, READ);
    if (fields === null) return null;
    const stream = fields.get('stream') === true;
    return { operation: 'chat', model: asName(fields.get('model')), stream, described: describe(fields) };
  },
  requestAttributes(body) {
    const fields = topLevelFields(body, READ);
    return fields === null ? {} : describe(fields);
  },
  messages: readMessages,
  instructions: ['system'],
  reader: (_request, maxBytes, options) => new FormatReader(messagesAnswer, maxBytes, options),
  shadow: {
    credentials: {
      headers: ['x-api-key', 'authorization', 'anthropic-workspace-id', 'anthropic-user-profile-id'],
      query: [],
    },
    // A beta alone does nothing: what it lets the provider run or keep is asked for by a field of the body, and refused there. Many
    // a field that shapes the answer is not understood without its beta, nor without the version it was written for.
    protocolHeaders: ['anthropic-version', 'anthropic-beta'],
    // As the SDK does since its version 1, and as most that speak this protocol understand; `x-api-key` is `keyHeader`'s to say.
    authorize: (key) => ({ authorization: `Bearer ${key}` }),
    fields: messagesBody.fields,
    change({ url, body }, change) {
      const changed = changeBody(body, messagesBody, change);
      return changed.status === 'ok' ? { status: 'ok', url, body: changed.body } : changed;
    },
    translation: messagesTranslation,
  },
};
