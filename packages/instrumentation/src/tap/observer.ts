import type { ResponseHeader } from './response-headers.js';

/** A request as it is about to be sent. Everything but method and URL is read only when asked for. */
export interface OutgoingRequest {
  /** Upper case. */
  readonly method: string;
  readonly url: URL;
  /** Lower-case names. Empty where they can be read only once, which is the host's to do. */
  headers(): ReadonlyMap<string, string>;
  /**
   * Ask before the request is sent, at most once. A promise for the body of a `Request`, which is a stream; `null` where there is no
   * body or where reading it would take it from the host.
   */
  body(): string | Promise<string | null> | null;
  /** The caller has aborted it. */
  aborted(): boolean;
}

/** What follows one request. Called in order; nothing it throws reaches the host. */
export interface RequestObserver {
  /** Runs the original fetch, in whatever context it should have, and returns what that returned. */
  run<Result>(send: () => Result): Result;
  /** The headers have come, and can be asked for. `null`: the body is of no interest. */
  responded(status: number, header: ResponseHeader): BodyObserver | null;
  /** There will be no response. */
  failed(error: unknown): void;
  /** What fetch gave back cannot be observed: a mock, or a promise with methods of its own. */
  unobservable(): void;
}

/** What follows one response body: chunks, then one of the others, once. */
export interface BodyObserver {
  /** How long a body may lie unread before it counts as abandoned, in ms. */
  readonly abandonedAfterMs: number;
  /** The bytes are lent for the time of the call: their memory moves away when they are passed on. */
  chunk(bytes: Uint8Array): void;
  ended(): void;
  failed(error: unknown): void;
  cancelled(reason: unknown): void;
  /** Nobody has read it, or nobody can observe how it is read. */
  abandoned(): void;
}

/** `null`: not of interest; the request is sent as if there were no tap. */
export type OnRequest = (request: OutgoingRequest) => RequestObserver | null;

export type Fetch = typeof globalThis.fetch;
