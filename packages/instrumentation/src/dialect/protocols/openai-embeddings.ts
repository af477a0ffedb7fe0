import type { Part } from '../../trial/trial.js';
import { ATTR_GEN_AI_EMBEDDINGS_DIMENSION_COUNT, ATTR_GEN_AI_REQUEST_ENCODING_FORMATS } from '../../semconv.js';
import { type AnswerFormat, FormatReader } from '../answer-reader.js';
import { describeRequestFields, type NumberTable } from '../attributes.js';
import type { Dialect, RequestAttributes } from '../dialect.js';
import { asList, asName, asObject, isObject, parseJson } from '../json.js';
import { providerOf } from '../providers.js';
import { topLevelFields } from '../top-level.js';
import { deploymentOf } from './openai-deployment.js';

const NUMBERS: NumberTable = [
  ['dimensions', ATTR_GEN_AI_EMBEDDINGS_DIMENSION_COUNT],
  // Mistral's word for it.
  ['output_dimension', ATTR_GEN_AI_EMBEDDINGS_DIMENSION_COUNT],
];
const READ: ReadonlySet<string> = new Set(['model', 'encoding_format', ...NUMBERS.map(([field]) => field)]);

function describe(fields: ReadonlyMap<string, unknown>): RequestAttributes {
  const format = asName(fields.get('encoding_format'));
  return {
    ...describeRequestFields((name) => fields.get(name), { numbers: NUMBERS }),
    ...(format !== null && { [ATTR_GEN_AI_REQUEST_ENCODING_FORMATS]: [format] }),
  };
}

/** Nothing is said in an answer: only its counts are read. It never comes as a stream. */
const embeddingsAnswer: AnswerFormat = {
  finishWords: {},
  // Vectors are long, and nobody reads them.
  fields: new Set(['object', 'id', 'model', 'usage', 'error']),
  whole(body, answer) {
    if (body['object'] !== 'list' && body['usage'] === undefined) return false;
    answer.identify(body['id'], body['model']);
    answer.usage({ inputTokens: asObject(body['usage'])['prompt_tokens'] });
    return true;
  },
  event: () => undefined,
};

/** OpenAI embeddings, at any host: `POST .../embeddings`. They are seen, and never repeated: two models' vectors say nothing of each other. */
export const openaiEmbeddings: Dialect = {
  name: 'openai-embeddings',
  operation: 'embeddings',
  provider: (url) => providerOf(url, 'openai'),
  recognises: (method, url) => method === 'POST' && url.pathname.endsWith('/embeddings'),
  skim({ url, body }) {
    const fields = topLevelFields(body, READ);
    const model = asName(fields?.get('model')) ?? deploymentOf(url);
    // Without a model it is some other application's request.
    if (fields === null || model === null) return null;
    return { operation: 'embeddings', model, stream: false, described: describe(fields) };
  },
  requestAttributes(body) {
    const fields = topLevelFields(body, READ);
    return fields === null ? {} : describe(fields);
  },
  messages(body) {
    const request = parseJson(body);
    if (!isObject(request) || request['input'] === undefined)
      throw new TypeError('expected a JSON object with `input`');
    const { input } = request;
    return [{ role: 'user', parts: (Array.isArray(input) ? asList(input) : [input]).map(partOf) }];
  },
  reader: (_request, maxBytes, options) => new FormatReader(embeddingsAnswer, maxBytes, options),
  shadow: null,
};

/** Texts, or tokens, or what servers of other models take, such as an image. */
function partOf(value: unknown): Part {
  if (typeof value === 'string') return { type: 'text', content: value };
  return { type: 'other', kind: isObject(value) ? (asName(value['type']) ?? 'unknown') : 'tokens' };
}
