import {
  type CanonicalImage,
  type CanonicalMessage,
  type CanonicalOutput,
  type CanonicalParameters,
  type CanonicalPart,
  type CanonicalRequest,
  type CanonicalTool,
  UNNAMED_SCHEMA,
} from '../canonical.js';
import {
  argumentsOf,
  CallNames,
  onlyFields,
  orRefused,
  readNumbers,
  readStop,
  requestOf,
  untranslatable,
  writeNumbers,
} from '../canonical-reader.js';
import type { Translation } from '../dialect.js';
import { asList, asObject, asText, isObject, type JsonObject } from '../json.js';
import { conversationOf } from './ollama-body.js';

/** Fields with a canonical word, and how long the server is to hold the model. */
const KNOWN: ReadonlySet<string> = new Set(
  'model messages stream format options think tools keep_alive logprobs'.split(' '),
);

const NUMBERS = {
  maxTokens: 'num_predict',
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  seed: 'seed',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
} as const;

/** Options with a canonical word, and those that say how the server runs the model and nothing about the answer. */
const KNOWN_OPTIONS: ReadonlySet<string> = new Set(
  [
    ...Object.values(NUMBERS),
    'stop num_ctx num_batch num_gpu main_gpu num_thread low_vram f16_kv use_mmap use_mlock numa',
  ].flatMap((names) => names.split(' ')),
);

/** How much is thought, in words that OpenAI has too; whether at all has no equal. */
const EFFORTS: ReadonlySet<unknown> = new Set(['low', 'medium', 'high']);

/** The first characters of an image in base64: a request does not say what it is. */
const IMAGES: readonly (readonly [prefix: string, mediaType: string])[] = [
  ['iVBORw0KGgo', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
];

/** Ollama's chat in canonical words, and back. */
export const ollamaTranslation: Translation = {
  headers: {},
  read: ({ body }) => orRefused(() => ({ status: 'ok', request: read(requestOf(body)) })),
  write: (request) => orRefused(() => ({ status: 'ok', path: '/api/chat', body: write(request) })),
};

function read(body: JsonObject): CanonicalRequest {
  onlyFields(body, KNOWN);
  const options = asObject(body['options']);
  onlyFields(options, KNOWN_OPTIONS, 'options');
  if (body['logprobs'] === true) untranslatable('log-probabilities');
  const { system, rest } = conversationOf(body);
  const names = new CallNames();
  return {
    model: asText(body['model']),
    stream: body['stream'] !== false,
    system,
    messages: rest.map((message) => readMessage(message, names)),
    tools: asList(body['tools']).map(readTool),
    toolChoice: null,
    parallelToolCalls: null,
    output: readOutput(body['format']),
    parameters: { ...readOptions(options), ...readThink(body['think']) },
  };
}

function readOptions(options: JsonObject): CanonicalParameters {
  const { num_predict: limit, stop } = options;
  // -1: without a limit, as where nothing is said.
  const { maxTokens, ...others } = readNumbers(options, NUMBERS);
  if (maxTokens !== undefined && maxTokens < -1) untranslatable('`num_predict` of the whole context');
  return {
    ...others,
    ...(maxTokens !== undefined && limit !== -1 && { maxTokens }),
    ...readStop(stop),
  };
}

function readThink(think: unknown): CanonicalParameters {
  if (think === undefined || think === null) return {};
  return typeof think === 'string' && EFFORTS.has(think) ? { reasoningEffort: think } : untranslatable('`think`');
}

function readMessage(message: JsonObject, names: CallNames): CanonicalMessage {
  const content = asText(message['content']);
  if (message['role'] !== 'user' && asList(message['images']).length > 0)
    untranslatable("an image that is not the user's");
  if (message['role'] === 'tool') return { role: 'user', parts: [readResult(message, names)] };
  const text: readonly CanonicalPart[] = content === null ? [] : [{ type: 'text', text: content }];
  if (message['role'] === 'user') {
    const images = asList(message['images']).map((data): CanonicalPart => ({
      type: 'image',
      source: imageOf(asText(data) ?? ''),
    }));
    return { role: 'user', parts: [...text, ...images] };
  }
  if (message['role'] !== 'assistant') untranslatable('instructions in the middle of a conversation');
  const calls = asList(message['tool_calls']).map((value): CanonicalPart => {
    const call = asObject(value);
    const { name, arguments: args } = asObject(call['function']);
    const called = asText(name) ?? untranslatable('a tool call without a name');
    const id = names.called(asText(call['id']), called);
    return { type: 'tool_call', id, name: called, arguments: argumentsOf(args) };
  });
  return { role: 'assistant', parts: [...text, ...calls] };
}

/** Results name the tool, or the call where the server gave it an id. */
function readResult(message: JsonObject, names: CallNames): CanonicalPart {
  const given = asText(message['tool_call_id']);
  const named = asText(message['tool_name']);
  const name = given === null ? (named ?? untranslatable('a tool result without its call')) : names.nameOf(given);
  return {
    type: 'tool_result',
    id: given ?? names.answered(name),
    name,
    text: asText(message['content']) ?? '',
  };
}

function imageOf(data: string): CanonicalImage {
  const mediaType = IMAGES.find(([prefix]) => data.startsWith(prefix))?.[1];
  return { kind: 'data', mediaType: mediaType ?? untranslatable('an image of an unknown kind'), data };
}

function readTool(value: unknown): CanonicalTool {
  const tool = asObject(value);
  const { name, description, parameters } = asObject(tool['function']);
  if (tool['type'] !== 'function' || typeof name !== 'string') return untranslatable('a tool that is no function');
  return { name, description: asText(description), parameters: asObject(parameters), strict: null };
}

function readOutput(format: unknown): CanonicalOutput | null {
  if (format === undefined || format === null || format === '') return null;
  if (format === 'json') return { type: 'json' };
  if (!isObject(format)) return untranslatable('`format`');
  return { type: 'json_schema', name: UNNAMED_SCHEMA, schema: format, strict: null };
}

function write(request: CanonicalRequest): JsonObject {
  const { system, tools, toolChoice, output, parameters } = request;
  const { stop, reasoningEffort } = parameters;
  if (request.parallelToolCalls === false) untranslatable('one tool call at a time');
  if (toolChoice !== null && toolChoice.type !== 'auto') untranslatable('a choice of tools');
  if (reasoningEffort !== undefined && !EFFORTS.has(reasoningEffort))
    untranslatable('the parameter `reasoning_effort`');
  const options = {
    ...writeNumbers(parameters, NUMBERS, ['stop', 'reasoningEffort']),
    ...(stop !== undefined && { stop }),
  };
  return {
    ...(request.model !== null && { model: request.model }),
    messages: [
      ...(system === null ? [] : [{ role: 'system', content: system }]),
      ...request.messages.flatMap(writeMessage),
    ],
    stream: request.stream,
    ...(tools.length > 0 && { tools: tools.map(writeTool) }),
    ...(output !== null && { format: output.type === 'json' ? 'json' : output.schema }),
    ...(reasoningEffort !== undefined && { think: reasoningEffort }),
    ...(Object.keys(options).length > 0 && { options }),
  };
}

/** Tool results are messages of their own, told by the tool and their order; images stand beside the text. */
function writeMessage({ role, parts }: CanonicalMessage): readonly JsonObject[] {
  const results = parts.flatMap((part) =>
    part.type === 'tool_result' ? [{ role: 'tool', content: part.text, tool_name: part.name }] : [],
  );
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const images = parts.flatMap((part) => (part.type === 'image' ? [writeImage(part.source)] : []));
  const calls = parts.flatMap((part) =>
    part.type === 'tool_call' ? [{ function: { name: part.name, arguments: part.arguments } }] : [],
  );
  if (texts.length + images.length + calls.length === 0) return results;
  const message = {
    role,
    content: texts.join('\n\n'),
    ...(images.length > 0 && { images }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  return [...results, message];
}

function writeImage(image: CanonicalImage): string {
  return image.kind === 'data' ? image.data : untranslatable('an image by its address');
}

function writeTool({ name, description, parameters }: CanonicalTool): JsonObject {
  return { type: 'function', function: { name, ...(description !== null && { description }), parameters } };
}
