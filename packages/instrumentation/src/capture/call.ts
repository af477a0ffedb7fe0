import type { Span } from '@opentelemetry/api';
import type { Dialect, ModelRequest, WireRequest } from '../dialect/dialect.js';
import type { Leg, Message, SpanReference } from '../trial/trial.js';
import type { ProviderResponse } from './provider-response.js';
import type { SpanPrivacy } from './span-privacy.js';

/** What a trial is told of a call that cannot be compared: a shadow's answer of the same length is missing as well. */
export const PRIMARY_TOO_LARGE: Leg = { status: 'missing', reason: 'primary_too_large' };

/** A call as it was sent over HTTP. */
export interface WireCall extends WireRequest {
  readonly dialect: Dialect;
  /** As sent, lower-case names. Holds the service's own key: never recorded, never copied to another host. */
  readonly headers: ReadonlyMap<string, string>;
}

/**
 * A primary call as it is seen when its request is on its way: in the next turn of the event loop, or before anything becomes of it where
 * that is sooner.
 *
 * Listeners run synchronously at that point, in the host's context, and must be quick; the outcome comes later, exactly once.
 */
export interface Call {
  /** Epoch ms of the start (process clock: wall clock at start + monotonic elapsed). */
  readonly startedAt: number;
  readonly request: ModelRequest;
  /** Host and port it goes to; empty where it goes to none. */
  readonly host: string;
  /** About how many bytes its request holds in memory. */
  readonly bytes: number;
  /** The messages of the request, parsed anew each time. Throws where they cannot be read. */
  messages(): readonly Message[];
  /** `null` for a call that was not made over HTTP. */
  readonly wire: WireCall | null;
  /** The SDK's count of resends, 0 for a first attempt. */
  readonly resendCount: number;
  /** The span of the primary. Ended by the capture, after the outcome. */
  readonly span: Span;
  readonly spanReference: SpanReference | null;
  readonly recording: boolean;
  /** What of it may stand on its span, and on those of its shadows. */
  readonly privacy: SpanPrivacy;
  /** Attributes of the span that was active when the call was made (the service's own), for segments and keys. */
  readonly context: Readonly<Record<string, unknown>>;
  /** Asks for the answer's text to be kept for the outcome; without it only numbers are. Call synchronously. */
  keepAnswer(): void;
  /**
   * Registers for the provider's word: its status and headers, which come before the outcome. Called once or never: not where there was
   * no response, or where nothing is known of it. Call synchronously; the listener delays the host, so it must be quick.
   */
  onResponse(listener: (response: ProviderResponse) => void): void;
  /** Registers for the outcome. Called once, on any of: end, error, abort, abandonment. */
  onOutcome(listener: (leg: Leg) => void): void;
}

export type CallListener = (call: Call) => void;
