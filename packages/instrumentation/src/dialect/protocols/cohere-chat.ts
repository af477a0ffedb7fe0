import type { Message, Part } from '../../trial/trial.js';
import {
  ATTR_GEN_AI_REQUEST_FREQUENCY_PENALTY,
  ATTR_GEN_AI_REQUEST_MAX_TOKENS,
  ATTR_GEN_AI_REQUEST_PRESENCE_PENALTY,
  ATTR_GEN_AI_REQUEST_SEED,
  ATTR_GEN_AI_REQUEST_TEMPERATURE,
  ATTR_GEN_AI_REQUEST_TOP_K,
  ATTR_GEN_AI_REQUEST_TOP_P,
} from '../../semconv.js';
import type { AnswerBuilder } from '../answer-builder.js';
import { type AnswerFormat, FormatReader } from '../answer-reader.js';
import { describeRequestFields, type NumberTable } from '../attributes.js';
import { type BodyRules, changeBody, fieldTable } from '../change-body.js';
import type { Dialect, RequestAttributes } from '../dialect.js';
import { joinInstructions, splitInstructions } from '../instructions.js';
import { asList, asName, asObject, asText, isObject, type JsonObject, parseJson } from '../json.js';
import { providerOf } from '../providers.js';
import { topLevelFields } from '../top-level.js';

const NUMBERS: NumberTable = [
  ['temperature', ATTR_GEN_AI_REQUEST_TEMPERATURE],
  ['p', ATTR_GEN_AI_REQUEST_TOP_P],
  ['k', ATTR_GEN_AI_REQUEST_TOP_K],
  ['max_tokens', ATTR_GEN_AI_REQUEST_MAX_TOKENS],
  ['frequency_penalty', ATTR_GEN_AI_REQUEST_FREQUENCY_PENALTY],
  ['presence_penalty', ATTR_GEN_AI_REQUEST_PRESENCE_PENALTY],
  ['seed', ATTR_GEN_AI_REQUEST_SEED],
];

/** A prompt is stepped over once, for all that is to be known. */
const READ: ReadonlySet<string> = new Set([
  ...NUMBERS.map(([field]) => field),
  ...'model stream stop_sequences response_format'.split(' '),
]);

/** Places of the parts of an answer: contents and calls by their index, and the plan before the calls, which is no answer. */
const CALLS = 1_000;
const PLAN = 2_000;

/** How the body of a request is changed. */
const body: BodyRules = {
  isRequest: (request) => Array.isArray(request['messages']),
  reserved: ['messages', 'model', 'stream'],
  model: 'model',
  fields: fieldTable({
    keep: [
      'model messages stream tools strict_tools tool_choice response_format citation_options safety_mode thinking',
      'max_tokens stop_sequences temperature seed frequency_penalty presence_penalty k p logprobs raw_prompting priority',
      'return_prompt',
    ],
    strip: [],
    // What the answer is to be grounded on is other people's text, and in the first version of the protocol it was searched for.
    refuse: ['documents connectors conversation_id search_queries_only'],
  }),
  refused: ({ tools }) =>
    asList(tools).some((tool) => asObject(tool)['type'] !== 'function') ? 'a server-side tool' : null,
  withSystem(request, change) {
    const messages = asList(request['messages']).map(asObject);
    const { leading, rest } = splitInstructions(messages, ({ role }) => role === 'system');
    const content = change(joinInstructions(leading.map((message) => textOf(message['content']))));
    return { ...request, messages: [{ role: 'system', content }, ...rest] };
  },
};

/** How an answer is read. Events have the shape of the whole answer's message, a piece of it at a time. */
const answerFormat: AnswerFormat = {
  lastEvent: '[DONE]',
  finishWords: { COMPLETE: 'stop', STOP_SEQUENCE: 'stop', MAX_TOKENS: 'length', TOOL_CALL: 'tool_call' },
  whole(answer, builder) {
    const { message } = answer;
    if (!isObject(message)) return false;
    builder.identify(answer['id'], null);
    for (const [index, content] of asList(message['content']).entries()) readContent(content, index, builder);
    for (const [index, call] of asList(message['tool_calls']).entries()) readCall(call, index, builder);
    if (asText(message['tool_plan']) !== null) builder.other(0, PLAN, 'reasoning');
    readEnd(answer, builder);
    return true;
  },
  event({ type, id, index, delta: value }, builder) {
    const delta = asObject(value);
    const message = asObject(delta['message']);
    const place = typeof index === 'number' ? index : 0;
    if (type === 'message-start') builder.identify(id, null);
    else if (type === 'content-start' || type === 'content-delta') readContent(message['content'], place, builder);
    else if (type === 'tool-call-start' || type === 'tool-call-delta') readCall(message['tool_calls'], place, builder);
    else if (type === 'tool-plan-delta') builder.other(0, PLAN, 'reasoning');
    else if (type === 'message-end') {
      readEnd(delta, builder);
      builder.failed(delta['error']);
      builder.end();
    }
  },
};

function readContent(value: unknown, index: number, builder: AnswerBuilder): void {
  const content = asObject(value);
  if (content['type'] === 'thinking' || content['thinking'] !== undefined) builder.other(0, index, 'reasoning');
  else builder.text(0, index, content['text']);
}

function readCall(value: unknown, index: number, builder: AnswerBuilder): void {
  const call = asObject(value);
  const { name, arguments: args } = asObject(call['function']);
  builder.toolCall(0, CALLS + index, { id: call['id'], name, arguments: args });
}

/** Of the two counts the one of all tokens, where it is given: what is billed leaves out what the provider put into the prompt. */
function readEnd({ finish_reason: reason, usage: value }: JsonObject, builder: AnswerBuilder): void {
  builder.finish(0, reason);
  if (reason === 'ERROR' || reason === 'TIMEOUT') builder.failed({ type: reason });
  const usage = asObject(value);
  const tokens = asObject(usage['tokens'] ?? usage['billed_units']);
  builder.usage({
    inputTokens: tokens['input_tokens'],
    outputTokens: tokens['output_tokens'],
    cachedInputTokens: usage['cached_tokens'],
  });
}

function describe(fields: ReadonlyMap<string, unknown>): RequestAttributes {
  const format = asText(asObject(fields.get('response_format'))['type']);
  return describeRequestFields((name) => fields.get(name), {
    numbers: NUMBERS,
    stop: fields.get('stop_sequences'),
    output: format === null ? null : format === 'json_object' ? 'json' : 'text',
  });
}

/** The messages of a request. Throws where the body is not one. */
function readMessages(text: string): readonly Message[] {
  const request = parseJson(text);
  if (!isObject(request) || !Array.isArray(request['messages'])) {
    throw new TypeError('expected a JSON object with `messages`, a list');
  }
  return request['messages'].map((value): Message => {
    const message = asObject(value);
    const role = asText(message['role']) ?? 'unknown';
    const content = message['content'];
    if (role !== 'tool') return { role, parts: [...contentsOf(content), ...callsOf(message)] };
    return {
      role,
      parts: [{ type: 'tool_call_response', id: asText(message['tool_call_id']), response: textOf(content) }],
    };
  });
}

function contentsOf(content: unknown): readonly Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', content }];
  return asList(content).map((value): Part => {
    const part = asObject(value);
    if (typeof part['text'] === 'string') return { type: 'text', content: part['text'] };
    return { type: 'other', kind: asText(part['type']) ?? 'unknown' };
  });
}

function callsOf(message: JsonObject): readonly Part[] {
  return asList(message['tool_calls']).map((value): Part => {
    const call = asObject(value);
    const { name, arguments: args } = asObject(call['function']);
    return { type: 'tool_call', id: asText(call['id']), name: asText(name) ?? '', arguments: asText(args) ?? '' };
  });
}

/** The words of a content, which is a text or a list of parts; results of tools may be documents. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  const texts = asList(content).map((value) => {
    const { text, document } = asObject(value);
    return asText(text) ?? (isObject(document) ? JSON.stringify(document['data'] ?? null) : '');
  });
  return texts.join('');
}

/** Cohere's chat, second version, at any host: `POST .../v2/chat`, JSON or a stream of events. */
export const cohereChat: Dialect = {
  name: 'cohere-chat',
  operation: 'chat',
  provider: (url) => providerOf(url, 'cohere'),
  recognises: (method, url) => method === 'POST' && url.pathname.endsWith('/v2/chat'),
  skim(request) {
    const fields = topLevelFields(request.body, READ);
    const model = asName(fields?.get('model'));
    // Any application may have such a path: a request of Cohere's names a model.
    if (fields === null || model === null) return null;
    return { operation: 'chat', model, stream: fields.get('stream') === true, described: describe(fields) };
  },
  requestAttributes(text) {
    const fields = topLevelFields(text, READ);
    return fields === null ? {} : describe(fields);
  },
  messages: readMessages,
  reader: (_request, maxBytes, options) => new FormatReader(answerFormat, maxBytes, options),
  shadow: {
    credentials: { headers: ['authorization'], query: [] },
    protocolHeaders: [],
    authorize: (key) => ({ authorization: `Bearer ${key}` }),
    fields: body.fields,
    change(request, change) {
      const changed = changeBody(request.body, body, change);
      return changed.status === 'ok' ? { status: 'ok', url: request.url, body: changed.body } : changed;
    },
    translation: null,
  },
};
