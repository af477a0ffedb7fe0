import type { RequestAttributes } from '../dialect/dialect.js';
import { describeRequestFields, type NumberTable } from '../dialect/attributes.js';
import { asList, asObject, asText } from '../dialect/json.js';
import { type ToolDefinition, toolDefinitions } from '../dialect/tool-definitions.js';
import {
  ATTR_GEN_AI_REQUEST_FREQUENCY_PENALTY,
  ATTR_GEN_AI_REQUEST_MAX_TOKENS,
  ATTR_GEN_AI_REQUEST_PRESENCE_PENALTY,
  ATTR_GEN_AI_REQUEST_SEED,
  ATTR_GEN_AI_REQUEST_TEMPERATURE,
  ATTR_GEN_AI_REQUEST_TOP_K,
  ATTR_GEN_AI_REQUEST_TOP_P,
} from '../semconv.js';
import type { Message, Part } from '../trial/trial.js';
import type { CallOptions } from './model.js';

const NUMBERS: NumberTable = [
  ['temperature', ATTR_GEN_AI_REQUEST_TEMPERATURE],
  ['topP', ATTR_GEN_AI_REQUEST_TOP_P],
  ['topK', ATTR_GEN_AI_REQUEST_TOP_K],
  ['maxOutputTokens', ATTR_GEN_AI_REQUEST_MAX_TOKENS],
  ['frequencyPenalty', ATTR_GEN_AI_REQUEST_FREQUENCY_PENALTY],
  ['presencePenalty', ATTR_GEN_AI_REQUEST_PRESENCE_PENALTY],
  ['seed', ATTR_GEN_AI_REQUEST_SEED],
];

/** The attributes of the GenAI conventions for a call. */
export function requestAttributes(params: CallOptions): RequestAttributes {
  return describeRequestFields((name) => Reflect.get(params, name), {
    numbers: NUMBERS,
    stop: Reflect.get(params, 'stopSequences'),
    output: params.responseFormat === undefined ? null : params.responseFormat.type === 'json' ? 'json' : 'text',
  });
}

/** The messages of a prompt, in the words of the conventions. */
export function messagesOf({ prompt }: CallOptions): readonly Message[] {
  return prompt.map((given) => {
    const { role, content } = asObject(given);
    const parts: Part[] =
      typeof content === 'string' ? [{ type: 'text', content }] : asList(content).map((part) => partOf(asObject(part)));
    return { role: asText(role) ?? 'unknown', parts };
  });
}

/** The tools that a call offers to the model. */
export function toolsOf({ tools }: CallOptions): readonly ToolDefinition[] {
  return toolDefinitions(tools);
}

function partOf(part: Readonly<Record<string, unknown>>): Part {
  const { type, text, toolCallId, toolName, input, output } = part;
  switch (type) {
    case 'text':
      return { type: 'text', content: typeof text === 'string' ? text : '' };
    case 'tool-call':
      return { type: 'tool_call', id: asText(toolCallId), name: asText(toolName) ?? '', arguments: jsonOf(input) };
    case 'tool-result': {
      const { value } = asObject(output);
      return {
        type: 'tool_call_response',
        id: asText(toolCallId),
        response: typeof value === 'string' ? value : jsonOf(value),
      };
    }
    default:
      return { type: 'other', kind: asText(type) ?? 'unknown' };
  }
}

function jsonOf(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value);
}
