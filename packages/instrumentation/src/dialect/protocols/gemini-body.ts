import type { BodyRules } from '../change-body.js';
import type { FieldRule, SystemChange } from '../dialect.js';
import { asList, asObject, asText, isObject, type JsonObject } from '../json.js';
import { either, snakeCase } from './gemini-spelling.js';

const FIELDS: Readonly<Record<string, FieldRule>> = {
  contents: 'keep',
  systemInstruction: 'keep',
  // All of it shapes the answer and nothing else; what makes the answer something else than text is refused below.
  generationConfig: 'keep',
  tools: 'keep',
  toolConfig: 'keep',
  safetySettings: 'keep',
  modelArmorConfig: 'keep',
  serviceTier: 'keep',

  labels: 'strip',

  // `false`, which keeps a request out of the project's logs, stays.
  store: 'refuse',
  cachedContent: 'refuse',
  continuationToken: 'refuse',
  automaticContinuation: 'refuse',
  generationOutputConfig: 'refuse',
};

/** How the body of a generateContent request is changed. */
export const geminiBody: BodyRules = {
  isRequest: (request) => Array.isArray(request['contents']),
  reserved: ['contents', 'systemInstruction', 'system_instruction', 'model'],
  model: null,
  fields: Object.fromEntries(
    Object.entries(FIELDS).flatMap(([name, rule]) => [
      [name, rule],
      [snakeCase(name), rule],
    ]),
  ),
  refused: statefulFeature,
  withSystem,
};

/** Anything the provider would run, fetch from its own store, or answer with something else than text. */
function statefulFeature(request: JsonObject): string | null {
  const odd = oddlyWritten(request);
  if (odd !== null) return odd;
  const declared = ['functionDeclarations', 'function_declarations'];
  const tools = asList(request['tools']).flatMap((tool) => Object.keys(asObject(tool)));
  if (tools.some((name) => !declared.includes(name))) return 'a server-side tool';
  const calling = asObject(either(asObject(either(request, 'toolConfig')), 'functionCallingConfig'));
  if (either(calling, 'streamFunctionCallArguments') === true) return 'arguments of tool calls in pieces';
  const modalities = asList(either(asObject(either(request, 'generationConfig')), 'responseModalities'));
  if (modalities.some((modality) => asText(modality)?.toUpperCase() !== 'TEXT')) return 'an answer that is not text';
  const contents = [...asList(request['contents']), either(request, 'systemInstruction')];
  return contents.some((content) => asList(asObject(content)['parts']).some(isFile)) ? 'a file by reference' : null;
}

/**
 * What the API reads in another way than is done here, so that nothing could be said of it: it takes a value for a list of one, and
 * a field in two spellings.
 */
function oddlyWritten(request: JsonObject): string | null {
  const contents = [...asList(request['contents']), either(request, 'systemInstruction')].map(asObject);
  const parts = contents.flatMap((content) => asList(content['parts'])).map(asObject);
  const results = parts.map((part) => asObject(either(part, 'functionResponse')));
  const configs = ['toolConfig', 'generationConfig'].map((name) => asObject(either(request, name)));
  if ([request, ...configs, ...parts].some(saysTwice)) return 'a field in two spellings';
  const lists = [request['tools'], ...configs.map((config) => either(config, 'responseModalities'))];
  for (const { parts } of [...contents, ...results]) lists.push(parts);
  return lists.every((list) => list === undefined || list === null || Array.isArray(list))
    ? null
    : 'a value for a list';
}

function saysTwice(object: JsonObject): boolean {
  return Object.keys(object).some((name) => {
    const other = snakeCase(name);
    return other !== name && Object.hasOwn(object, other);
  });
}

function isFile(value: unknown): boolean {
  const part = asObject(value);
  if (either(part, 'fileData') !== undefined) return true;
  return asList(asObject(either(part, 'functionResponse'))['parts']).some(isFile);
}

/** Replaces the instructions, in the spelling they had. */
function withSystem(request: JsonObject, change: SystemChange): JsonObject {
  const name = 'system_instruction' in request ? 'system_instruction' : 'systemInstruction';
  return { ...request, [name]: { parts: [{ text: change(instructionOf(request)) }] } };
}

/** The instructions as one text; `null` where there are none. */
export function instructionOf(request: JsonObject): string | null {
  const instruction = either(request, 'systemInstruction');
  const texts = isObject(instruction)
    ? asList(instruction['parts']).flatMap((part) => asText(asObject(part)['text']) ?? [])
    : [];
  return texts.length === 0 ? null : texts.join('\n\n');
}
