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
import { changeBody, serialise } from '../change-body.js';
import type { Dialect, RequestChange } from '../dialect.js';
import { asObject, isObject, parseJson } from '../json.js';
import { providerOf } from '../providers.js';
import { topLevelFields } from '../top-level.js';
import { geminiAnswer } from './gemini-answer.js';
import { geminiBody } from './gemini-body.js';
import { readMessages } from './gemini-messages.js';
import { readPath, withModel } from './gemini-path.js';
import { either, inCamelCase } from './gemini-spelling.js';
import { geminiTranslation } from './gemini-translation.js';

const OPERATION = 'generate_content';
const DESCRIBED: ReadonlySet<string> = new Set(['generationConfig', 'generation_config']);
const OUTPUTS: ReadonlyMap<unknown, 'json' | 'text'> = new Map([
  ['application/json', 'json'],
  ['text/plain', 'text'],
]);

const NUMBERS: NumberTable = [
  ['temperature', ATTR_GEN_AI_REQUEST_TEMPERATURE],
  ['topP', ATTR_GEN_AI_REQUEST_TOP_P],
  ['topK', ATTR_GEN_AI_REQUEST_TOP_K],
  ['maxOutputTokens', ATTR_GEN_AI_REQUEST_MAX_TOKENS],
  ['frequencyPenalty', ATTR_GEN_AI_REQUEST_FREQUENCY_PENALTY],
  ['presencePenalty', ATTR_GEN_AI_REQUEST_PRESENCE_PENALTY],
  ['seed', ATTR_GEN_AI_REQUEST_SEED],
];

/**
 * Gemini, at Google's own API, Vertex AI and any host before them: `POST .../models/M:generateContent`, and
 * `:streamGenerateContent` as events or as one JSON array that grows. A base URL ends before `/models`.
 */
export const geminiGenerate: Dialect = {
  name: 'gemini-generate',
  operation: OPERATION,
  provider: (url) => providerOf(url, /\/(projects|publishers)\//.test(url.pathname) ? 'gcp.vertex_ai' : 'gcp.gemini'),
  recognises: (method, url) => method === 'POST' && readPath(url) !== null,
  skim({ url, body }) {
    const path = readPath(url);
    // Nothing that is asked here stands in the body.
    return path === null || !/^\s*\{/.test(body) ? null : { operation: OPERATION, ...path };
  },
  requestAttributes(body) {
    const fields = topLevelFields(body, DESCRIBED);
    if (fields === null) return {};
    const config = asObject(fields.get('generationConfig') ?? fields.get('generation_config'));
    return describeRequestFields((name) => either(config, name), {
      numbers: NUMBERS,
      stop: either(config, 'stopSequences'),
      choices: either(config, 'candidateCount'),
      output: OUTPUTS.get(either(config, 'responseMimeType')) ?? null,
    });
  },
  messages: readMessages,
  instructions: ['systemInstruction', 'system_instruction'],
  reader: (_request, maxBytes, options) => new FormatReader(geminiAnswer, maxBytes, options),
  shadow: {
    credentials: {
      headers: ['x-goog-api-key', 'authorization', 'x-goog-user-project'],
      query: ['key', 'access_token'],
    },
    protocolHeaders: [],
    protocolQuery: ['alt'],
    // Projects of Vertex AI take an OAuth token; all else takes an API key.
    authorize: (key, { pathname }): Readonly<Record<string, string>> =>
      pathname.includes('/projects/') ? { authorization: `Bearer ${key}` } : { 'x-goog-api-key': key },
    fields: geminiBody.fields,
    change({ url, body }, change) {
      const { model } = change;
      const changed = changeBody(...inOneSpelling(body, change));
      if (changed.status === 'refused') return changed;
      return { status: 'ok', url: model === undefined ? url : withModel(url, model), body: changed.body };
    },
    translation: geminiTranslation,
  },
};

/** Declared parameters meet the fields they change, however each of the two is spelt. */
function inOneSpelling(body: string, change: RequestChange): Parameters<typeof changeBody> {
  const { parameters = {} } = change;
  const request = Object.keys(parameters).length === 0 ? undefined : parseJson(body);
  if (!isObject(request)) return [body, geminiBody, change];
  return [serialise(inCamelCase(request)) ?? body, geminiBody, { ...change, parameters: inCamelCase(parameters) }];
}
