import type { Message, Usage } from '../trial/trial.js';
import type { CanonicalRequest } from './canonical.js';

/** A request as it stands on the wire. */
export interface WireRequest {
  readonly url: URL;
  readonly body: string;
}

/** What a request to a model says. `null` where it does not say. */
export interface ModelRequest {
  readonly operation: string;
  readonly model: string | null;
  readonly stream: boolean;
  /** What {@link Dialect.requestAttributes} gives, where skimming came upon it: the body need not be kept for it then. */
  readonly described?: RequestAttributes;
}

/** What a provider answered, in words that are the same for every protocol. */
export interface ModelAnswer {
  readonly messages: readonly Message[];
  /** Why the first choice ended: `stop`, `length`, `tool_call`, `content_filter`, or the provider's own word where none of these fits. */
  readonly finish: string | null;
  /** The finish reasons of all choices, in their order, in the provider's words: for the span. */
  readonly finishReasons: readonly string[];
  readonly usage: Usage | null;
  readonly model: string | null;
  readonly id: string | null;
  /** Attributes that the conventions have for this provider alone, by name, e.g. `openai.response.service_tier`. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/**
 * Reads one response as its bytes arrive. Never throws: what cannot be read leaves the answer incomplete.
 * Memory is bounded: past the reader's cap the rest is ignored and `truncated` is set.
 */
export interface AnswerReader {
  push(bytes: Uint8Array): void;
  /** The provider said that the answer is over (`[DONE]`, or an error inside the stream): a cancel after it is a normal end. */
  readonly terminal: boolean;
  /** At least one piece of the answer has come. */
  readonly started: boolean;
  readonly truncated: boolean;
  /** About how many bytes are held of what has come. */
  readonly heldBytes: number;
  /** An error the provider sent inside a response with status 200, its type. */
  readonly errorType: string | null;
  /** Call once, when the bytes have ended. `null`: not an answer of this dialect. */
  finish(): ModelAnswer | null;
}

export interface ReaderOptions {
  /** Keep what was said; else only numbers are read, which is cheaper and leaves `messages` empty. Default: true. */
  readonly content?: boolean;
}

/** What becomes of the instructions: a new text from the present one, `null` where there is none. */
export type SystemChange = (system: string | null) => string;

/** What a candidate changes in a request. */
export interface RequestChange {
  readonly model?: string;
  /** A JSON merge patch (RFC 7396) of the body: `null` removes, objects are merged, all else is replaced. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly system?: SystemChange;
  /** It goes to another host than the primary's request did. Default: false. */
  readonly elsewhere?: boolean;
}

/**
 * Why a shadow's request cannot be made. `detail` names the feature in words of ours or as a field's name, never with a value:
 * it is logged.
 */
export interface Refusal {
  readonly status: 'refused';
  readonly reason: 'untranslatable' | 'disallowed_feature' | 'unparsable';
  readonly detail: string;
}

/** The shadow's request, or why there is none. The URL is the primary's, but for what of the request is in its path. */
export type ChangedRequest = ({ readonly status: 'ok' } & WireRequest) | Refusal;

/** A request of another protocol said in this one: path and query behind the base URL, as the provider's own SDK would send it. */
export interface WrittenRequest {
  readonly status: 'ok';
  /** Begins with `/`. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Where else than in its own words a request can be said. */
export interface Translation {
  /** Headers that every request of this protocol needs. */
  readonly headers: Readonly<Record<string, string>>;
  /** The request in canonical words; refused where a part of it has none. Only after {@link ShadowRules.change}, which strips and refuses. */
  read(request: WireRequest): { readonly status: 'ok'; readonly request: CanonicalRequest } | Refusal;
  /**
   * A canonical request in the words of this protocol; refused where a part of it has no equivalent.
   *
   * @param declared Names of the body's fields that the candidate's parameters give afterwards, for what the protocol demands.
   */
  write(request: CanonicalRequest, declared: ReadonlySet<string>): WrittenRequest | Refusal;
}

/**
 * What becomes of a field of a request in a shadow's copy of it.
 *
 * - `keep`: it shapes the answer and nothing else.
 * - `strip`: it changes nothing in the answer and leaves a trace at the provider: a stored completion, a user it is booked on, a
 *   cache key shared with the primary.
 * - `refuse`: the provider would do something by it, or the answer depends on state a shadow does not have. `null` and `false` ask for
 *   nothing, and stay.
 * - `route`: by it another model than the one that is asked may answer, such as the incumbent wherever the candidate fails. Kept where
 *   a shadow asks the primary's model at the primary's host; else only the candidate's own parameters say it.
 */
export type FieldRule = 'keep' | 'strip' | 'refuse' | 'route';

/** How a request of a dialect is repeated without harm. */
export interface ShadowRules {
  /** What of a request says who asks, lower case. Never sent to another origin, nor beside the candidate's own key. */
  readonly credentials: { readonly headers: readonly string[]; readonly query: readonly string[] };
  /** Headers of the protocol itself, lower case: another origin that speaks it may see them. */
  readonly protocolHeaders: readonly string[];
  /** The same of the query: what of it is no credential and shapes the answer. Default: none. */
  readonly protocolQuery?: readonly string[];
  /** The headers that carry a key to this URL. */
  authorize(key: string, url: URL): Readonly<Record<string, string>>;
  /** What becomes of each field of the body that is known, at its top level; every other makes a request one that is not repeated. */
  readonly fields: Readonly<Record<string, FieldRule>>;
  /** The shadow's request: the primary's with declared changes, stateful and server-side features refused or stripped. */
  change(request: WireRequest, change: RequestChange): ChangedRequest;
  /** `null`: spoken only among its own. */
  readonly translation: Translation | null;
}

/** The values an attribute of a request may have. Names and texts as they came: what of them may stand on a span is its privacy's to say. */
export type RequestAttributes = Readonly<Record<string, string | number | boolean | string[]>>;

/** How one provider's protocol is read and rewritten: a table and pure functions. */
export interface Dialect {
  /** What configuration calls it, e.g. `openai-chat`. */
  readonly name: string;
  /** `gen_ai.operation.name`. */
  readonly operation: string;
  /** `gen_ai.provider.name` for a host, e.g. `openai`. */
  provider(url: URL): string;
  /** Cheap: only method and path. */
  recognises(method: string, url: URL): boolean;
  /** The few things a span needs at its start, without parsing the prompt. `null`: not a request of this dialect. */
  skim(request: WireRequest): ModelRequest | null;
  /** The attributes of the GenAI conventions that the request gives (temperature, max tokens, ...). */
  requestAttributes(body: string): RequestAttributes;
  /** The messages of the request, instructions first. Throws on a body that cannot be read. */
  messages(body: string): readonly Message[];
  /** The fields of the body that hold instructions apart from the conversation. Default: none. */
  readonly instructions?: readonly string[];
  /** `maxBytes`: how much of one response may be held. */
  reader(request: ModelRequest, maxBytes: number, options?: ReaderOptions): AnswerReader;
  /** `null`: seen as a span, never repeated. */
  readonly shadow: ShadowRules | null;
}
