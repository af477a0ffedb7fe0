import { type BodyRules, fieldTable } from '../change-body.js';
import type { SystemChange } from '../dialect.js';
import { joinInstructions, splitInstructions } from '../instructions.js';
import { asList, asObject, asText, type JsonObject } from '../json.js';
import { isInstruction } from './openai-chat-body.js';
import { inputItems, itemType, textOf } from './openai-responses-messages.js';

/** Tools the caller runs. Every other type is run by the provider, or on a machine it is given. */
const CLIENT_TOOLS: ReadonlySet<unknown> = new Set(['function', 'custom']);

/** Items that are content and nothing else. All others are of the provider's tools, or stand for what it has stored. */
const CONTENT: ReadonlySet<string> = new Set(
  ['message reasoning function_call function_call_output custom_tool_call custom_tool_call_output'].flatMap((names) =>
    names.split(' '),
  ),
);

/** What makes a request go on from state at the provider; without `input` one of these says what is asked. */
const STATE = ['prompt', 'previous_response_id', 'conversation'] as const;

/** How the body of a responses request is changed. */
export const responsesBody: BodyRules = {
  isRequest: (request) =>
    typeof request['input'] === 'string' ||
    Array.isArray(request['input']) ||
    STATE.some((name) => request[name] !== undefined && request[name] !== null),
  reserved: ['input', 'instructions', 'model', 'stream'],
  model: 'model',
  fields: fieldTable({
    keep: [
      'model input instructions stream stream_options temperature top_p top_logprobs max_output_tokens max_tool_calls',
      'parallel_tool_calls reasoning text tool_choice tools truncation include service_tier moderation image',
      'access_programs',
    ],
    strip: ['store metadata user safety_identifier prompt_cache_key prompt_cache_retention prompt_cache_options'],
    refuse: ['background context_management conversation previous_response_id prompt'],
  }),
  // Stored unless told otherwise.
  fixed: { store: false },
  refused: statefulFeature,
  withSystem,
};

/** Anything the provider would run, fetch from its own store, or answer with a reference to it. */
function statefulFeature(request: JsonObject): string | null {
  if (asList(request['tools']).some((tool) => !CLIENT_TOOLS.has(asObject(tool)['type']))) return 'a server-side tool';
  if (asObject(request['prompt_cache_options'])['prewarm'] === true) return 'a request that only fills a cache';
  for (const item of inputItems(request)) {
    const type = itemType(item);
    if (!CONTENT.has(type)) return "an item of the provider's own tools or store";
    // The thoughts themselves are at the provider, under the item's id.
    if (type === 'reasoning' && asText(item['encrypted_content']) === null && asList(item['content']).length === 0)
      return 'stored reasoning';
    const parts = [...asList(item['content']), ...asList(item['output'])].map(asObject);
    if (parts.some((part) => asText(part['file_id']) !== null)) return 'an uploaded file';
  }
  return null;
}

/** Replaces `instructions` and the leading ones of the input: where only the input has some, they stay there, under their role. */
function withSystem(request: JsonObject, change: SystemChange): JsonObject {
  const { own, first, system: present, rest } = conversationOf(request);
  const system = change(present);
  if (first === undefined) return { ...request, instructions: system };
  if (own !== null) return { ...request, instructions: system, input: rest };
  return { ...request, input: [{ role: first['role'], content: system }, ...rest] };
}

/** The instructions of a request as one text: its own, and those its input begins with, of which `first` is the first. */
export function conversationOf(request: JsonObject): {
  readonly own: string | null;
  readonly first: JsonObject | undefined;
  readonly system: string | null;
  readonly rest: readonly JsonObject[];
} {
  const own = asText(request['instructions']);
  const isLeading = (item: JsonObject): boolean => itemType(item) === 'message' && isInstruction(item);
  const { leading, rest } = splitInstructions(inputItems(request), isLeading);
  const texts = [...(own === null ? [] : [own]), ...leading.map(({ content }) => textOf(content))];
  return { own, first: leading[0], system: joinInstructions(texts), rest };
}
