import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { format } from 'node:util';
import { context, diag, DiagLogLevel, trace, type Tracer } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { UnderstudyInstrumentation, type UnderstudyOptions } from '../../packages/instrumentation/src/index.js';

/** A service whose telemetry is kept as the bytes that were sent. */
export interface WatchedService extends AsyncDisposable {
  readonly understudy: UnderstudyInstrumentation;
  /** The service's own. */
  readonly tracer: Tracer;
  /** Sends what there is, and gives back all that was sent: spans and metrics as OTLP, logs and the console as lines. */
  sent(): Promise<{ readonly spans: string; readonly metrics: string; readonly logs: string }>;
}

export async function watchedService(options: UnderstudyOptions): Promise<WatchedService> {
  const bodies: Record<string, string[]> = {};
  const collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      (bodies[request.url ?? ''] ??= []).push(Buffer.concat(chunks).toString());
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const origin = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;

  const logs: string[] = [];
  const log = (...words: unknown[]): void => {
    // What the exporter is about to send, which is looked at as it is sent.
    if (!words.includes('items to be sent')) logs.push(format(...words));
  };
  const console = overheardConsole(log);
  diag.setLogger({ error: log, warn: log, info: log, debug: log, verbose: log }, { logLevel: DiagLogLevel.ALL });
  const spanExporter = new OTLPTraceExporter({ url: `${origin}/spans` });
  const spans = new TracerProvider({
    spanProcessors: [
      new BatchSpanProcessor({ exporter: spanExporter, maxQueueSize: 100_000, scheduledDelayMillis: 200 }),
    ],
  });
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url: `${origin}/metrics` }),
    exportIntervalMillis: 3_600_000,
  });
  const meters = new MeterProvider({ readers: [reader] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const understudy = new UnderstudyInstrumentation({ environment: {}, ...options });
  understudy.setTracerProvider(spans);
  understudy.setMeterProvider(meters);
  understudy.enable();
  return {
    understudy,
    tracer: spans.getTracer('service'),
    async sent() {
      await spans.forceFlush();
      await meters.forceFlush();
      return {
        spans: (bodies['/spans'] ?? []).join('\n'),
        metrics: (bodies['/metrics'] ?? []).join('\n'),
        logs: logs.join('\n'),
      };
    },
    async [Symbol.asyncDispose]() {
      await understudy.shutdown(5000);
      await spans.shutdown();
      await meters.shutdown();
      context.disable();
      trace.disable();
      diag.disable();
      console.restore();
      collector.closeAllConnections();
      collector.close();
    },
  };
}

const METHODS = ['debug', 'log', 'info', 'warn', 'error'] as const;

/** Hears what is written to the console, and what Node warns of. */
function overheardConsole(log: (...words: unknown[]) => void): { restore(): void } {
  const before = METHODS.map((method) => [method, console[method]] as const);
  for (const method of METHODS) console[method] = log;
  process.on('warning', log);
  return {
    restore() {
      for (const [method, write] of before) console[method] = write;
      process.off('warning', log);
    },
  };
}
