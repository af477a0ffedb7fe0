import { type BodyRules, fieldTable } from '../change-body.js';
import type { SystemChange } from '../dialect.js';
import { joinInstructions, splitInstructions } from '../instructions.js';
import { asList, asObject, asText, isObject, type JsonObject } from '../json.js';

/** Tools that the caller runs, by their type without its date; one without a type is the caller's own. */
const CLIENT_TOOL = /^(?:custom|bash_\d+|text_editor_\d+|memory_\d+)$/;

/** Blocks that are content and nothing else. All others are of the provider's tools, its files and its containers. */
const CONTENT: ReadonlySet<unknown> = new Set(
  'text image document search_result thinking redacted_thinking tool_use tool_result tool_reference compaction'.split(
    ' ',
  ),
);

/** How the body of a messages request is changed. */
export const messagesBody: BodyRules = {
  isRequest: (request) => Array.isArray(request['messages']),
  reserved: ['messages', 'model', 'stream', 'system'],
  model: 'model',
  fields: fieldTable({
    keep: [
      'model messages system stream max_tokens stop_sequences temperature top_p top_k thinking tools tool_choice',
      'output_config output_format context_management service_tier speed inference_geo',
      // Of account for cost and latency, which are compared: a candidate is to have its cache as the primary has.
      'cache_control',
    ],
    // Of `thread`, what lets the provider hold the conversation from here on; by `billing_policy` somebody else would pay.
    strip: ['metadata diagnostics thread billing_policy'],
    refuse: ['compaction container fallbacks fallback_credit_token mcp_servers'],
  }),
  refused: statefulFeature,
  withSystem,
};

function statefulFeature(request: JsonObject): string | null {
  const { thread } = request;
  if (isObject(thread) && thread['type'] !== 'create') return 'a conversation that the provider holds';
  if (!asList(request['tools']).every((tool) => isClientTool(asObject(tool)['type']))) {
    return "one of the provider's own tools";
  }
  return (
    asList(request['messages'])
      .map(featureOf)
      .find((feature) => feature !== null) ?? null
  );
}

function isClientTool(type: unknown): boolean {
  return type === undefined || type === null || (typeof type === 'string' && CLIENT_TOOL.test(type));
}

/** Looks into results of tools and into documents, which hold blocks of their own. */
function featureOf(holder: unknown): string | null {
  for (const value of asList(asObject(holder)['content'])) {
    const block = asObject(value);
    const source = asObject(block['source']);
    if (!CONTENT.has(block['type'])) return "a block of the provider's own tools";
    if (source['type'] === 'file') return 'an uploaded file';
    const caller = asObject(block['caller'])['type'];
    if (caller !== undefined && caller !== 'direct') return 'a tool call from a container';
    const inside = featureOf(block) ?? featureOf(source);
    if (inside !== null) return inside;
  }
  return null;
}

/** Replaces the instructions, which stand beside the conversation, together with those that it begins with. */
function withSystem(request: JsonObject, change: SystemChange): JsonObject {
  const { system, conversation } = instructionsOf(request);
  return { ...request, system: change(system), messages: conversation };
}

/** The instructions of a request as one text, and what remains. */
export function instructionsOf(request: JsonObject): {
  readonly system: string | null;
  readonly conversation: readonly unknown[];
} {
  const messages = asList(request['messages']);
  const { leading, rest } = splitInstructions(messages, (message) => asObject(message)['role'] === 'system');
  const texts = [request['system'], ...leading.map((message) => asObject(message)['content'])].flatMap(textsOf);
  return { system: joinInstructions(texts), conversation: rest };
}

/** The texts of a content, which is a string or a list of blocks. */
export function textsOf(content: unknown): readonly string[] {
  if (typeof content === 'string') return content === '' ? [] : [content];
  return asList(content).flatMap((block) => (isObject(block) ? (asText(block['text']) ?? []) : []));
}
