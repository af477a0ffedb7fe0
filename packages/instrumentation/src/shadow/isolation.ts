import { AsyncLocalStorage } from 'node:async_hooks';
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { runUntapped } from '../tap/untapped.js';

/** The key by which the SDK, the propagators and the instrumentations know that nothing is to be traced. */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** Runs work of ours outside of everything the host has going on. */
export type Isolate = <Result>(run: () => Result) => Result;

/**
 * Takes the async context of now as the outside. Work run in it belongs to no request of the host, is not seen by the tap, makes no
 * spans, and carries neither trace context nor baggage to another host.
 */
export function createIsolation(): Isolate {
  const outside = AsyncLocalStorage.snapshot();
  const silent = ROOT_CONTEXT.setValue(SUPPRESS_TRACING, true);
  return (run) => outside(() => runUntapped(() => context.with(silent, run)));
}
