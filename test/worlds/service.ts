import {
  context,
  diag,
  DiagLogLevel,
  metrics,
  type MeterProvider as Meters,
  trace,
  type TracerProvider as Tracers,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, type Sampler, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { UnderstudyInstrumentation } from '@understudy/instrumentation';
import { experimentOf, type Report, reportOf, told, until } from './report.js';

/** What `NodeSDK` does with an instrumentation. */
interface Instrumentation {
  setTracerProvider(provider: Tracers): void;
  setMeterProvider(provider: Meters): void;
  enable(): void;
}

/** A service with OpenTelemetry API 1.10 and SDK 3, and ours beside other instrumentations. */
export interface Service {
  readonly understudy: UnderstudyInstrumentation;
  /** A base URL of the provider, by behaviour. */
  baseURL(behaviour?: string): string;
  /** Runs in a span of the service's own. */
  within(name: string, run: () => Promise<unknown>): Promise<void>;
  /** Waits for the shadows and prints what there is. */
  report(): Promise<void>;
}

export interface ServiceOptions {
  readonly instrumentations?: readonly Instrumentation[];
  readonly sampler?: Sampler;
}

/** Starts one, up to the point where calls are compared. */
export async function startService({ instrumentations = [], sampler }: ServiceOptions = {}): Promise<Service> {
  const world = told();
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const silent = (): void => undefined;
  diag.setLogger({ error: warn, warn, info: silent, debug: silent, verbose: silent }, DiagLogLevel.WARN);
  const exporter = new InMemorySpanExporter();
  const tracers = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
    ...(sampler !== undefined && { sampler }),
  });
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 });
  const meters = new MeterProvider({ readers: [reader] });
  trace.setGlobalTracerProvider(tracers);
  metrics.setGlobalMeterProvider(meters);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

  const understudy = new UnderstudyInstrumentation({
    experiments: [experimentOf(world) as never],
    queueUrl: world.queueUrl,
    environment: {},
  });
  for (const instrumentation of [understudy, ...instrumentations]) {
    instrumentation.setTracerProvider(tracers);
    instrumentation.setMeterProvider(meters);
    instrumentation.enable();
  }
  await until(() => understudy.announced);
  const tracer = tracers.getTracer('service');
  return {
    understudy,
    baseURL: (behaviour = 'plain') => `${world.origin}/${behaviour}/v1`,
    within: (name, run) =>
      tracer.startActiveSpan(name, async (span) => {
        await run();
        span.end();
      }),
    async report() {
      await understudy.flush(10_000);
      await reader.forceFlush();
      const report: Report = {
        spans: exporter.getFinishedSpans().map(reportOf),
        metrics: totals(metricExporter),
        warnings,
      };
      process.stdout.write(JSON.stringify(report), () => process.exit(0));
    },
  };
}

function totals(exporter: InMemoryMetricExporter): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { scope, metrics: found } of exporter.getMetrics().at(-1)?.scopeMetrics ?? []) {
    for (const { descriptor, dataPoints } of found) {
      const values = dataPoints.map(({ value }) => (typeof value === 'number' ? value : value.count));
      sums[`${scope.name} ${descriptor.name}`] = values.reduce((sum, value) => sum + value, 0);
    }
  }
  return sums;
}
