import type { Meter, Tracer } from '@opentelemetry/api';
import type { CallListener } from './call.js';
import { CallMetrics, type MetricNames } from './call-metrics.js';
import type { Clock } from './clock.js';
import { FunctionCall, type FunctionCallEnvironment, type FunctionCallStart } from './function-call.js';
import { attempt, startPrimarySpan } from './primary-span.js';
import type { ModelRequest } from '../dialect/dialect.js';
import { guard } from '../guard.js';
import { NO_CONTENT, type SpanPrivacy } from './span-privacy.js';

export interface FunctionCaptureOptions {
  /** Asked at every call, so that a provider set later is used. */
  readonly tracer: () => Tracer;
  /** Asked at every call; instruments are made again when it gives another meter. */
  readonly meter: () => Meter;
  /** Of an answer that is kept, in characters. */
  readonly maxChars: number;
  readonly clock?: Clock;
  /** Default: `v1.41`. */
  readonly metricNames?: MetricNames;
  /** What of a call may stand on its span. Default: numbers and names. */
  readonly privacy?: (request: ModelRequest) => SpanPrivacy;
}

/** Starts a call that is not HTTP: makes its span and shows it to the listener, before the function is called. */
export type FunctionCapture = (start: FunctionCallStart, listener: CallListener) => FunctionCall;

/** Makes spans and calls of functions, as a capture does of requests. */
export function createFunctionCapture({
  tracer,
  meter,
  maxChars,
  clock,
  metricNames,
  privacy,
}: FunctionCaptureOptions): FunctionCapture {
  const environment: FunctionCallEnvironment = {
    metrics: new CallMetrics(meter, metricNames),
    maxChars,
    ...(clock !== undefined && { clock }),
  };
  return (start, listener) => {
    const attributes = { ...start.identity, ...attempt(start.request, start.resendCount) };
    const span = startPrimarySpan(tracer(), start.name, attributes);
    const call = new FunctionCall(environment, start, span, privacy?.(start.request) ?? NO_CONTENT);
    guard('capture.listener', () => listener(call));
    return call;
  };
}
