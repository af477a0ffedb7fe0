import {
  type CanonicalMessage,
  type CanonicalOutput,
  type CanonicalPart,
  type CanonicalRequest,
  type CanonicalTool,
  type CanonicalToolChoice,
  UNNAMED_SCHEMA,
} from '../canonical.js';
import {
  argumentsOf,
  CallNames,
  onlyFields,
  onlyText,
  partsOf,
  readNumbers,
  readStop,
  untranslatable,
} from '../canonical-reader.js';
import { asList, asObject, asText, isObject, type JsonObject } from '../json.js';
import { instructionsOf, textsOf } from './anthropic-messages-body.js';

/** Fields with a canonical word, and those that say nothing about the answer at the values {@link readRequest} asks for. */
const KNOWN: ReadonlySet<string> = new Set(
  [
    'model messages system stream max_tokens stop_sequences temperature top_p top_k tools tool_choice',
    'output_config output_format thinking cache_control service_tier speed',
  ].flatMap((names) => names.split(' ')),
);

const TOOL_FIELDS: ReadonlySet<string> = new Set(
  'type name description input_schema strict cache_control eager_input_streaming'.split(' '),
);

/** A messages request in canonical words. */
export function readRequest(body: JsonObject): CanonicalRequest {
  onlyFields(body, KNOWN);
  const { thinking, speed, tool_choice: choice, stop_sequences: stop } = body;
  if (isObject(thinking) && thinking['type'] !== 'disabled') untranslatable(fieldNamed('thinking'));
  if (speed !== undefined && speed !== null && speed !== 'standard') untranslatable(fieldNamed('speed'));
  onlyText(body['system'], 'an instruction');
  const { system, conversation } = instructionsOf(body);
  const parallel = asObject(choice)['disable_parallel_tool_use'];
  return {
    model: asText(body['model']),
    stream: body['stream'] === true,
    system,
    messages: readTurns(conversation.map(asObject)),
    tools: asList(body['tools']).map((tool) => readTool(asObject(tool))),
    toolChoice: readToolChoice(asObject(choice), choice),
    parallelToolCalls: typeof parallel === 'boolean' ? !parallel : null,
    output: readOutput(body),
    parameters: {
      ...readNumbers(body, { maxTokens: 'max_tokens', temperature: 'temperature', topP: 'top_p', topK: 'top_k' }),
      ...readStop(stop),
    },
  };
}

function fieldNamed(name: string): string {
  return `the field \`${name}\``;
}

function readTurns(messages: readonly JsonObject[]): readonly CanonicalMessage[] {
  const names = new CallNames();
  const turns = messages.map(({ role, content }): CanonicalMessage => {
    if (role !== 'user' && role !== 'assistant') return untranslatable('instructions in the middle of a conversation');
    if (typeof content === 'string') return { role, parts: content === '' ? [] : [{ type: 'text', text: content }] };
    return { role, parts: partsOf(content).flatMap((block) => readBlock(asObject(block), names)) };
  });
  // The model would go on with it, here only.
  if (turns.at(-1)?.role === 'assistant') untranslatable('the beginning of an answer');
  return turns;
}

function readBlock(block: JsonObject, names: CallNames): readonly CanonicalPart[] {
  switch (block['type']) {
    case 'text':
      if (asList(block['citations']).length > 0) untranslatable('citations');
      return [{ type: 'text', text: asText(block['text']) ?? '' }];
    case 'image':
      return [readImage(block)];
    case 'tool_use': {
      const name = asText(block['name']) ?? untranslatable('a tool call without a name');
      if (isPresent(block['toolset_name'])) untranslatable('a call of a toolset');
      return [
        {
          type: 'tool_call',
          id: names.called(asText(block['id']), name),
          name,
          arguments: argumentsOf(block['input']),
        },
      ];
    }
    case 'tool_result':
      return [readResult(block, names)];
    // The provider leaves them out itself where the request does not ask for thinking, which is refused.
    case 'thinking':
    case 'redacted_thinking':
      return [];
    default:
      return untranslatable('a block that is no text, image or tool call');
  }
}

function readImage({ source, transformations }: JsonObject): CanonicalPart {
  const { type, url, data, media_type: mediaType } = asObject(source);
  if (isPresent(transformations)) untranslatable('`transformations` of an image');
  if (type === 'url' && typeof url === 'string') return { type: 'image', source: { kind: 'url', url } };
  if (type !== 'base64' || typeof data !== 'string' || typeof mediaType !== 'string') return untranslatable('an image');
  return { type: 'image', source: { kind: 'data', mediaType: mediaType.toLowerCase(), data } };
}

function readResult(block: JsonObject, names: CallNames): CanonicalPart {
  const id = asText(block['tool_use_id']) ?? untranslatable('a tool result without its call');
  if (block['is_error'] === true) untranslatable('a tool result that is an error');
  if (asList(block['content']).some((part) => asObject(part)['type'] !== 'text')) {
    untranslatable('a tool result that is no text');
  }
  return { type: 'tool_result', id, name: names.nameOf(id), text: textsOf(block['content']).join('') };
}

function readTool(tool: JsonObject): CanonicalTool {
  const { type, name, description, input_schema: parameters, strict } = tool;
  if ((isPresent(type) && type !== 'custom') || typeof name !== 'string')
    return untranslatable("Anthropic's own tools");
  onlyFields(tool, TOOL_FIELDS);
  return {
    name,
    description: asText(description),
    parameters: asObject(parameters),
    strict: typeof strict === 'boolean' ? strict : null,
  };
}

function readToolChoice({ type, name }: JsonObject, given: unknown): CanonicalToolChoice | null {
  if (!isPresent(given)) return null;
  if (type === 'auto' || type === 'none') return { type };
  if (type === 'any') return { type: 'required' };
  return type === 'tool' && typeof name === 'string' ? { type: 'tool', name } : untranslatable('`tool_choice`');
}

/** Answers hold to a schema strictly, here always. */
function readOutput(body: JsonObject): CanonicalOutput | null {
  const config = asObject(body['output_config']);
  for (const [name, value] of Object.entries(config)) {
    if (name !== 'format' && isPresent(value)) untranslatable(`a part of ${fieldNamed('output_config')}`);
  }
  const format = config['format'] ?? body['output_format'];
  if (!isPresent(format)) return null;
  const { type, schema } = asObject(format);
  if (type !== 'json_schema') return untranslatable('the form of the answer');
  return { type: 'json_schema', name: UNNAMED_SCHEMA, schema: asObject(schema), strict: true };
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}
