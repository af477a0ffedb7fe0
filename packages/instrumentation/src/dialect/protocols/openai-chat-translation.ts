import type {
  CanonicalMessage,
  CanonicalOutput,
  CanonicalPart,
  CanonicalRequest,
  CanonicalTool,
  CanonicalToolChoice,
} from '../canonical.js';
import {
  argumentsOf,
  CallNames,
  onlyFields,
  onlyText,
  orRefused,
  partsOf,
  readNumbers,
  readStop,
  requestOf,
  untranslatable,
  writeNumbers,
} from '../canonical-reader.js';
import type { Translation } from '../dialect.js';
import { joinInstructions, splitInstructions } from '../instructions.js';
import { imageOfUrl, urlOfImage } from '../image.js';
import { asList, asObject, asText, isObject, type JsonObject } from '../json.js';
import { isInstruction, textOf } from './openai-chat-body.js';

/** Fields with a canonical word, and those that say nothing about the answer at the values {@link read} asks for. */
const KNOWN: ReadonlySet<string> = new Set(
  [
    'model messages stream stream_options temperature top_p top_k max_tokens max_completion_tokens stop seed',
    'frequency_penalty presence_penalty response_format tools tool_choice parallel_tool_calls reasoning_effort verbosity',
    'n logprobs modalities service_tier random_seed safe_prompt',
  ].flatMap((names) => names.split(' ')),
);

const NUMBERS = {
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  seed: 'seed',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
} as const;

/** OpenAI chat completions in canonical words, and back. */
export const chatTranslation: Translation = {
  headers: {},
  read: ({ body }) => orRefused(() => ({ status: 'ok', request: read(requestOf(body)) })),
  write: (request) => orRefused(() => ({ status: 'ok', path: '/chat/completions', body: write(request) })),
};

function read(body: JsonObject): CanonicalRequest {
  onlyFields(body, KNOWN);
  if (body['n'] !== undefined && body['n'] !== null && body['n'] !== 1) untranslatable('several choices');
  if (body['safe_prompt'] === true) untranslatable('`safe_prompt`');
  if (body['logprobs'] === true) untranslatable('log-probabilities');
  if (!['auto', 'default', null, undefined].includes(body['service_tier'] as string)) untranslatable('`service_tier`');
  const { leading, rest } = splitInstructions(asList(body['messages']).map(asObject), isInstruction);
  for (const { content } of leading) onlyText(content, 'an instruction');
  const { reasoning_effort: reasoningEffort, verbosity } = body;
  return {
    model: asText(body['model']),
    stream: body['stream'] === true,
    system: joinInstructions(leading.map(({ content }) => textOf(content))),
    messages: readTurns(rest),
    tools: asList(body['tools']).map(readTool),
    toolChoice: readToolChoice(body['tool_choice']),
    parallelToolCalls: typeof body['parallel_tool_calls'] === 'boolean' ? body['parallel_tool_calls'] : null,
    output: readOutput(body['response_format']),
    parameters: {
      ...readNumbers(body, { maxTokens: 'max_tokens', seed: 'random_seed' }),
      ...readNumbers(body, { maxTokens: 'max_completion_tokens', ...NUMBERS }),
      ...readStop(body['stop']),
      ...(typeof reasoningEffort === 'string' && { reasoningEffort }),
      ...(typeof verbosity === 'string' && { verbosity }),
    },
  };
}

function readTurns(messages: readonly JsonObject[]): readonly CanonicalMessage[] {
  const names = new CallNames();
  return messages.map((message): CanonicalMessage => {
    refuseExtras(message);
    if (message['role'] === 'tool') {
      onlyText(message['content'], 'a tool result');
      const id = asText(message['tool_call_id']) ?? untranslatable('a tool result without its call');
      const text = textOf(message['content']);
      return { role: 'user', parts: [{ type: 'tool_result', id, name: names.nameOf(id), text }] };
    }
    if (message['role'] === 'user') return { role: 'user', parts: readContent(message['content']) };
    if (message['role'] !== 'assistant') untranslatable('instructions in the middle of a conversation');
    if (asText(message['refusal']) !== null) untranslatable('a refusal in the conversation');
    const calls = asList(message['tool_calls']).map((value): CanonicalPart => {
      const call = asObject(value);
      const { name, arguments: args } = asObject(call['function']);
      const called = asText(name) ?? untranslatable('a custom tool');
      const id = names.called(asText(call['id']), called);
      return { type: 'tool_call', id, name: called, arguments: argumentsOf(args) };
    });
    return { role: 'assistant', parts: [...readContent(message['content']), ...calls] };
  });
}

/** What a message says beside its content, and no other protocol has a word for. */
function refuseExtras(message: JsonObject): void {
  if (asText(message['name']) !== null) untranslatable('the name of who speaks');
  if (isObject(message['function_call'])) untranslatable('a call of a function in the form before tools');
  if (message['prefix'] === true) untranslatable('the beginning of an answer');
}

function readContent(content: unknown): readonly CanonicalPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return partsOf(content).map((value): CanonicalPart => {
    const part = asObject(value);
    if (part['type'] === 'text') return { type: 'text', text: asText(part['text']) ?? '' };
    const { url, detail } = asObject(part['image_url']);
    if (part['type'] !== 'image_url' || typeof url !== 'string')
      return untranslatable('a part that is no text or image');
    if (detail !== undefined && detail !== 'auto') untranslatable('`detail` of an image');
    return { type: 'image', source: imageOfUrl(url) };
  });
}

function readTool(value: unknown): CanonicalTool {
  const tool = asObject(value);
  const { name, description, parameters, strict } = asObject(tool['function']);
  if (tool['type'] !== 'function' || typeof name !== 'string') return untranslatable('a custom tool');
  return {
    name,
    description: asText(description),
    parameters: asObject(parameters),
    strict: typeof strict === 'boolean' ? strict : null,
  };
}

function readToolChoice(value: unknown): CanonicalToolChoice | null {
  if (value === undefined || value === null) return null;
  if (value === 'auto' || value === 'none' || value === 'required') return { type: value };
  const name = asText(asObject(asObject(value)['function'])['name']);
  return name === null ? untranslatable('`tool_choice`') : { type: 'tool', name };
}

function readOutput(value: unknown): CanonicalOutput | null {
  const format = asObject(value);
  const type = asText(format['type']);
  if (type === null || type === 'text') return null;
  if (type === 'json_object') return { type: 'json' };
  const { name, schema, strict, description } = asObject(format['json_schema']);
  if (type !== 'json_schema' || typeof name !== 'string') return untranslatable('`response_format`');
  if (asText(description) !== null) untranslatable('the description of a schema');
  return { type: 'json_schema', name, schema: asObject(schema), strict: typeof strict === 'boolean' ? strict : null };
}

function write(request: CanonicalRequest): JsonObject {
  const { system, tools, toolChoice, output, parameters } = request;
  const { maxTokens, stop, reasoningEffort, verbosity } = parameters;
  return {
    ...(request.model !== null && { model: request.model }),
    messages: [
      ...(system === null ? [] : [{ role: 'system', content: system }]),
      ...request.messages.flatMap(writeTurn),
    ],
    ...writeNumbers(parameters, NUMBERS, ['maxTokens', 'stop', 'reasoningEffort', 'verbosity']),
    ...(maxTokens !== undefined && { max_completion_tokens: maxTokens }),
    ...(stop !== undefined && { stop }),
    ...(reasoningEffort !== undefined && { reasoning_effort: reasoningEffort }),
    ...(verbosity !== undefined && { verbosity }),
    ...(tools.length > 0 && { tools: tools.map(writeTool) }),
    ...(toolChoice !== null && { tool_choice: writeToolChoice(toolChoice) }),
    ...(request.parallelToolCalls !== null && { parallel_tool_calls: request.parallelToolCalls }),
    ...(output !== null && { response_format: writeOutput(output) }),
    ...(request.stream && { stream: true, stream_options: { include_usage: true } }),
  };
}

/** Tool results are messages of their own here. */
function writeTurn({ role, parts }: CanonicalMessage): readonly JsonObject[] {
  const results = parts.flatMap((part) =>
    part.type === 'tool_result' ? [{ role: 'tool', tool_call_id: part.id, content: part.text }] : [],
  );
  const calls = parts.flatMap((part) => (part.type === 'tool_call' ? [writeCall(part)] : []));
  const content = parts.flatMap((part): readonly JsonObject[] => {
    if (part.type === 'text') return [{ type: 'text', text: part.text }];
    return part.type === 'image' ? [{ type: 'image_url', image_url: { url: urlOfImage(part.source) } }] : [];
  });
  if (content.length === 0 && calls.length === 0) return results;
  const [only] = content;
  const plain = content.length === 1 && only?.['type'] === 'text' ? only['text'] : content;
  const message = {
    role,
    content: content.length === 0 ? null : plain,
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  return [...results, message];
}

function writeCall({ id, name, arguments: args }: CanonicalPart & { type: 'tool_call' }): JsonObject {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(args) } };
}

function writeTool({ name, description, parameters, strict }: CanonicalTool): JsonObject {
  return {
    type: 'function',
    function: {
      name,
      ...(description !== null && { description }),
      parameters,
      ...(strict !== null && { strict }),
    },
  };
}

function writeToolChoice(choice: CanonicalToolChoice): unknown {
  return choice.type === 'tool' ? { type: 'function', function: { name: choice.name } } : choice.type;
}

function writeOutput(output: CanonicalOutput): JsonObject {
  if (output.type === 'json') return { type: 'json_object' };
  const { name, schema, strict } = output;
  return { type: 'json_schema', json_schema: { name, schema, ...(strict !== null && { strict }) } };
}
