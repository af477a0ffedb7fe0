import type {
  CanonicalMessage,
  CanonicalOutput,
  CanonicalPart,
  CanonicalRequest,
  CanonicalTool,
  CanonicalToolChoice,
} from '../canonical.js';
import { untranslatable, writeNumbers } from '../canonical-reader.js';
import { isObject, type JsonObject, parseJson } from '../json.js';
import { NUMBERS } from './gemini-read.js';

/**
 * Gemini 3 turns a call in the conversation away that it did not sign. For calls of another model its documentation gives this
 * word in place of a signature (ai.google.dev/gemini-api/docs/thought-signatures); older models have no signatures.
 */
const UNSIGNED = { thoughtSignature: 'skip_thought_signature_validator' };
const SIGNS = /^(?:models\/)?gemini-3(?:[.-]|$)/;

/** A canonical request in Gemini's words. Throws what `orRefused` takes. */
export function writeRequest(request: CanonicalRequest): JsonObject {
  const { system, tools, toolChoice, output, parameters } = request;
  if (request.parallelToolCalls === false) untranslatable('one tool call at a time');
  const signed = SIGNS.test(request.model ?? '') ? UNSIGNED : {};
  const config = {
    ...writeNumbers(parameters, NUMBERS, ['stop']),
    ...(parameters.stop !== undefined && { stopSequences: parameters.stop }),
    ...(output !== null && writeOutput(output)),
  };
  return {
    contents: turnsOf(request.messages).map(({ role, parts }) => ({
      parts: parts.map((part) => writePart(part, signed)),
      role: role === 'assistant' ? 'model' : 'user',
    })),
    ...(system !== null && { systemInstruction: { parts: [{ text: system }] } }),
    ...(tools.length > 0 && { tools: [{ functionDeclarations: tools.map(writeTool) }] }),
    ...(toolChoice !== null && { toolConfig: { functionCallingConfig: writeToolChoice(toolChoice) } }),
    ...(Object.keys(config).length > 0 && { generationConfig: config }),
  };
}

/** As many results as calls are asked for in one turn: neighbours that are of one turn are put together. */
function turnsOf(messages: readonly CanonicalMessage[]): readonly CanonicalMessage[] {
  const turns: { readonly role: CanonicalMessage['role']; readonly kind: Kind; readonly parts: CanonicalPart[] }[] = [];
  for (const message of messages) {
    const { role, parts } = message;
    const kind = kindOf(message);
    const last = turns.at(-1);
    if (kind !== 'said' && last?.kind === kind) for (const part of parts) last.parts.push(part);
    else turns.push({ role, kind, parts: [...parts] });
  }
  return turns;
}

type Kind = 'answer' | 'results' | 'said';

function kindOf({ role, parts }: CanonicalMessage): Kind {
  if (role === 'assistant') return 'answer';
  return parts.length > 0 && parts.every(({ type }) => type === 'tool_result') ? 'results' : 'said';
}

function writePart(part: CanonicalPart, signature: JsonObject): JsonObject {
  if (part.type === 'text') return { text: part.text };
  if (part.type === 'image') {
    const { source } = part;
    if (source.kind === 'url') return untranslatable('an image by its address');
    return { inlineData: { mimeType: source.mediaType, data: source.data } };
  }
  const { id, name } = part;
  if (part.type === 'tool_call') return { functionCall: { id, name, args: part.arguments }, ...signature };
  const value = parseJson(part.text);
  return { functionResponse: { id, name, response: isObject(value) ? value : { output: part.text } } };
}

/** Calls are held to their schema as well as the model can: there is no word for `strict`. */
function writeTool({ name, description, parameters }: CanonicalTool): JsonObject {
  return {
    name,
    ...(description !== null && { description }),
    ...(Object.keys(parameters).length > 0 && { parametersJsonSchema: parameters }),
  };
}

function writeToolChoice(choice: CanonicalToolChoice): JsonObject {
  if (choice.type === 'tool') return { mode: 'ANY', allowedFunctionNames: [choice.name] };
  return { mode: choice.type === 'required' ? 'ANY' : choice.type.toUpperCase() };
}

/** A schema is always held to, and has no name. */
function writeOutput(output: CanonicalOutput): JsonObject {
  return {
    responseMimeType: 'application/json',
    ...(output.type === 'json_schema' && { responseJsonSchema: output.schema }),
  };
}
