import type { Message, Part } from '../trial/trial.js';
import type { Dialect } from './dialect.js';
import { type ToolDefinition, toolDefinitions } from './tool-definitions.js';
import { topLevelFields } from './top-level.js';

/** What a request says, taken apart as the GenAI conventions have it on spans. */
export interface RequestContent {
  /** The instructions of a protocol that has a place of their own for them; of all others they are messages. */
  readonly instructions: readonly Part[];
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDefinition[];
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
  return instructed && first?.role === 'system'
    ? { instructions: first.parts, messages: messages.slice(1), tools }
    : { instructions: [], messages, tools };
}
