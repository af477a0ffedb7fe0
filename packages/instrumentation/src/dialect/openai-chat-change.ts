import type { ChangedRequest, RequestChange } from './dialect.js';
import { asList, asObject, isObject, parseJson, type JsonObject } from './json.js';

/**
 * What becomes of each field of a request in a shadow's copy of it.
 *
 * - `keep`: it shapes the answer and nothing else.
 * - `strip`: it changes nothing in the answer and leaves a trace at the provider: a stored completion, a user it is booked on, a
 *   cache key shared with the primary.
 * - `refuse`: the provider would do something by it, or the answer depends on state a shadow does not have.
 *
 * A field that is not in the table is refused: dropping it could change the answer, sending it could have an effect.
 */
const FIELDS: ReadonlyMap<string, 'keep' | 'strip' | 'refuse'> = new Map(
  Object.entries({
    model: 'keep',
    messages: 'keep',
    stream: 'keep',
    stream_options: 'keep',
    temperature: 'keep',
    top_p: 'keep',
    top_k: 'keep',
    min_p: 'keep',
    n: 'keep',
    max_tokens: 'keep',
    max_completion_tokens: 'keep',
    stop: 'keep',
    seed: 'keep',
    presence_penalty: 'keep',
    frequency_penalty: 'keep',
    repetition_penalty: 'keep',
    logit_bias: 'keep',
    logprobs: 'keep',
    top_logprobs: 'keep',
    response_format: 'keep',
    reasoning_effort: 'keep',
    verbosity: 'keep',
    prediction: 'keep',
    service_tier: 'keep',
    tools: 'keep',
    tool_choice: 'keep',
    parallel_tool_calls: 'keep',
    functions: 'keep',
    function_call: 'keep',
    modalities: 'keep',

    store: 'strip',
    metadata: 'strip',
    user: 'strip',
    safety_identifier: 'strip',
    prompt_cache_key: 'strip',
    prompt_cache_retention: 'strip',

    audio: 'refuse',
    background: 'refuse',
    web_search_options: 'refuse',
  }),
);

/** Tools the caller runs. Every other type is run by the provider, with effects nobody asked for twice. */
const CLIENT_TOOLS: ReadonlySet<unknown> = new Set(['function', 'custom']);

/** Set by the primary and the candidate's `model` and `system`: parameters must not reach them. */
const NOT_PARAMETERS: ReadonlySet<string> = new Set(['messages', 'model', 'stream']);

/** The shadow's body: the primary's own bytes where nothing has to change, so that an A/A leg asks exactly the same. */
export function changeRequest(body: string, change: RequestChange): ChangedRequest {
  const request = parseJson(body);
  if (!isObject(request) || !Array.isArray(request['messages'])) return { status: 'refused', reason: 'unparsable' };
  const changed = new Map(Object.entries(request));
  let same = true;
  for (const [name, value] of Object.entries(change.parameters ?? {})) {
    if (NOT_PARAMETERS.has(name)) return { status: 'refused', reason: 'disallowed_feature' };
    same = false;
    if (value === null) changed.delete(name);
    else changed.set(name, value);
  }
  for (const name of changed.keys()) {
    const declared = change.parameters !== undefined && Object.hasOwn(change.parameters, name);
    const rule = FIELDS.get(name) ?? (declared ? 'keep' : 'refuse');
    if (rule === 'refuse') return { status: 'refused', reason: 'disallowed_feature' };
    if (rule === 'strip') {
      changed.delete(name);
      same = false;
    }
  }
  if (isStateful(changed)) return { status: 'refused', reason: 'disallowed_feature' };
  if (change.model !== undefined && change.model !== changed.get('model')) {
    changed.set('model', change.model);
    same = false;
  }
  if (change.system !== undefined) {
    changed.set('messages', withSystem(request['messages'], change.system));
    same = false;
  }
  return same ? { status: 'ok', body } : serialise(changed);
}

/** Anything the provider would run, fetch from its own store, or answer with a reference to it. */
function isStateful(request: ReadonlyMap<string, unknown>): boolean {
  if (asList(request.get('tools')).some((tool) => !CLIENT_TOOLS.has(asObject(tool)['type']))) return true;
  if (asList(request.get('modalities')).some((modality) => modality !== 'text')) return true;
  return asList(request.get('messages')).some((value) => {
    const message = asObject(value);
    if (asObject(message['audio'])['id'] !== undefined) return true;
    return asList(message['content']).some((part) => asObject(asObject(part)['file'])['file_id'] !== undefined);
  });
}

/** Replaces the leading instructions, under the role they had; puts them first where there were none. */
function withSystem(messages: readonly unknown[], system: string): readonly unknown[] {
  const isInstruction = (value: unknown): boolean => ['system', 'developer'].includes(roleOf(asObject(value)));
  const leading = messages.findIndex((message) => !isInstruction(message));
  const rest = leading === -1 ? [] : messages.slice(leading);
  const role = leading === 0 || messages.length === 0 ? 'system' : roleOf(asObject(messages[0]));
  return [{ role, content: system }, ...rest];
}

function roleOf(message: JsonObject): string {
  return typeof message['role'] === 'string' ? message['role'] : '';
}

function serialise(request: ReadonlyMap<string, unknown>): ChangedRequest {
  try {
    return { status: 'ok', body: JSON.stringify(Object.fromEntries(request)) };
  } catch {
    // JSON.parse takes deeper nesting than JSON.stringify does.
    return { status: 'refused', reason: 'unparsable' };
  }
}
