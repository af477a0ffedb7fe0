import type { Message, Part } from '../../trial/trial.js';
import type { AnswerBuilder } from '../answer-builder.js';
import { type AnswerFormat, FormatReader } from '../answer-reader.js';
import { describeRequestFields } from '../attributes.js';
import type { Dialect, RequestAttributes } from '../dialect.js';
import { asList, asName, asObject, asText, isObject, type JsonObject, parseJson } from '../json.js';
import { providerOf } from '../providers.js';
import { topLevelFields } from '../top-level.js';
import { COMPLETION_NUMBERS } from './openai-attributes.js';
import { deploymentOf } from './openai-deployment.js';
import { COMPLETION_FINISH_WORDS, COMPLETION_TELLING, readEnvelope } from './openai-envelope.js';

const DESCRIBED = [...COMPLETION_NUMBERS.map(([field]) => field), 'n', 'stop'];
const READ: ReadonlySet<string> = new Set(['model', 'stream', ...DESCRIBED]);

function describe(fields: ReadonlyMap<string, unknown>): RequestAttributes {
  return describeRequestFields((name) => fields.get(name), {
    numbers: COMPLETION_NUMBERS,
    stop: fields.get('stop'),
    choices: fields.get('n'),
  });
}

const TEXT = 0;

const completionAnswer: AnswerFormat = {
  lastEvent: '[DONE]',
  telling: COMPLETION_TELLING,
  finishWords: COMPLETION_FINISH_WORDS,
  whole(body, answer) {
    if (!Array.isArray(body['choices'])) return false;
    readChunk(body, answer);
    return true;
  },
  event: readChunk,
};

/**
 * OpenAI's older completions, at any host: `POST .../completions`, JSON or a stream of events. They are seen, and never repeated. Nor
 * are those of Mistral that fill in the middle, which have this path and answer as a chat does.
 */
export const openaiCompletions: Dialect = {
  name: 'openai-completions',
  operation: 'text_completion',
  provider: (url) => providerOf(url, 'openai'),
  recognises: (method, url) => method === 'POST' && /(?<!\/(?:chat|agents))\/completions$/.test(url.pathname),
  skim({ url, body }) {
    const fields = topLevelFields(body, READ);
    const model = asName(fields?.get('model')) ?? deploymentOf(url);
    // Many things but models have completions: without a model it is some other application's request.
    if (fields === null || model === null) return null;
    const stream = fields.get('stream') === true;
    return { operation: 'text_completion', model, stream, described: describe(fields) };
  },
  requestAttributes(body) {
    const fields = topLevelFields(body, READ);
    return fields === null ? {} : describe(fields);
  },
  messages(body) {
    const request = parseJson(body);
    if (!isObject(request) || request['prompt'] === undefined)
      throw new TypeError('expected a JSON object with `prompt`');
    return [{ role: 'user', parts: promptParts(request['prompt']) }] satisfies readonly Message[];
  },
  reader: (_request, maxBytes, options) => new FormatReader(completionAnswer, maxBytes, options),
  shadow: null,
};

/** A prompt is a text, a list of texts, or tokens. */
function promptParts(prompt: unknown): readonly Part[] {
  if (typeof prompt === 'string') return [{ type: 'text', content: prompt }];
  const list = asList(prompt);
  if (list.length > 0 && list.every((each) => typeof each === 'string')) {
    return list.map((content): Part => ({ type: 'text', content }));
  }
  return [{ type: 'other', kind: 'tokens' }];
}

function readChunk(chunk: JsonObject, answer: AnswerBuilder): void {
  readEnvelope(chunk, answer);
  for (const [place, value] of asList(chunk['choices']).entries()) {
    const choice = asObject(value);
    const index = typeof choice['index'] === 'number' ? choice['index'] : place;
    answer.finish(index, choice['finish_reason']);
    const message = asObject(choice['message'] ?? choice['delta']);
    answer.text(index, TEXT, asText(choice['text']) ?? message['content']);
  }
}
