import type { Message, Part } from '../trial/trial.js';
import { ATTR_GEN_AI_REQUEST_STOP_SEQUENCES } from '../semconv.js';
import type { Dialect } from './dialect.js';
import { asList } from './json.js';
import { type ToolDefinition, toolDefinitions } from './tool-definitions.js';
import { topLevelFields } from './top-level.js';

/** What a request says, taken apart as the GenAI conventions have it on spans. */
export interface RequestContent {
  /** The instructions of a protocol that has a place of their own for them; of all others they are messages. */
  readonly instructions: readonly Part[];
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDefinition[];
  /** Texts at which the answer is to stop. Default: none. */
  readonly stop?: readonly string[];
}

/** What the body of a request says; null where it is none that can be read, which is its sender's affair. Parses the whole of it. */
export function requestContent(dialect: Dialect, body: string): RequestContent | null {
  try {
    return readContent(dialect, body);
  } catch {
    return null;
  }
}

function readContent(dialect: Dialect, body: string): RequestContent {
  const apart = dialect.instructions ?? [];
  const fields = topLevelFields(body, new Set(['tools', ...apart]));
  const messages = dialect.messages(body);
  const [first] = messages;
  const instructed = apart.some((name) => (fields?.get(name) ?? '') !== '');
  const tools = toolDefinitions(fields?.get('tools'));
  const stop = stopOf(dialect.requestAttributes(body));
  return instructed && first?.role === 'system'
    ? { instructions: first.parts, messages: messages.slice(1), tools, ...stop }
    : { instructions: [], messages, tools, ...stop };
}

/** The stop sequences among the attributes of a request. */
export function stopOf(described: Readonly<Record<string, unknown>>): Pick<RequestContent, 'stop'> {
  const stop = asList(described[ATTR_GEN_AI_REQUEST_STOP_SEQUENCES]).filter((each) => typeof each === 'string');
  return stop.length === 0 ? {} : { stop };
}
