import type { Attributes } from '@opentelemetry/api';
import { isObject, parseJson } from '../dialect/json.js';
import type { RequestContent } from '../dialect/request-content.js';
import type { ToolDefinition } from '../dialect/tool-definitions.js';
import {
  ATTR_CONTENT_CUT,
  ATTR_GEN_AI_INPUT_MESSAGES,
  ATTR_GEN_AI_OUTPUT_MESSAGES,
  ATTR_GEN_AI_REQUEST_STOP_SEQUENCES,
  ATTR_GEN_AI_SYSTEM_INSTRUCTIONS,
  ATTR_GEN_AI_TOOL_DEFINITIONS,
} from '../semconv.js';
import type { Message, Part } from '../trial/trial.js';
import { ContentRoom } from './content-room.js';
import type { SpanContent } from './span-privacy.js';

/**
 * What was asked and answered, as JSON in the schemas of the GenAI conventions; stop sequences as the list they are. `request` is null
 * where it cannot be read, `answer` has a message for each choice.
 *
 * Each attribute holds 32 Ki characters of text at most; of a conversation the newest messages. `understudy.content.cut` names those
 * of which something is missing.
 */
export function contentAttributes(
  content: SpanContent,
  request: RequestContent | null,
  answer: readonly Message[],
): Attributes {
  const texts = content();
  const attributes: Attributes = {};
  const cut: string[] = [];
  const put = <Item>(
    name: string,
    items: readonly Item[],
    write: (items: readonly Item[], room: ContentRoom) => unknown[],
  ): void => {
    if (items.length === 0) return;
    const room = new ContentRoom(texts);
    attributes[name] = JSON.stringify(write(items, room));
    if (room.cut) cut.push(name);
  };
  if (request !== null) {
    put(ATTR_GEN_AI_SYSTEM_INSTRUCTIONS, request.instructions, writeParts);
    put(ATTR_GEN_AI_INPUT_MESSAGES, request.messages, (messages, room) =>
      writeMessages(messages.toReversed(), room).reverse(),
    );
    put(ATTR_GEN_AI_TOOL_DEFINITIONS, request.tools, writeTools);
    const room = new ContentRoom(texts);
    const stop = (request.stop ?? []).filter(() => room.open()).map((text) => room.text(text));
    if (stop.length > 0) attributes[ATTR_GEN_AI_REQUEST_STOP_SEQUENCES] = stop;
    if (room.cut) cut.push(ATTR_GEN_AI_REQUEST_STOP_SEQUENCES);
  }
  put(ATTR_GEN_AI_OUTPUT_MESSAGES, answer, writeMessages);
  if (cut.length > 0) attributes[ATTR_CONTENT_CUT] = cut;
  return attributes;
}

/** In the order given, as many as there is room for. */
function writeMessages(messages: readonly Message[], room: ContentRoom): unknown[] {
  const written: unknown[] = [];
  for (const { role, parts } of messages) {
    if (!room.open()) break;
    written.push({ role: room.name(role), parts: writeParts(parts, room) });
  }
  return written;
}

function writeParts(parts: readonly Part[], room: ContentRoom): unknown[] {
  const written: unknown[] = [];
  for (const part of parts) {
    if (!room.open()) break;
    written.push(writePart(part, room));
  }
  return written;
}

function writePart(part: Part, room: ContentRoom): unknown {
  const idOf = (id: string | null): string | null => (id === null ? null : room.name(id));
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { type: part.type, content: room.text(part.content) };
    case 'tool_call':
      return {
        type: 'tool_call',
        id: idOf(part.id),
        name: room.name(part.name),
        arguments: valueOf(room.text(part.arguments)),
      };
    case 'tool_call_response':
      return { type: 'tool_call_response', id: idOf(part.id), response: room.text(part.response) };
    case 'other':
      return { type: room.name(part.kind) };
  }
}

/** Descriptions and schemas are the first to go where there is no room: the conventions do without them. */
function writeTools(tools: readonly ToolDefinition[], room: ContentRoom): unknown[] {
  const written: unknown[] = [];
  for (const { type, name, description, parameters } of tools) {
    if (!room.open()) break;
    const schema = parameters === undefined ? undefined : valueOf(room.text(parameters));
    written.push({
      type: room.name(type),
      name: room.name(name),
      ...(description !== undefined && { description: room.text(description) }),
      ...(isObject(schema) && { parameters: schema }),
    });
  }
  return written;
}

/** Deeper than this is left as the text it is: it is written out again by recursion. */
const DEEPEST = 256;

/** Arguments are an object in the conventions, where they are one. */
function valueOf(text: string): unknown {
  const value = text.startsWith('{') ? parseJson(text) : undefined;
  return isObject(value) && depthWithin(value, DEEPEST) ? value : text;
}

function depthWithin(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return most > 0 && Object.values(value).every((each) => depthWithin(each, most - 1));
}
