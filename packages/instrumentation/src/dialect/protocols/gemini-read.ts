import {
  type CanonicalMessage,
  type CanonicalOutput,
  type CanonicalParameters,
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
  readNumbers,
  readStop,
  untranslatable,
} from '../canonical-reader.js';
import { asList, asObject, asText, isObject, type JsonObject } from '../json.js';
import { instructionOf } from './gemini-body.js';
import { resultText } from './gemini-messages.js';
import type { GeminiPath } from './gemini-path.js';
import { either, inCamelCase } from './gemini-spelling.js';
import { jsonSchemaOf } from './gemini-schema.js';

/** The numbers of a configuration: canonical name, name here. */
export const NUMBERS = {
  maxTokens: 'maxOutputTokens',
  temperature: 'temperature',
  topP: 'topP',
  topK: 'topK',
  seed: 'seed',
  frequencyPenalty: 'frequencyPenalty',
  presencePenalty: 'presencePenalty',
} as const;

const KNOWN: ReadonlySet<string> = new Set(
  'contents systemInstruction generationConfig tools toolConfig store'.split(' '),
);

/** Fields of the configuration with a canonical word, and those that say nothing about the answer at the values asked for below. */
const KNOWN_CONFIG: ReadonlySet<string> = new Set(
  [
    ...Object.values(NUMBERS),
    'stopSequences candidateCount responseMimeType responseSchema responseJsonSchema',
    'responseModalities responseLogprobs thinkingConfig',
  ].flatMap((names) => names.split(' ')),
);

/** A generateContent request in canonical words. Throws what `orRefused` takes. */
export function readRequest(body: JsonObject, { model, stream }: GeminiPath): CanonicalRequest {
  const request = inCamelCase(body);
  onlyFields(request, KNOWN);
  const config = asObject(request['generationConfig']);
  checkConfig(config);
  onlyText(asObject(request['systemInstruction'])['parts'], 'an instruction');
  const names = new CallNames();
  return {
    model,
    stream,
    system: instructionOf(request),
    messages: asList(request['contents']).map((content) => readContent(asObject(content), names)),
    tools: asList(request['tools']).flatMap((tool) =>
      asList(either(asObject(tool), 'functionDeclarations')).map((declared) => readTool(asObject(declared))),
    ),
    toolChoice: readToolChoice(asObject(request['toolConfig'])),
    parallelToolCalls: null,
    output: readOutput(config),
    parameters: readParameters(config),
  };
}

function checkConfig(config: JsonObject): void {
  onlyFields(config, KNOWN_CONFIG, 'generationConfig');
  if (![1, null, undefined].includes(config['candidateCount'] as number)) untranslatable('several candidates');
  if (config['responseLogprobs'] === true) untranslatable('log-probabilities');
  // Whether thoughts are shown changes nothing in what is compared; how much is thought does.
  const thinking = Object.keys(asObject(config['thinkingConfig']));
  if (thinking.some((name) => name !== 'includeThoughts' && name !== 'include_thoughts'))
    untranslatable('the field `generationConfig.thinkingConfig`');
}

function readParameters(config: JsonObject): CanonicalParameters {
  return { ...readNumbers(config, NUMBERS), ...readStop(config['stopSequences']) };
}

function readContent(content: JsonObject, names: CallNames): CanonicalMessage {
  const said = content['role'] ?? 'user';
  // Results of functions had a role of their own once.
  if (said !== 'user' && said !== 'model' && said !== 'function') untranslatable('the role of a turn');
  const role = said === 'model' ? 'assistant' : 'user';
  return { role, parts: asList(content['parts']).flatMap((part) => readPart(asObject(part), names)) };
}

function readPart(part: JsonObject, names: CallNames): readonly CanonicalPart[] {
  // What a model thought, and its signature, are read by that model alone: no other can be told.
  if (part['thought'] === true) return [];
  const call = either(part, 'functionCall');
  if (isObject(call)) {
    const name = asText(call['name']) ?? untranslatable('a tool call without a name');
    return [
      { type: 'tool_call', id: names.called(asText(call['id']), name), name, arguments: argumentsOf(call['args']) },
    ];
  }
  const result = either(part, 'functionResponse');
  if (isObject(result)) return [readResult(result, names)];
  if (typeof part['text'] === 'string') return part['text'] === '' ? [] : [{ type: 'text', text: part['text'] }];
  const image = asObject(either(part, 'inlineData'));
  const [mediaType, data] = [asText(either(image, 'mimeType')), asText(image['data'])];
  if (mediaType?.startsWith('image/') !== true || data === null)
    return untranslatable('a part that is no text or image');
  return [{ type: 'image', source: { kind: 'data', mediaType, data } }];
}

function readResult(result: JsonObject, names: CallNames): CanonicalPart {
  const name = asText(result['name']) ?? untranslatable('a tool result without its call');
  if (asList(result['parts']).length > 0) untranslatable('a tool result that is not text');
  const given = asText(result['id']);
  // Without ids, the results of a tool come in the order of its calls.
  if (given !== null) names.nameOf(given);
  const id = given ?? names.answered(name);
  return { type: 'tool_result', id, name, text: resultText(result['response']) };
}

function readTool(tool: JsonObject): CanonicalTool {
  const name = asText(tool['name']) ?? untranslatable('a tool without a name');
  // What a function gives back is told to the model here only.
  if (['response', 'responseJsonSchema', 'behavior'].some((field) => either(tool, field) !== undefined)) {
    untranslatable('a tool whose results are described');
  }
  const schema = either(tool, 'parametersJsonSchema');
  const own = tool['parameters'];
  return {
    name,
    description: asText(tool['description']),
    parameters: own === undefined ? asObject(schema) : jsonSchemaOf(own),
    strict: null,
  };
}

function readToolChoice(config: JsonObject): CanonicalToolChoice | null {
  onlyFields(config, new Set(['functionCallingConfig', 'function_calling_config']));
  const calling = asObject(either(config, 'functionCallingConfig'));
  const allowed = asList(either(calling, 'allowedFunctionNames'));
  const mode = asText(calling['mode']);
  const name = asText(allowed[0]);
  if (allowed.length === 1 && mode === 'ANY' && name !== null) return { type: 'tool', name };
  if (allowed.length > 0) return untranslatable('a choice of several tools');
  if (mode === null || mode === 'MODE_UNSPECIFIED') return null;
  if (mode === 'AUTO') return { type: 'auto' };
  if (mode === 'ANY') return { type: 'required' };
  return mode === 'NONE' ? { type: 'none' } : untranslatable('the mode of function calling');
}

function readOutput(config: JsonObject): CanonicalOutput | null {
  const type = asText(config['responseMimeType']);
  if (type === null || type === 'text/plain') return null;
  if (type !== 'application/json') return untranslatable('`responseMimeType`');
  const { responseJsonSchema: given, responseSchema: own } = config;
  const schema = isObject(given) ? given : isObject(own) ? jsonSchemaOf(own) : null;
  return schema === null ? { type: 'json' } : { type: 'json_schema', name: UNNAMED_SCHEMA, schema, strict: null };
}
