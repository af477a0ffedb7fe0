import {
  ATTR_GEN_AI_OUTPUT_TYPE,
  ATTR_GEN_AI_REQUEST_CHOICE_COUNT,
  ATTR_GEN_AI_REQUEST_FREQUENCY_PENALTY,
  ATTR_GEN_AI_REQUEST_MAX_TOKENS,
  ATTR_GEN_AI_REQUEST_PRESENCE_PENALTY,
  ATTR_GEN_AI_REQUEST_SEED,
  ATTR_GEN_AI_REQUEST_STOP_SEQUENCES,
  ATTR_GEN_AI_REQUEST_TEMPERATURE,
  ATTR_GEN_AI_REQUEST_TOP_K,
  ATTR_GEN_AI_REQUEST_TOP_P,
} from '../semconv.js';
import type { Dialect, ModelRequest } from './dialect.js';
import { asName, asObject, asText } from './json.js';
import { changeRequest } from './openai-chat-change.js';
import { readMessages, readOpening } from './openai-chat-messages.js';
import { OpenAIChatReader } from './openai-chat-reader.js';
import { topLevelFields } from './top-level.js';

type Attribute = string | number | boolean | string[];

const SKIMMED: ReadonlySet<string> = new Set(['model', 'stream']);

/** Request fields that are attributes as they stand, if they are finite numbers. The later of two for one attribute wins. */
const NUMBERS: ReadonlyMap<string, string> = new Map([
  ['temperature', ATTR_GEN_AI_REQUEST_TEMPERATURE],
  ['top_p', ATTR_GEN_AI_REQUEST_TOP_P],
  ['top_k', ATTR_GEN_AI_REQUEST_TOP_K],
  ['max_tokens', ATTR_GEN_AI_REQUEST_MAX_TOKENS],
  ['max_completion_tokens', ATTR_GEN_AI_REQUEST_MAX_TOKENS],
  ['frequency_penalty', ATTR_GEN_AI_REQUEST_FREQUENCY_PENALTY],
  ['presence_penalty', ATTR_GEN_AI_REQUEST_PRESENCE_PENALTY],
  ['seed', ATTR_GEN_AI_REQUEST_SEED],
]);

const DESCRIBED: ReadonlySet<string> = new Set([...NUMBERS.keys(), 'n', 'stop', 'response_format']);

/** Hosts that speak this protocol under a name the conventions know. Everything else that speaks it is called `openai`. */
const PROVIDERS: readonly (readonly [suffix: string, name: string])[] = [
  ['openai.azure.com', 'azure.ai.openai'],
  ['services.ai.azure.com', 'azure.ai.inference'],
  ['api.groq.com', 'groq'],
  ['api.mistral.ai', 'mistral_ai'],
  ['api.deepseek.com', 'deepseek'],
  ['api.x.ai', 'x_ai'],
  ['api.perplexity.ai', 'perplexity'],
  ['api.cohere.ai', 'cohere'],
  ['generativelanguage.googleapis.com', 'gcp.gemini'],
  ['aiplatform.googleapis.com', 'gcp.vertex_ai'],
];

function requestAttributes(body: string): Readonly<Record<string, Attribute>> {
  const attributes: Record<string, Attribute> = {};
  const fields = topLevelFields(body, DESCRIBED);
  if (fields === null) return attributes;
  for (const [field, attribute] of NUMBERS) {
    const value = fields.get(field);
    if (typeof value === 'number' && Number.isFinite(value)) attributes[attribute] = value;
  }
  const choices = fields.get('n');
  if (typeof choices === 'number' && choices !== 1) attributes[ATTR_GEN_AI_REQUEST_CHOICE_COUNT] = choices;
  const stop = fields.get('stop');
  if (typeof stop === 'string') attributes[ATTR_GEN_AI_REQUEST_STOP_SEQUENCES] = [stop];
  else if (Array.isArray(stop)) {
    attributes[ATTR_GEN_AI_REQUEST_STOP_SEQUENCES] = stop.filter((entry): entry is string => typeof entry === 'string');
  }
  const format = asText(asObject(fields.get('response_format'))['type']);
  if (format !== null) attributes[ATTR_GEN_AI_OUTPUT_TYPE] = format.startsWith('json') ? 'json' : 'text';
  return attributes;
}

/** OpenAI chat completions, at any host: `POST .../chat/completions`, JSON or a stream of events. */
export const openaiChat: Dialect = {
  name: 'openai-chat',
  operation: 'chat',
  provider(url: URL): string {
    const { hostname } = url;
    const known = PROVIDERS.find(
      ([suffix]) => hostname === suffix || hostname.endsWith(`.${suffix}`) || hostname.endsWith(`-${suffix}`),
    );
    return known?.[1] ?? 'openai';
  },
  recognises: (method: string, url: URL): boolean => method === 'POST' && url.pathname.endsWith('/chat/completions'),
  skim(body: string): ModelRequest | null {
    const fields = topLevelFields(body, SKIMMED);
    if (fields === null) return null;
    return { operation: 'chat', model: asName(fields.get('model')), stream: fields.get('stream') === true };
  },
  requestAttributes,
  messages: readMessages,
  opening: readOpening,
  reader: (_request, maxBytes, options) => new OpenAIChatReader(maxBytes, options?.content ?? true),
  change: changeRequest,
};
