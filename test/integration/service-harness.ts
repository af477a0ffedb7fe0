import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { context, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type OpenAI from 'openai';
import { QUEUES } from '../../packages/instrumentation/src/experiment/store.js';
import {
  type ExperimentInput,
  UnderstudyInstrumentation,
  type UnderstudyOptions,
} from '../../packages/instrumentation/src/index.js';
import { decodeBatch } from '../../packages/instrumentation/src/trial/codec.js';
import type { Batch, SliceCount } from '../../packages/instrumentation/src/trial/trial.js';

/** What a service under test has around it: an SDK that keeps spans and metrics in memory. */
export interface Service extends AsyncDisposable {
  readonly understudy: UnderstudyInstrumentation;
  /** The service's own. */
  readonly tracer: Tracer;
  /** Runs something inside a span of the service's own, in a trace of its own. */
  inSpan<Result>(run: () => Promise<Result>, attributes?: Record<string, string>): Promise<Result>;
  spans(): readonly ReadableSpan[];
  /** Sum of a counter's points whose attributes contain these. */
  sum(metric: string, attributes: Readonly<Record<string, string>>): Promise<number>;
}

/** A service with a real SDK, its own providers, and the instrumentation enabled. */
export function startService(options: UnderstudyOptions): Service {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 });
  const meters = new MeterProvider({ readers: [reader] });
  const contexts = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(contexts);
  const understudy = new UnderstudyInstrumentation({ environment: {}, ...options });
  understudy.setTracerProvider(provider);
  understudy.setMeterProvider(meters);
  understudy.enable();
  const tracer = provider.getTracer('service');
  return {
    understudy,
    tracer,
    async inSpan(run, attributes = {}) {
      return await tracer.startActiveSpan('request', { root: true, attributes }, async (span) => {
        try {
          return await run();
        } catch (error) {
          span.setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        } finally {
          span.end();
        }
      });
    },
    spans: () => exporter.getFinishedSpans(),
    async sum(metric, attributes) {
      await reader.forceFlush();
      const last = metricExporter.getMetrics().at(-1);
      const points = (last?.scopeMetrics ?? []).flatMap((scope) =>
        scope.metrics.filter(({ descriptor }) => descriptor.name === metric),
      );
      const wanted = Object.entries(attributes);
      return points
        .flatMap(({ dataPoints }) => dataPoints as { attributes: Record<string, unknown>; value: number }[])
        .filter((point) => wanted.every(([name, value]) => point.attributes[name] === value))
        .reduce((sum, { value }) => sum + value, 0);
    },
    async [Symbol.asyncDispose]() {
      await understudy.shutdown(2000);
      await provider.shutdown();
      await meters.shutdown();
      context.disable();
      trace.disable();
    },
  };
}

/** For tests of everything else, on machines that have more to do than they can, with primaries that fail on purpose. */
export const UNGOVERNED = { pauseMs: 0, eventLoopMs: 10_000, eventLoopShare: 1 } as const;

/** An experiment that samples and A/A-tests everything, against a behaviour of the test's provider. */
export function experiment(change: Partial<ExperimentInput> = {}): ExperimentInput {
  return {
    name: 'trial-run',
    content: 'full',
    candidate: { model: 'candidate-model' },
    sample: { rate: 1 },
    noise: { rate: 1 },
    slice: { lengthMs: 1000 },
    governor: UNGOVERNED,
    ...change,
  };
}

/** Reads every batch that lies in the queue, in order of sequence. */
export async function readQueue(url: string): Promise<readonly Batch[]> {
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  const queue = new Queue(QUEUES.pairs, { connection, prefix: QUEUES.prefix });
  try {
    const jobs = await queue.getJobs(['wait', 'delayed', 'prioritized', 'completed', 'active'], 0, -1, true);
    const batches = await Promise.all(jobs.map((job) => decodeBatch(job.data)));
    return batches.toSorted((a, b) => a.seq - b.seq);
  } finally {
    await queue.close();
    connection.disconnect();
  }
}

/** Polls until the condition holds. @throws after `timeoutMs`. */
async function until(condition: () => boolean | Promise<boolean>, timeoutMs: number = 10_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits until the service may admit calls: its first batch has been acknowledged. */
export async function announced(service: Service): Promise<void> {
  await until(async () => service.understudy.announced);
}

/** One question, read to the end of its answer. */
export async function ask(
  client: OpenAI,
  content: string,
  { stream = false }: { stream?: boolean } = {},
): Promise<string> {
  const request = { model: 'incumbent-model', messages: [{ role: 'user' as const, content }] };
  if (!stream) return (await client.chat.completions.create(request)).choices[0]?.message.content ?? '';
  let text = '';
  for await (const chunk of await client.chat.completions.create({ ...request, stream: true })) {
    text += chunk.choices[0]?.delta.content ?? '';
  }
  return text;
}

/** The counts of a producer's batches: of each row the one with the highest sequence, as the ledger keeps it. */
export function adding(batches: readonly Batch[]): {
  rows: readonly SliceCount[];
  admitted: number;
  published: number;
} {
  const rows = new Map<string, SliceCount>();
  for (const { slices } of batches) {
    for (const row of slices) rows.set(JSON.stringify([row.run, row.slice, row.segment, row.arm, row.pi]), row);
  }
  const all = [...rows.values()];
  const sum = (count: (row: SliceCount) => number): number => all.reduce((total, row) => total + count(row), 0);
  return { rows: all, admitted: sum((row) => row.admitted), published: sum((row) => row.published) };
}
