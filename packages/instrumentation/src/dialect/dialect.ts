import type { Message, Usage } from '../trial/trial.js';

/** What a request to a model says, read from its body. `null` where the body does not say. */
export interface ModelRequest {
  readonly operation: string;
  readonly model: string | null;
  readonly stream: boolean;
}

/** What a provider answered, read from the bytes of one response. */
export interface ModelAnswer {
  readonly messages: readonly Message[];
  /** The finish reason of the first choice. */
  readonly finish: string | null;
  /** The finish reasons of all choices, in their order, for the span. */
  readonly finishReasons: readonly string[];
  readonly usage: Usage | null;
  readonly model: string | null;
  readonly id: string | null;
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
  /** An error the provider sent inside a response with status 200, its type. */
  readonly errorType: string | null;
  /** Call once, when the bytes have ended. `null`: not an answer of this dialect. */
  finish(): ModelAnswer | null;
}

export interface ReaderOptions {
  /** Keep what was said; else only numbers are read, which is cheaper and leaves `messages` empty. Default: true. */
  readonly content?: boolean;
}

/** What a candidate changes in a request. */
export interface RequestChange {
  readonly model?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly system?: string;
}

/** The candidate's request, or why there is none. */
export type ChangedRequest =
  | { readonly status: 'ok'; readonly body: string }
  | { readonly status: 'refused'; readonly reason: 'untranslatable' | 'disallowed_feature' | 'unparsable' };

/** How one provider's protocol is read and rewritten: a table and pure functions. */
export interface Dialect {
  readonly name: string;
  /** `gen_ai.operation.name`. */
  readonly operation: string;
  /** `gen_ai.provider.name` for a host, e.g. `openai`. */
  provider(url: URL): string;
  /** Cheap: only method and path. */
  recognises(method: string, url: URL): boolean;
  /** The few top-level fields a span needs, without parsing the prompt. `null`: not a request of this dialect. */
  skim(body: string): ModelRequest | null;
  /** The attributes of the GenAI conventions that the request gives (temperature, max tokens, ...). */
  requestAttributes(body: string): Readonly<Record<string, string | number | boolean | string[]>>;
  /** The messages of the request, parsed. Throws on a body that cannot be read. */
  messages(body: string): readonly Message[];
  /** What identifies the conversation when the user names no key: system and first user message. */
  opening(body: string): string;
  /** `maxBytes`: how much of one response may be held. */
  reader(request: ModelRequest, maxBytes: number, options?: ReaderOptions): AnswerReader;
  /** The body a shadow sends: the primary's with declared changes, stateful and server-side features refused or stripped. */
  change(body: string, change: RequestChange): ChangedRequest;
}
