import { setTimeout as sleep } from 'node:timers/promises';
import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { createCapture } from '../../packages/instrumentation/src/capture/capture.js';
import { DIALECTS } from '../../packages/instrumentation/src/dialect/registry.js';
import { failureCounts } from '../../packages/instrumentation/src/guard.js';
import { globalTap } from '../../packages/instrumentation/src/tap/global-tap.js';
import type { Leg } from '../../packages/instrumentation/src/trial/trial.js';

/** `bare`: a service with OpenTelemetry and nothing of ours. `tapped`: spans and numbers. `sampled`: the answer is asked for too, as for a call that is shadowed. */
export type Mode = 'bare' | 'tapped' | 'sampled';

/** What telemetry a way of calling left. */
export interface Watched {
  readonly started: number;
  readonly ended: number;
  /** Spans of ours whose parent is not the service's own span. */
  readonly strays: number;
  /** The outcome of every call, in the order of the calls: `ok`, `error:TYPE`, `aborted`, `missing`. */
  readonly legs: readonly string[];
  readonly failures: readonly (readonly [string, number])[];
}

export interface Watcher {
  within<Result>(name: string, run: () => Promise<Result>): Promise<Result>;
  /** Waits, for a bounded time, until every span has ended. */
  settled(expected: number): Promise<Watched>;
}

/** Longer than any pause of a slow provider. */
const ABANDONED_AFTER_MS = 200;
const PATIENCE_MS = 3_000;

export function watch(mode: Mode): Watcher {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const exporter = new InMemorySpanExporter();
  let started = 0;
  const counting = {
    onStart: () => {
      started += 1;
    },
    onEnd: () => undefined,
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  const provider = new TracerProvider({ spanProcessors: [counting, new SimpleSpanProcessor({ exporter })] });
  trace.setGlobalTracerProvider(provider);
  const tracer = provider.getTracer('understudy-test');

  const legs: Leg[][] = [];
  const tap = globalTap(
    createCapture({
      dialects: DIALECTS,
      tracer: () => tracer,
      meter: () => metrics.getMeter('understudy-test'),
      abandonedAfterMs: ABANDONED_AFTER_MS,
      listener(call) {
        if (mode === 'sampled') call.keepAnswer();
        const outcomes: Leg[] = [];
        legs.push(outcomes);
        call.onOutcome((leg) => outcomes.push(leg));
      },
    }),
  );
  if (mode !== 'bare') tap.install();

  const ours = (): ReadableSpan[] => exporter.getFinishedSpans().filter((span) => span.name !== 'service');
  return {
    within: (_name, run) =>
      tracer.startActiveSpan('service', async (span) => {
        try {
          return await run();
        } finally {
          span.end();
        }
      }),
    async settled(expected) {
      const deadline = performance.now() + PATIENCE_MS;
      while (
        performance.now() < deadline &&
        (ours().length < (mode === 'bare' ? 0 : expected) || ours().length < started - 1)
      )
        await sleep(5);
      await sleep(5);
      const parents = exporter.getFinishedSpans().filter((span) => span.name === 'service');
      const watched: Watched = {
        started: started - 1,
        ended: ours().length,
        strays: ours().filter((span) => span.parentSpanContext?.spanId !== parents[0]?.spanContext().spanId).length,
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
