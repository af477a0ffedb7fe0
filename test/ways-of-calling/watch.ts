import { setTimeout as sleep } from 'node:timers/promises';
import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { createCapture } from '../../packages/instrumentation/src/capture/capture.js';
import { DIALECTS } from '../../packages/instrumentation/src/dialect/registry.js';
import { failureCounts } from '../../packages/instrumentation/src/guard.js';
import { globalTap } from '../../packages/instrumentation/src/tap/global-tap.js';
import { spanPrivacyOf } from '../../packages/instrumentation/src/trial/privacy/span-privacy.js';
import type { Leg } from '../../packages/instrumentation/src/trial/trial.js';

/**
 * `bare`: a service with OpenTelemetry and nothing of ours. `tapped`: spans and numbers. `sampled`: the answer is asked for too, as for
 * a call that is shadowed, and what was said goes on the span, redacted.
 */
export type Mode = 'bare' | 'tapped' | 'sampled';

/** What telemetry a way of calling left. */
export interface Watched {
  /** Spans of ours. */
  readonly started: number;
  readonly ended: number;
  /** Spans of ours that are no child of the service's own span, nor of the SDK's. */
  readonly strays: number;
  /** The names of the spans the SDK made itself, in the order they ended. */
  readonly others: readonly string[];
  /** The outcome of every call, in the order of the calls: `ok`, `error:TYPE`, `aborted`, `missing`. */
  readonly legs: readonly string[];
  readonly failures: readonly (readonly [string, number])[];
}

export interface Watcher {
  /** Runs something in a span, as a service's handler does. */
  within<Result>(run: () => Promise<Result>): Promise<Result>;
  /** Waits, for a bounded time, until what is expected has come and every span of ours has ended. */
  settled(expected: { readonly legs: number; readonly spans: number }): Promise<Watched>;
}

/** Longer than any pause of a provider that is read; a body that somebody has locked is given ten of these. */
const ABANDONED_AFTER_MS = 200;
const PATIENCE_MS = 8_000;
const OURS = 'understudy-test';

export function watch(mode: Mode): Watcher {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const exporter = new InMemorySpanExporter();
  let started = 0;
  const counting = {
    onStart: (span: { readonly instrumentationScope: { readonly name: string } }) => {
      if (span.instrumentationScope.name === OURS) started += 1;
    },
    onEnd: () => undefined,
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  const provider = new TracerProvider({ spanProcessors: [counting, new SimpleSpanProcessor({ exporter })] });
  trace.setGlobalTracerProvider(provider);
  const service = provider.getTracer('service');
  const tracer = provider.getTracer(OURS);

  const legs: Leg[][] = [];
  const tap = globalTap(
    createCapture({
      dialects: DIALECTS,
      tracer: () => tracer,
      meter: () => metrics.getMeter(OURS),
      abandonedAfterMs: ABANDONED_AFTER_MS,
      privacy: spanPrivacyOf([], mode === 'sampled'),
      listener(call) {
        if (mode === 'sampled') call.keepAnswer();
        const outcomes: Leg[] = [];
        legs.push(outcomes);
        call.onOutcome((leg) => outcomes.push(leg));
      },
    }),
  );
  if (mode !== 'bare') tap.install();

  const finished = (scope: (name: string) => boolean): ReadableSpan[] =>
    exporter.getFinishedSpans().filter((span) => scope(span.instrumentationScope.name));
  const ours = (): ReadableSpan[] => finished((name) => name === OURS);
  return {
    within: (run) =>
      service.startActiveSpan('service', async (span) => {
        try {
          return await run();
        } finally {
          span.end();
        }
      }),
    async settled(expected) {
      const deadline = performance.now() + PATIENCE_MS;
      const pending = (): boolean =>
        ours().length < Math.max(started, expected.spans) ||
        legs.length < expected.legs ||
        legs.some((outcomes) => outcomes.length === 0);
      while (mode !== 'bare' && performance.now() < deadline && pending()) await sleep(5);
      await sleep(5);
      const parents = new Set(finished((name) => name !== OURS).map((span) => span.spanContext().spanId));
      const watched: Watched = {
        started,
        ended: ours().length,
        strays: ours().filter((span) => !parents.has(span.parentSpanContext?.spanId ?? '')).length,
        others: finished((name) => name !== OURS && name !== 'service').map((span) => span.name),
        legs: legs.splice(0).map((outcomes) => outcomes.map(describeLeg).join(' and ')),
        failures: [...failureCounts()],
      };
      exporter.reset();
      started = 0;
      return watched;
    },
  };
}

function describeLeg(leg: Leg): string {
  return leg.status === 'error' ? `error:${leg.type}` : leg.status;
}
