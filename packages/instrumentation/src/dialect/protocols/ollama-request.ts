import {
  ATTR_GEN_AI_REQUEST_FREQUENCY_PENALTY,
  ATTR_GEN_AI_REQUEST_MAX_TOKENS,
  ATTR_GEN_AI_REQUEST_PRESENCE_PENALTY,
  ATTR_GEN_AI_REQUEST_SEED,
  ATTR_GEN_AI_REQUEST_TEMPERATURE,
  ATTR_GEN_AI_REQUEST_TOP_K,
  ATTR_GEN_AI_REQUEST_TOP_P,
} from '../../semconv.js';
import { describeRequestFields, type NumberTable } from '../attributes.js';
import type { ModelRequest, RequestAttributes, ShadowRules } from '../dialect.js';
import { asName, asObject, asText } from '../json.js';
import { topLevelFields } from '../top-level.js';

/** A prompt is stepped over once, for all that is to be known. */
const READ: ReadonlySet<string> = new Set(['model', 'stream', 'options', 'format']);

const NUMBERS: NumberTable = [
  ['temperature', ATTR_GEN_AI_REQUEST_TEMPERATURE],
  ['top_p', ATTR_GEN_AI_REQUEST_TOP_P],
  ['top_k', ATTR_GEN_AI_REQUEST_TOP_K],
  ['num_predict', ATTR_GEN_AI_REQUEST_MAX_TOKENS],
  ['frequency_penalty', ATTR_GEN_AI_REQUEST_FREQUENCY_PENALTY],
  ['presence_penalty', ATTR_GEN_AI_REQUEST_PRESENCE_PENALTY],
  ['seed', ATTR_GEN_AI_REQUEST_SEED],
];

/** `gen_ai.provider.name`: the conventions have no name for it, and then allow one of one's own. */
export const OLLAMA = 'ollama';

/** An answer streams unless the request says that it must not. */
export function skimOllama(operation: string, body: string): ModelRequest | null {
  const fields = topLevelFields(body, READ);
  const model = asName(fields?.get('model'));
  // Paths like `/api/chat` are common: a request of Ollama's names a model.
  if (fields === null || model === null) return null;
  return { operation, model, stream: fields.get('stream') !== false, described: describe(fields) };
}

export function describeOllama(body: string): RequestAttributes {
  const fields = topLevelFields(body, READ);
  return fields === null ? {} : describe(fields);
}

function describe(fields: ReadonlyMap<string, unknown>): RequestAttributes {
  const options = asObject(fields.get('options'));
  const format = fields.get('format');
  const json = asText(format) !== null || Object.keys(asObject(format)).length > 0;
  const { num_predict: limit } = options;
  // Below 0 the number of tokens is not limited.
  const unlimited = typeof limit === 'number' && limit < 0;
  return describeRequestFields((name) => (name === 'num_predict' && unlimited ? null : options[name]), {
    numbers: NUMBERS,
    stop: options['stop'],
    output: json ? 'json' : null,
  });
}

/** A server of one's own asks for no key; one behind a gateway, and Ollama's own, take a bearer token. */
export const ollamaKey: Pick<ShadowRules, 'credentials' | 'protocolHeaders' | 'authorize'> = {
  credentials: { headers: ['authorization'], query: [] },
  protocolHeaders: [],
  authorize: (key) => ({ authorization: `Bearer ${key}` }),
};
