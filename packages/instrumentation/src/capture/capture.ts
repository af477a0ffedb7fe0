import type { Meter, Tracer } from '@opentelemetry/api';
import type { Dialect, ModelRequest } from '../dialect/dialect.js';
import { dialectOf } from '../dialect/registry.js';
import { guard } from '../guard.js';
import type { OnRequest, OutgoingRequest } from '../tap/observer.js';
import type { CallListener } from './call.js';
import { CallMetrics, type MetricNames } from './call-metrics.js';
import { processClock, type Clock } from './clock.js';
import { LateCall } from './late-call.js';
import { PrimaryCall, type CallEnvironment } from './primary-call.js';
import { attempt, identity, spanName, startPrimarySpan } from './primary-span.js';
import { NO_CONTENT, type SpanPrivacy } from './span-privacy.js';

export interface CaptureOptions {
  /** The protocols to look for. */
  readonly dialects: readonly Dialect[];
  /** Asked at every call, so that a provider set later is used. */
  readonly tracer: () => Tracer;
  /** Asked at every call; instruments are made again when it gives another meter. */
  readonly meter: () => Meter;
  /** Is shown every call as soon as its request is on its way, and before anything becomes of it. */
  readonly listener: CallListener;
  /** How long a response may lie unread before its span ends as abandoned, in ms. Default: 60,000. */
  readonly abandonedAfterMs?: number;
  /** How much of one answer may be held, in bytes. Default: 1 MiB. */
  readonly maxAnswerBytes?: number;
  readonly clock?: Clock;
  /** Default: `v1.41`. */
  readonly metricNames?: MetricNames;
  /** What of a call may stand on its span. Default: numbers and names. */
  readonly privacy?: (request: ModelRequest) => SpanPrivacy;
}

const DEFAULTS = {
  abandonedAfterMs: 60_000,
  maxAnswerBytes: 1024 * 1024,
  clock: processClock,
} satisfies Partial<CaptureOptions>;

/** How the SDKs made by Stainless (openai, anthropic, ...) number their retries. */
const RETRY_HEADER = 'x-stainless-retry-count';

/** What the tap calls for each request: makes the primary's span and its {@link Call}, and follows it to its end. */
export function createCapture(options: CaptureOptions): OnRequest {
  const environment: CallEnvironment = {
    clock: options.clock ?? DEFAULTS.clock,
    metrics: new CallMetrics(options.meter, options.metricNames),
    abandonedAfterMs: options.abandonedAfterMs ?? DEFAULTS.abandonedAfterMs,
    maxAnswerBytes: options.maxAnswerBytes ?? DEFAULTS.maxAnswerBytes,
  };
  return (outgoing) => {
    const dialect = dialectOf(outgoing.method, outgoing.url, options.dialects);
    if (dialect === null) return null;
    const startedAt = environment.clock.now();
    const startedElapsed = environment.clock.elapsed();
    const begin = (body: string | null, late: boolean): PrimaryCall | null =>
      beginCall(options, environment, { dialect, outgoing, startedAt, startedElapsed, late }, body);
    const body = guard('capture.request_body', () => outgoing.body()) ?? null;
    if (body === null || typeof body === 'string') return begin(body, false);
    const known = body.catch(() => null).then((text) => begin(text, true));
    return new LateCall(known, environment.abandonedAfterMs, environment.maxAnswerBytes);
  };
}

interface Attempt {
  readonly dialect: Dialect;
  readonly outgoing: OutgoingRequest;
  readonly startedAt: number;
  readonly startedElapsed: number;
  /** The call is known only after it has started: its span must be told when that was. */
  readonly late: boolean;
}

/**
 * `null` where the body says that the request is none of the dialect's: others than providers of models have such paths too. One that
 * cannot be read still makes a call: the attempt is real, and listeners count it as unreadable.
 */
function beginCall(
  options: CaptureOptions,
  environment: CallEnvironment,
  start: Attempt,
  text: string | null,
): PrimaryCall | null {
  const { dialect, outgoing } = start;
  const body = text ?? '';
  const skimmed = text === null ? undefined : guard('capture.skim', () => dialect.skim({ url: outgoing.url, body }));
  if (skimmed === null) return null;
  const request: ModelRequest = skimmed ?? { operation: dialect.operation, model: null, stream: false };
  const headers = outgoing.headers();
  const resendCount = Number.parseInt(headers.get(RETRY_HEADER) ?? '', 10) || 0;
  const named = identity(dialect, request, outgoing.url);
  const attributes = { ...named, ...attempt(request, resendCount) };
  const span = startPrimarySpan(
    options.tracer(),
    spanName(request),
    attributes,
    start.late ? start.startedAt : undefined,
  );
  const privacy = options.privacy?.(request) ?? NO_CONTENT;
  const call = new PrimaryCall(environment, {
    ...start,
    request,
    headers,
    body,
    resendCount,
    span,
    privacy,
    identity: named,
  });
  call.showTo(options.listener);
  return call;
}
