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
  orRefused,
  partsOf,
  readNumbers,
  requestOf,
  untranslatable,
} from '../canonical-reader.js';
import type { Translation } from '../dialect.js';
import { imageOfUrl } from '../image.js';
import { asList, asObject, asText, type JsonObject } from '../json.js';
import { conversationOf } from './openai-responses-body.js';
import { itemType, textOf } from './openai-responses-messages.js';
import { RESPONSES_NUMBERS, writeRequest } from './openai-responses-write.js';

/** Fields with a canonical word, and those that say nothing about the answer at the values {@link readRequest} asks for. */
const KNOWN: ReadonlySet<string> = new Set(
  [
    'model input instructions stream stream_options temperature top_p max_output_tokens reasoning text tools tool_choice',
    'parallel_tool_calls max_tool_calls truncation include service_tier store',
  ].flatMap((names) => names.split(' ')),
);

/** A summary is not compared; whether there is one changes nothing else. */
const REASONING: ReadonlySet<string> = new Set(['effort', 'summary', 'generate_summary']);
const TEXT: ReadonlySet<string> = new Set(['format', 'verbosity']);

/** OpenAI responses in canonical words, and back. */
export const responsesTranslation: Translation = {
  headers: {},
  read: ({ body }) => orRefused(() => ({ status: 'ok', request: readRequest(requestOf(body)) })),
  write: (request) => orRefused(() => ({ status: 'ok', path: '/responses', body: writeRequest(request) })),
};

function readRequest(body: JsonObject): CanonicalRequest {
  onlyFields(body, KNOWN);
  refuseSettings(body);
  const reasoning = asObject(body['reasoning']);
  const text = asObject(body['text']);
  onlyFields(reasoning, REASONING);
  onlyFields(text, TEXT);
  const { system, rest } = conversationOf(body);
  const reasoningEffort = asText(reasoning['effort']);
  const verbosity = asText(text['verbosity']);
  return {
    model: asText(body['model']),
    stream: body['stream'] === true,
    system,
    messages: readTurns(rest),
    tools: asList(body['tools']).map(readTool),
    toolChoice: readToolChoice(body['tool_choice']),
    parallelToolCalls: typeof body['parallel_tool_calls'] === 'boolean' ? body['parallel_tool_calls'] : null,
    output: readOutput(asObject(text['format'])),
    parameters: {
      ...readNumbers(body, { maxTokens: 'max_output_tokens', ...RESPONSES_NUMBERS }),
      ...(reasoningEffort !== null && { reasoningEffort }),
      ...(verbosity !== null && { verbosity }),
    },
  };
}

/** Settings with a value that no other protocol has a word for. */
function refuseSettings(body: JsonObject): void {
  if (body['truncation'] === 'auto') untranslatable('`truncation`');
  if (asList(body['include']).includes('message.output_text.logprobs')) untranslatable('log-probabilities');
  const tier = body['service_tier'] ?? 'auto';
  if (tier !== 'auto' && tier !== 'default') untranslatable('`service_tier`');
}

/** What the assistant says and calls in one turn is several items here, and one message elsewhere. */
function readTurns(items: readonly JsonObject[]): readonly CanonicalMessage[] {
  const names = new CallNames();
  const turns: { readonly role: 'user' | 'assistant'; readonly parts: CanonicalPart[] }[] = [];
  for (const item of items) {
    const { role, parts } = readItem(item, names);
    const last = turns.at(-1);
    if (role === 'assistant' && last?.role === 'assistant') last.parts.push(...parts);
    else turns.push({ role, parts: [...parts] });
  }
  return turns;
}

function readItem(item: JsonObject, names: CallNames): CanonicalMessage {
  switch (itemType(item)) {
    case 'message': {
      const { role } = item;
      if (role === 'user' || role === 'assistant') return { role, parts: readContent(item['content']) };
      return untranslatable('instructions in the middle of a conversation');
    }
    case 'function_call': {
      const name = asText(item['name']) ?? untranslatable('a tool call without a name');
      const id = names.called(asText(item['call_id']), name);
      return {
        role: 'assistant',
        parts: [{ type: 'tool_call', id, name, arguments: argumentsOf(item['arguments']) }],
      };
    }
    case 'function_call_output': {
      const id = asText(item['call_id']) ?? untranslatable('a tool result without its call');
      const { output } = item;
      if (asList(output).some((part) => typeof asObject(part)['text'] !== 'string'))
        untranslatable('a tool result that is no text');
      return { role: 'user', parts: [{ type: 'tool_result', id, name: names.nameOf(id), text: textOf(output) }] };
    }
    case 'reasoning':
      return untranslatable('reasoning in the conversation');
    default:
      return untranslatable('a custom tool');
  }
}

function readContent(content: unknown): readonly CanonicalPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return partsOf(content).map((value): CanonicalPart => {
    const part = asObject(value);
    const { text, detail, image_url: url } = part;
    if (typeof text === 'string') return { type: 'text', text };
    if (part['type'] === 'refusal') return untranslatable('a refusal in the conversation');
    if (part['type'] !== 'input_image' || typeof url !== 'string')
      return untranslatable('a part that is no text or image');
    if (detail !== undefined && detail !== null && detail !== 'auto') untranslatable('`detail` of an image');
    return { type: 'image', source: imageOfUrl(url) };
  });
}

function readTool(value: unknown): CanonicalTool {
  const { type, name, description, parameters, strict } = asObject(value);
  if (type !== 'function' || typeof name !== 'string') return untranslatable('a custom tool');
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
  const { type, name } = asObject(value);
  return type === 'function' && typeof name === 'string' ? { type: 'tool', name } : untranslatable('`tool_choice`');
}

function readOutput(format: JsonObject): CanonicalOutput | null {
  const { type, name, schema, strict, description } = format;
  if (type === undefined || type === 'text') return null;
  if (type === 'json_object') return { type: 'json' };
  if (type !== 'json_schema' || typeof name !== 'string') return untranslatable('`text.format`');
  if (asText(description) !== null) untranslatable('the description of a schema');
  return { type: 'json_schema', name, schema: asObject(schema), strict: typeof strict === 'boolean' ? strict : null };
}
