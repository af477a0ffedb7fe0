import { asList, asObject, isObject, type JsonObject } from '../dialect/json.js';
import { copyOf } from '../shadow/copy.js';
import { Refused } from '../shadow/prepare-function.js';
import type { CallOptions, LanguageModel } from './model.js';

/** What of a call shapes the answer. Not here: headers, which may hold a credential, and the caller's own signal. */
const SHAPING = [
  'prompt',
  'maxOutputTokens',
  'temperature',
  'stopSequences',
  'topP',
  'topK',
  'presencePenalty',
  'frequencyPenalty',
  'responseFormat',
  'seed',
  'tools',
  'toolChoice',
  'reasoning',
] as const;

/** What may stand in a call and is left out of it: it shapes no answer. */
const LEFT_OUT: ReadonlySet<string> = new Set(['abortSignal', 'headers', 'includeRawChunks', 'providerOptions']);

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** By provider, the options that change the answer and nothing else: no state, no side effect, nothing run at the provider's. */
const ALLOWED: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [
    'openai',
    words(
      'reasoningEffort reasoningSummary textVerbosity strictJsonSchema parallelToolCalls logprobs logitBias ' +
        'maxCompletionTokens serviceTier systemMessageMode forceReasoning truncation instructions user safetyIdentifier ' +
        'promptCacheKey promptCacheRetention prediction structuredOutputs',
    ),
  ],
  [
    'anthropic',
    words('thinking effort cacheControl disableParallelToolUse sendReasoning structuredOutputMode speed toolStreaming'),
  ],
  ['google', words('thinkingConfig safetySettings structuredOutputs mediaResolution threshold serviceTier')],
]);
const SAME_AS: ReadonlyMap<string, string> = new Map([
  ['azure', 'openai'],
  ['vertex', 'google'],
  ['googleVertex', 'google'],
]);

/** Left out: they store or label the call, and leave its answer as it is. */
const STRIPPED: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['openai', words('store metadata')],
  ['anthropic', words('metadata includePings')],
  ['google', words('labels')],
]);

/**
 * On a part of a prompt; all else there is left out. An item's id is a reference to what is stored only where the call is stored too,
 * which a shadow's never is.
 */
const ALLOWED_ON_PARTS = words(
  'cacheControl imageDetail citations title context signature redactedData thoughtSignature itemId reasoningEncryptedContent',
);

/** Providers that store every answer unless told otherwise. */
const STORING = ['openai', 'azure', 'xai'];

/**
 * What a shadow's model is called with: a copy of what shapes the answer. Throws {@link Refused} on what is stateful or run by the
 * provider, and on what is not known to be neither.
 *
 * @param allowed Options of providers that are known to be neither, as `provider.option`.
 */
export function shadowOptions(
  params: CallOptions,
  model: LanguageModel,
  signal: AbortSignal,
  allowed: ReadonlySet<string>,
): CallOptions {
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined || LEFT_OUT.has(name) || (SHAPING as readonly string[]).includes(name)) continue;
    throw new Refused('disallowed_feature', `the option \`${name.slice(0, 40)}\``);
  }
  for (const tool of params.tools ?? []) {
    if (asObject(tool)['type'] !== 'function') throw new Refused('disallowed_feature', "a provider's own tool");
  }
  const shaping = Object.fromEntries(
    SHAPING.flatMap((name) => {
      const value: unknown = Reflect.get(params, name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  const copied = copyOf({ ...shaping, prompt: params.prompt.map(withoutState) });
  const providerOptions = copyOf(optionsOf(params.providerOptions, model, allowed));
  return {
    ...copied,
    ...(Object.keys(providerOptions).length > 0 && { providerOptions }),
    abortSignal: signal,
  };
}

function optionsOf(given: unknown, { provider }: LanguageModel, allowed: ReadonlySet<string>): JsonObject {
  const kept: Record<string, JsonObject> = {};
  for (const [name, options] of Object.entries(asObject(given))) {
    const family = SAME_AS.get(name) ?? name;
    kept[name] = Object.fromEntries(
      Object.entries(asObject(options)).filter(([option, value]) => {
        if (ALLOWED.get(family)?.has(option) === true || allowed.has(`${name}.${option}`)) return true;
        if (STRIPPED.get(family)?.has(option) === true || value === undefined || value === null) return false;
        throw new Refused('disallowed_feature', `the provider option \`${name.slice(0, 40)}.${option.slice(0, 40)}\``);
      }),
    );
  }
  const storing = STORING.find((name) => provider === name || provider.startsWith(`${name}.`));
  if (storing !== undefined) kept[storing] = { ...kept[storing], store: false };
  return kept;
}

function withoutState(message: unknown): unknown {
  if (!isObject(message)) return message;
  const { content } = message;
  const own = withoutOptions(message);
  return Array.isArray(content) ? { ...own, content: asList(content).map(partWithoutState) } : own;
}

function partWithoutState(part: unknown): unknown {
  if (!isObject(part)) return part;
  if (asObject(part['data'])['type'] === 'reference') throw new Refused('disallowed_feature', 'an uploaded file');
  const own = withoutOptions(part);
  const output = asObject(part['output']);
  if (!Array.isArray(output['value'])) return own;
  return output['type'] === 'content'
    ? { ...own, output: { ...output, value: asList(output['value']).map(partWithoutState) } }
    : own;
}

function withoutOptions(part: JsonObject): JsonObject {
  const { providerOptions, ...rest } = part;
  if (!isObject(providerOptions)) return rest;
  const kept = Object.entries(providerOptions).map(([name, options]) => [
    name,
    Object.fromEntries(Object.entries(asObject(options)).filter(([option]) => ALLOWED_ON_PARTS.has(option))),
  ]);
  return { ...rest, providerOptions: Object.fromEntries(kept) as JsonObject };
}
