import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { context } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { createCapture } from '../../packages/instrumentation/src/capture/capture.js';
import { DIALECTS } from '../../packages/instrumentation/src/dialect/registry.js';
import type { Candidate, ExperimentInput } from '../../packages/instrumentation/src/experiment/definition.js';
import { resolveExperiment } from '../../packages/instrumentation/src/experiment/resolve.js';
import { Producer } from '../../packages/instrumentation/src/queue/producer.js';
import type { QueueStore } from '../../packages/instrumentation/src/queue/queue-connection.js';
import { FunnelMetrics } from '../../packages/instrumentation/src/shadow/funnel-metrics.js';
import { Secret } from '../../packages/instrumentation/src/shadow/secret.js';
import { tapFetch } from '../../packages/instrumentation/src/tap/tap-fetch.js';
import { decodeBatch, type EncodedBatch } from '../../packages/instrumentation/src/trial/codec.js';
import type { Trial } from '../../packages/instrumentation/src/trial/trial.js';
import { UNGOVERNED } from '../integration/service-harness.js';

/** A service whose every call is repeated by every candidate, with a queue in memory: all that a real one has but the store. */
export interface ShadowedService extends AsyncDisposable {
  /** Runs with the tapped fetch as the global one. */
  tapped<Result>(run: () => Promise<Result>): Promise<Result>;
  /** All trials so far, once every call so far has its outcome. */
  trials(): Promise<readonly Trial[]>;
  /** How many calls of an arm `understudy.dropped` counts, by reason. */
  dropped(arm: string): Promise<Readonly<Record<string, number>>>;
}

/** @param apiKey Of every candidate. */
export async function startShadowed(
  candidates: Readonly<Record<string, Candidate>>,
  apiKey: string,
  change: Partial<ExperimentInput> = {},
): Promise<ShadowedService> {
  const jobs = new Map<string, EncodedBatch>();
  const experiment = resolveExperiment({
    name: 'shadowed',
    candidates,
    content: 'full',
    sample: { rate: 1 },
    noise: { rate: 0 },
    governor: UNGOVERNED,
    policy: { gates: { errors: {} } },
    ...change,
  });
  const provider = new TracerProvider();
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const meters = new MeterProvider({ readers: [reader] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const tracer = (): ReturnType<TracerProvider['getTracer']> => provider.getTracer('test');
  const meter = (): ReturnType<MeterProvider['getMeter']> => meters.getMeter('test');
  const producer = new Producer({
    setups: [
      {
        experiment,
        rules: {},
        apiKeys: new Map(Object.keys(candidates).map((name) => [name, new Secret(apiKey)])),
      },
    ],
    queueUrl: 'redis://unused.invalid',
    environmentProxy: false,
    tracer,
    metrics: new FunnelMetrics(
      meter,
      Object.keys(candidates).map((arm) => ({ experiment: experiment.name, arm })),
    ),
    store: memoryStore(jobs),
  });
  producer.start();
  while (!producer.announced) await new Promise((resolve) => setImmediate(resolve));
  const bare = globalThis.fetch;
  const fetch = tapFetch(
    bare,
    createCapture({ dialects: DIALECTS, tracer, meter, listener: (call) => producer.take(call) }),
  );
  return {
    async tapped(run) {
      globalThis.fetch = fetch;
      try {
        return await run();
      } finally {
        globalThis.fetch = bare;
      }
    },
    async trials() {
      if (!(await producer.flush(60_000))) throw new Error('not flushed');
      const batches = await Promise.all([...jobs.values()].map((job) => decodeBatch(job)));
      return batches.flatMap((batch) => batch.trials);
    },
    async dropped(arm) {
      await reader.forceFlush();
      const metrics =
        exporter
          .getMetrics()
          .at(-1)
          ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
      const points = metrics.find(({ descriptor }) => descriptor.name === 'understudy.dropped')?.dataPoints ?? [];
      const counted = points.filter(({ attributes, value }) => attributes['arm'] === arm && value !== 0);
      return Object.fromEntries(counted.map(({ attributes, value }) => [String(attributes['reason']), Number(value)]));
    },
    async [Symbol.asyncDispose]() {
      await producer.shutdown(2000);
      await provider.shutdown();
      await meters.shutdown();
      context.disable();
    },
  };
}

function memoryStore(jobs: Map<string, EncodedBatch>): QueueStore {
  return {
    open: async () => ({
      add: async (id, data) => void jobs.set(id, data),
      backlog: async () => ({ waiting: 0, memory: null }),
      salt: async () => new Uint8Array(32),
      setting: () => Promise.resolve(undefined),
      lease: () => Promise.reject(new Error('no budget')),
      close: () => undefined,
    }),
  };
}
