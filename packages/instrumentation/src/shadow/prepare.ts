import type { Attributes } from '@opentelemetry/api';
import type { Call, WireCall } from '../capture/call.js';
import { identity } from '../capture/primary-span.js';
import type { Dialect, ModelRequest, Refusal, RequestChange, SystemChange } from '../dialect/dialect.js';
import { isObject, type JsonObject, parseJson } from '../dialect/json.js';
import { type RequestContent, requestContent } from '../dialect/request-content.js';
import { bothPatches, removing } from '../dialect/merge-patch.js';
import { translate } from '../dialect/translate.js';
import type { Candidate } from '../experiment/definition.js';
import { unpromised } from '../guard.js';
import type { DropReason } from '../trial/funnel.js';
import type { ExchangeLimits, ExchangeOutcome } from './bounded.js';
import { exchange } from './exchange.js';
import { inputBound, inputBoundWith } from './input-bound.js';
import { limitsAnswer } from './limits-answer.js';
import type { Secret } from './secret.js';
import { candidateTarget, incumbentTarget, type Target, translatedTarget } from './target.js';
import type { Transport } from './undici.js';

/** A user's function that makes a candidate's request body from what would be sent: the last of all changes. */
export type Transform = (body: JsonObject) => JsonObject;

/** What a shadow runs. */
export interface Arm {
  readonly name: string;
  /** `null`: the incumbent once more. */
  readonly candidate: Candidate | null;
  readonly apiKey: Secret | null;
  readonly transform: Transform | null;
}

/** A shadow as its span describes it, and how it is carried out. */
export interface ShadowCall {
  readonly request: ModelRequest;
  /** What is known at the start, and can be sampled on. */
  readonly attributes: Attributes;
  /** What only the whole request says. Proportional to the prompt: asked for after the primary has been sent. */
  describe(): Attributes;
  /** What of `describe` limits its answer: tokens and choices. Without a look at the prompt wherever that can be avoided. */
  limits(): Attributes;
  /** The most tokens it is taken to have as input. The prompt is looked at once for all shadows of a call, where they have the same. */
  inputTokens(): number;
  /** What it asks, for a span that is to carry it; null where that cannot be read. */
  content(): RequestContent | null;
  /** Never rejects for what the other side does; ends when the signal does. */
  run(limits: ExchangeLimits, signal: AbortSignal): Promise<ExchangeOutcome>;
}

/** A shadow that could be fired, or why not. `detail` is fit for a log. */
export type Prepared =
  | { readonly status: 'ready'; readonly shadow: ShadowCall }
  | { readonly status: 'refused'; readonly reason: DropReason; readonly detail: string };

/** Makes an arm's shadow of a call. Synchronous: it runs before the primary is sent. */
export type Prepare = (call: Call, arm: Arm) => Prepared;

interface Made {
  readonly status: 'ok';
  readonly target: Target;
  readonly dialect: Dialect;
  readonly request: ModelRequest;
  readonly body: string;
  /** The body is the primary's, but for what the candidate declares. */
  readonly like: boolean;
}

/** Prepares shadows of calls made over HTTP. */
export function prepareOverHttp(transport: () => Transport, dialects: readonly Dialect[]): Prepare {
  return ({ wire, request }, arm) => {
    if (wire === null) return { status: 'refused', reason: 'unsupported', detail: 'a call that has no request' };
    const made = make(wire, request, arm, dialects);
    if (made.status === 'refused') {
      return { ...made, reason: made.reason === 'unparsable' ? 'untranslatable' : made.reason };
    }
    const { dialect, target, body, like } = made;
    const { described } = made.request;
    let attributes: Attributes | null = null;
    const describe = (): Attributes => (attributes ??= dialect.requestAttributes(body));
    return {
      status: 'ready',
      shadow: {
        request: made.request,
        attributes: identity(dialect, made.request, target.url),
        describe,
        limits: () => described ?? describe(),
        inputTokens: () => (like ? inputBoundWith(wire, arm.candidate) : inputBound(body)),
        content: () => requestContent(dialect, body),
        run: (limits, signal) => {
          const { url, headers } = target;
          return exchange(transport(), { url, headers, body, dialect, request: made.request }, limits, signal);
        },
      },
    };
  };
}

function make(wire: WireCall, request: ModelRequest, arm: Arm, dialects: readonly Dialect[]): Made | Refusal {
  const { candidate, apiKey } = arm;
  const rules = wire.dialect.shadow;
  if (rules === null) return { status: 'refused', reason: 'untranslatable', detail: wire.dialect.name };
  if (candidate === null) {
    const same = rules.change(wire, {});
    if (same.status === 'refused') return same;
    return { status: 'ok', dialect: wire.dialect, request, body: same.body, like: true, target: incumbentTarget(wire) };
  }
  const change = changeOf(candidate);
  const made =
    candidate.dialect === undefined || candidate.dialect === wire.dialect.name
      ? changedCall(wire, request, candidate, apiKey, change)
      : translatedCall(wire, request, candidate, apiKey, change, dialects);
  return made.status === 'ok' && arm.transform !== null ? transformed(made, arm.transform) : made;
}

function changedCall(
  wire: WireCall,
  request: ModelRequest,
  candidate: Candidate,
  apiKey: Secret | null,
  change: RequestChange,
): Made | Refusal {
  const parameters = bothPatches(removing(candidate.omit ?? []), change.parameters ?? {});
  const changed = wire.dialect.shadow?.change(wire, { ...change, parameters });
  if (changed === undefined) return { status: 'refused', reason: 'untranslatable', detail: wire.dialect.name };
  if (changed.status === 'refused') return changed;
  return {
    status: 'ok',
    dialect: wire.dialect,
    // Parameters reach neither the model nor the stream: the body need not be looked through once more before the primary is sent.
    request: changedRequest(wire.dialect, request, candidate.model, parameters),
    body: changed.body,
    like: true,
    target: candidateTarget(wire, changed, candidate, apiKey),
  };
}

function changedRequest(
  dialect: Dialect,
  { described, ...request }: ModelRequest,
  model: string | undefined,
  parameters: JsonObject,
): ModelRequest {
  const kept = described !== undefined && !limitsAnswer(dialect, parameters);
  return { ...request, ...(model !== undefined && { model }), ...(kept && { described }) };
}

function translatedCall(
  wire: WireCall,
  request: ModelRequest,
  candidate: Candidate,
  apiKey: Secret | null,
  change: RequestChange,
  dialects: readonly Dialect[],
): Made | Refusal {
  const dialect = dialects.find(({ name }) => name === candidate.dialect);
  const { baseUrl } = candidate;
  if (dialect === undefined || baseUrl === undefined) throw new Error('a candidate of an unknown dialect');
  const translated = translate(wire.dialect, dialect, wire, change, candidate.omit ?? []);
  if (translated.status === 'refused') return translated;
  const { path, headers: protocol, body } = translated;
  return {
    status: 'ok',
    dialect,
    request: { operation: dialect.operation, model: candidate.model ?? request.model, stream: request.stream },
    body,
    like: false,
    target: translatedTarget(wire, { dialect, path, protocol }, baseUrl, candidate, apiKey),
  };
}

/** The user's function has the last word on the answer's shape, and none on effects, nor on whether the answer is streamed. */
function transformed(made: Made, transform: Transform): Made | Refusal {
  const refused = (detail: string): Refusal => ({ status: 'refused', reason: 'disallowed_feature', detail });
  const given = parseJson(made.body);
  const result: unknown = isObject(given) ? unpromised(transform(given)) : null;
  if (!isObject(result)) return refused('a transform that gives no object');
  const changed = made.dialect.shadow?.change({ url: made.target.url, body: JSON.stringify(result) }, {});
  if (changed === undefined || changed.status === 'refused') return changed ?? refused(made.dialect.name);
  const request = made.dialect.skim(changed);
  if (request?.stream !== made.request.stream)
    return refused('a transform that changes whether the answer is streamed');
  return { ...made, body: changed.body, like: false, request };
}

function changeOf({ model, baseUrl, parameters, system }: Candidate): RequestChange {
  return {
    elsewhere: baseUrl !== undefined,
    ...(model !== undefined && { model }),
    ...(parameters !== undefined && { parameters }),
    ...(system !== undefined && { system: systemChange(system) }),
  };
}

function systemChange(declared: NonNullable<Candidate['system']>): SystemChange {
  if (typeof declared === 'string') return () => declared;
  if ('replace' in declared) return () => declared.replace;
  return (present) =>
    [...('prepend' in declared ? [declared.prepend] : []), present, ...('append' in declared ? [declared.append] : [])]
      .filter((text) => text !== null && text !== '')
      .join('\n\n');
}
