import { canonicalText, isObject, type JsonObject, parseForeign } from '@understudy/instrumentation/trial';
import type { ToolCall } from '../answer.js';
import type { Asked, OfferedTool } from '../asked.js';
import { isLong } from '../cut.js';
import { looseAgreement } from '../json/loose.js';
import { isValid } from '../json/schema.js';

/** The arguments of a call; undefined where they are no JSON object, or too long. A call without any has none. */
function argumentsOf({ arguments: text }: ToolCall): JsonObject | undefined {
  if (text === null || isLong(text.length)) return undefined;
  if (text.trim() === '') return {};
  const value = parseForeign(text);
  return isObject(value) ? value : undefined;
}

/** One spelling of a call: equal for calls of the same tool with the same JSON. */
export function spellingOf(call: ToolCall): string {
  const text = call.arguments ?? '';
  const written = text.trim() === '' ? '{}' : isLong(text.length) ? text : (canonicalText(text) ?? text);
  return `${call.name}(${written})`;
}

function offered(name: string, { tools }: Asked): OfferedTool | undefined {
  return tools?.find((tool) => tool.name === name);
}

/**
 * How far the arguments of two calls of one tool agree, in [0,1], read loosely, with the tool's schema where that is known. Arguments
 * that are no JSON object agree with the same text alone.
 */
export function argumentsAgreement(a: ToolCall, b: ToolCall, asked: Asked): number {
  if (a.arguments === b.arguments) return 1;
  const [one, other] = [argumentsOf(a), argumentsOf(b)];
  if (one === undefined || other === undefined) return 0;
  const { same, all } = looseAgreement(one, other, offered(a.name, asked)?.parameters ?? undefined);
  return same / all;
}

/**
 * Whether a call could be carried out: its tool is one of those offered, and its arguments are a JSON object that keeps to the
 * tool's schema, as far as these are known. Null where it cannot be told.
 */
export function isCallable(call: ToolCall, asked: Asked): boolean | null {
  const tool = offered(call.name, asked);
  if (asked.tools !== null && tool === undefined) return false;
  if (call.arguments === null) return null;
  const value = argumentsOf(call);
  if (value === undefined) return isLong(call.arguments.length) ? null : false;
  return isObject(tool?.parameters) ? isValid(value, tool.parameters) : true;
}
