import type { Message, Part } from '../../trial/trial.js';
import { asList, asObject, asText, isObject, type JsonObject, parseJson } from '../json.js';
import { either, snakeCase } from './gemini-spelling.js';

const OTHER_KINDS = ['inlineData', 'fileData', 'executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse'];

/** The messages of a generateContent request. Throws where the body is not one. */
export function readMessages(body: string): readonly Message[] {
  const request = parseJson(body);
  if (!isObject(request) || !Array.isArray(request['contents'])) {
    throw new TypeError('expected a JSON object with `contents`, a list');
  }
  const instruction = either(request, 'systemInstruction');
  const system: readonly Message[] = isObject(instruction) ? [{ role: 'system', parts: partsOf(instruction) }] : [];
  return [...system, ...request['contents'].map((content) => readContent(asObject(content)))];
}

/** Roles in the words of the conventions. */
function readContent(content: JsonObject): Message {
  const parts = partsOf(content);
  if (content['role'] === 'model') return { role: 'assistant', parts };
  const results = parts.length > 0 && parts.every(({ type }) => type === 'tool_call_response');
  return { role: results ? 'tool' : 'user', parts };
}

function partsOf(content: JsonObject): readonly Part[] {
  return asList(content['parts']).map((value): Part => {
    const part = asObject(value);
    const call = either(part, 'functionCall');
    if (isObject(call)) {
      const args = JSON.stringify(call['args'] ?? {});
      return { type: 'tool_call', id: asText(call['id']), name: asText(call['name']) ?? '', arguments: args };
    }
    const result = either(part, 'functionResponse');
    if (isObject(result)) {
      return { type: 'tool_call_response', id: asText(result['id']), response: resultText(result['response']) };
    }
    if (part['thought'] === true) return { type: 'other', kind: 'reasoning' };
    if (typeof part['text'] === 'string') return { type: 'text', content: part['text'] };
    const kind = OTHER_KINDS.find((each) => part[each] !== undefined || part[snakeCase(each)] !== undefined);
    return { type: 'other', kind: kind ?? 'unknown' };
  });
}

/** A function's result is an object here. A text in it alone, under `output` as the API wants it, is that text. */
export function resultText(response: unknown): string {
  const fields = asObject(response);
  const output = Object.keys(fields).length === 1 ? fields['output'] : undefined;
  return typeof output === 'string' ? output : JSON.stringify(output ?? fields);
}
