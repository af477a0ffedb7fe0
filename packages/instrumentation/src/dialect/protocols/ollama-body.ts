import type { BodyRules } from '../change-body.js';
import type { FieldRule, SystemChange } from '../dialect.js';
import { joinInstructions, splitInstructions } from '../instructions.js';
import { asList, asObject, asText, type JsonObject } from '../json.js';

/** What chat and generate have in common. */
const SHARED: Readonly<Record<string, FieldRule>> = {
  model: 'keep',
  stream: 'keep',
  format: 'keep',
  options: 'keep',
  think: 'keep',
  logprobs: 'keep',
  top_logprobs: 'keep',
  // How long the model stays loaded. Without it the server would fall back to its own time, and change the primary's.
  keep_alive: 'keep',
};

/** How the body of a chat request is changed. A request without messages loads a model, or unloads it, and asks it nothing. */
export const ollamaChatBody: BodyRules = {
  isRequest: (request) => asList(request['messages']).length > 0,
  reserved: ['model', 'messages', 'stream'],
  model: 'model',
  fields: { ...SHARED, messages: 'keep', tools: 'keep', truncate: 'keep', shift: 'keep' },
  refused: () => null,
  withSystem(request, change) {
    const { system, rest } = conversationOf(request);
    return { ...request, messages: [{ role: 'system', content: change(system) }, ...rest] };
  },
};

/** How the body of a generate request is changed. */
export const ollamaGenerateBody: BodyRules = {
  isRequest: (request) => typeof request['prompt'] === 'string' && !isLoading(request),
  reserved: ['model', 'prompt', 'system', 'stream'],
  model: 'model',
  fields: {
    ...SHARED,
    prompt: 'keep',
    suffix: 'keep',
    system: 'keep',
    template: 'keep',
    raw: 'keep',
    images: 'keep',
    truncate: 'keep',
    shift: 'keep',

    // The tokens of an earlier answer, which are words of that model alone.
    context: 'refuse',
    // Pictures are made, not text.
    width: 'refuse',
    height: 'refuse',
    steps: 'refuse',
  },
  refused: () => null,
  withSystem: (request: JsonObject, change: SystemChange) => ({
    ...request,
    system: change(asText(request['system'])),
  }),
};

/** The instructions of a chat as one text, and the turns after them. */
export function conversationOf(request: JsonObject): {
  readonly system: string | null;
  readonly rest: readonly JsonObject[];
} {
  const messages = asList(request['messages']).map(asObject);
  const { leading, rest } = splitInstructions(messages, ({ role }) => role === 'system');
  return { system: joinInstructions(leading.map(({ content }) => asText(content) ?? '')), rest };
}

function isLoading(request: JsonObject): boolean {
  return request['prompt'] === '' && asList(request['images']).length === 0 && asText(request['suffix']) === null;
}
