import {
  type Attributes,
  context,
  type Meter,
  type MeterProvider as Meters,
  type ObservableCallback,
  type ObservableResult,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { type ExperimentInput, UnderstudyInstrumentation } from '@understudy/instrumentation';
import type { Counts, Told } from './steps.js';

/** The telemetry of a service, with or without us. */
export interface Telemetry {
  /** Runs in a span of the service's own. */
  within<Result>(run: () => Promise<Result>): Promise<Result>;
  /** At once, whatever is under way: the counters are read where they are. */
  counts(): Counts;
  /** Waits until calls may be admitted and the queue has everything. */
  flush(timeoutMs: number): Promise<void>;
}

/** Short, so that a collector that says nothing is noticed. */
const EXPORT = { timeoutMillis: 1000, delayMillis: 250, metricsMillis: 1000 };

export async function startTelemetry({ collector, understudy: ours }: Told): Promise<Telemetry> {
  const counts = new Map<string, number>();
  const add = (name: string, count = 1): void => void counts.set(name, (counts.get(name) ?? 0) + count);
  const readers: PeriodicExportingMetricReader[] = [];
  const processors = [errorTypes(add)];
  if (collector !== null) {
    const traces = new OTLPTraceExporter({ url: `${collector}/v1/traces`, timeoutMillis: EXPORT.timeoutMillis });
    processors.push(
      new BatchSpanProcessor({ exporter: counted(traces, add), scheduledDelayMillis: EXPORT.delayMillis }),
    );
    const exporter = new OTLPMetricExporter({ url: `${collector}/v1/metrics`, timeoutMillis: EXPORT.timeoutMillis });
    readers.push(
      new PeriodicExportingMetricReader({
        exporter,
        exportIntervalMillis: EXPORT.metricsMillis,
        exportTimeoutMillis: EXPORT.timeoutMillis,
      }),
    );
  }
  const tracers = new TracerProvider({ spanProcessors: processors });
  const meters = new MeterProvider({ readers });
  trace.setGlobalTracerProvider(tracers);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const tracer = tracers.getTracer('service');
  const watched = watchedMeters(meters);
  const understudy = ours === null ? null : startUnderstudy(ours, tracers, watched.meters);
  return {
    within: (run) =>
      tracer.startActiveSpan('request', { root: true }, async (span) => {
        try {
          return await run();
        } finally {
          span.end();
        }
      }),
    counts() {
      const now = new Map(counts);
      for (const [name, value] of watched.read()) now.set(name, value);
      return Object.fromEntries(now);
    },
    async flush(timeoutMs) {
      if (understudy === null) return;
      const until = performance.now() + timeoutMs;
      while (!understudy.announced && performance.now() < until)
        await new Promise((resolve) => setTimeout(resolve, 10));
      if (!(await understudy.flush(Math.max(0, until - performance.now())))) add('flush missed');
    },
  };
}

function startUnderstudy(
  { queueUrl, experiment, limits }: NonNullable<Told['understudy']>,
  tracers: TracerProvider,
  meters: Meters,
): UnderstudyInstrumentation {
  const understudy = new UnderstudyInstrumentation({
    experiments: [experiment as ExperimentInput],
    queueUrl,
    limits,
    environment: {},
  });
  understudy.setTracerProvider(tracers);
  understudy.setMeterProvider(meters);
  understudy.enable();
  return understudy;
}

type Add = (name: string, count?: number) => void;

function errorTypes(add: Add): BatchSpanProcessor {
  const processor = {
    onStart: () => undefined,
    onEnd: ({ attributes }: ReadableSpan) => {
      const { 'error.type': type, 'understudy.role': role, 'understudy.arm': arm } = attributes;
      if (role === 'shadow' && typeof type === 'string' && typeof arm === 'string') add(`error ${type} ${arm}`);
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  return processor as unknown as BatchSpanProcessor;
}

function counted(exporter: OTLPTraceExporter, add: Add): SpanExporter {
  return {
    export(spans, callback) {
      exporter.export(spans, (result: ExportResult) => {
        add(result.code === ExportResultCode.SUCCESS ? 'exports ok' : 'exports failed');
        callback(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush(),
  };
}

const SHOWN: Readonly<Record<string, readonly [string, ...string[]]>> = {
  'understudy.funnel': ['funnel', 'stage', 'arm'],
  'understudy.dropped': ['dropped', 'reason', 'arm'],
  'understudy.failures': ['failures', 'operation'],
};

/** Meters whose observable counters can be read at any time, also while the process ends: a reader's `collect` takes its turns. */
export function watchedMeters(meters: MeterProvider): { meters: Meters; read(): Iterable<readonly [string, number]> } {
  const callbacks: { readonly name: string; readonly callback: ObservableCallback }[] = [];
  const watch = (meter: Meter): Meter =>
    new Proxy(meter, {
      get(target, property) {
        if (property !== 'createObservableCounter') {
          const value = Reflect.get(target, property) as unknown;
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        }
        return (name: string, options: object) => {
          const counter = target.createObservableCounter(name, options);
          return {
            addCallback(callback: ObservableCallback) {
              callbacks.push({ name, callback });
              counter.addCallback(callback);
            },
            removeCallback: (callback: ObservableCallback) => counter.removeCallback(callback),
          };
        };
      },
    });
  return {
    meters: { getMeter: (...names) => watch(meters.getMeter(...names)) },
    *read() {
      const seen: [string, number][] = [];
      for (const { name, callback } of callbacks) {
        const [shown, ...attributes] = SHOWN[name] ?? [name];
        const observe = (value: number, of: Attributes = {}): void => {
          if (value > 0) seen.push([[shown, ...attributes.map((each) => String(of[each]))].join(' '), value]);
        };
        const result: ObservableResult = { observe };
        void callback(result);
      }
      yield* seen;
    },
  };
}
