import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_GEN_AI_REQUEST_MAX_TOKENS,
  ATTR_GEN_AI_REQUEST_TEMPERATURE,
  ATTR_GEN_AI_REQUEST_TOP_P,
} from '../../semconv.js';
import { FormatReader } from '../answer-reader.js';
import { describeRequestFields, type NumberTable } from '../attributes.js';
import { changeBody } from '../change-body.js';
import type { Dialect, RequestAttributes } from '../dialect.js';
import { asName, asObject, asText } from '../json.js';
import { providerOf } from '../providers.js';
import { topLevelFields } from '../top-level.js';
import { openaiAttributes } from './openai-attributes.js';
import { openaiKey } from './openai-key.js';
import { responsesAnswer } from './openai-responses-answer.js';
import { responsesBody } from './openai-responses-body.js';
import { readMessages } from './openai-responses-messages.js';
import { responsesTranslation } from './openai-responses-translation.js';

/** A request without a model goes on from state that has one. Requests with neither are those of some other application. */
const STATE = ['prompt', 'previous_response_id', 'conversation'] as const;
const NUMBERS: NumberTable = [
  ['temperature', ATTR_GEN_AI_REQUEST_TEMPERATURE],
  ['top_p', ATTR_GEN_AI_REQUEST_TOP_P],
  ['max_output_tokens', ATTR_GEN_AI_REQUEST_MAX_TOKENS],
];

const DESCRIBED = [...NUMBERS.map(([field]) => field), 'text', 'service_tier'];
/** A prompt is stepped over once, for all that is to be known. */
const READ: ReadonlySet<string> = new Set(['model', 'stream', ...STATE, ...DESCRIBED]);

function describe(fields: ReadonlyMap<string, unknown>): RequestAttributes {
  const format = asText(asObject(asObject(fields.get('text'))['format'])['type']);
  const conversation = fields.get('conversation');
  const id = asName(conversation) ?? asName(asObject(conversation)['id']);
  const described = describeRequestFields((name) => fields.get(name), {
    numbers: NUMBERS,
    output: format === null ? null : format.startsWith('json') ? 'json' : 'text',
  });
  return {
    ...described,
    ...openaiAttributes('responses', fields.get('service_tier')),
    ...(id !== null && { [ATTR_GEN_AI_CONVERSATION_ID]: id }),
  };
}

/**
 * OpenAI responses, at any host: `POST .../responses`, JSON or a stream of events. Not what is done with one that is there: polling,
 * cancelling, compacting, the counting of tokens.
 */
export const openaiResponses: Dialect = {
  name: 'openai-responses',
  operation: 'chat',
  provider: (url) => providerOf(url, 'openai'),
  recognises: (method, url) => method === 'POST' && /(?<!\/chat)\/responses$/.test(url.pathname),
  skim({ body }) {
    const fields = topLevelFields(body, READ);
    if (fields === null) return null;
    const model = asName(fields.get('model'));
    if (model === null && STATE.every((name) => (fields.get(name) ?? null) === null)) return null;
    return { operation: 'chat', model, stream: fields.get('stream') === true, described: describe(fields) };
  },
  requestAttributes(body) {
    const fields = topLevelFields(body, READ);
    return fields === null ? {} : describe(fields);
  },
  messages: readMessages,
  instructions: ['instructions'],
  reader: (_request, maxBytes, options) => new FormatReader(responsesAnswer, maxBytes, options),
  shadow: {
    ...openaiKey,
    fields: responsesBody.fields,
    change({ url, body }, change) {
      const changed = changeBody(body, responsesBody, change);
      return changed.status === 'ok' ? { status: 'ok', url, body: changed.body } : changed;
    },
    translation: responsesTranslation,
  },
};
