import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, NoopSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace';
import type { UnderstudyInstrumentation } from '@understudy/instrumentation';
import type { Start } from '../messages.js';

/** The service's own OpenTelemetry, as any service sets it up: Understudy is one instrumentation of it. */
export function startTelemetry(understudy: UnderstudyInstrumentation, { tracesUrl, metricsUrl }: Start): NodeSDK {
  const sdk = new NodeSDK({
    serviceName: 'understudy-demo',
    instrumentations: [understudy],
    autoDetectResources: false,
    spanProcessors: [spanProcessor(tracesUrl)],
    metricReaders: metricsUrl === null ? [] : [metricReader(metricsUrl)],
    logRecordProcessors: [],
  });
  sdk.start();
  return sdk;
}

/** Spans are recorded even where nobody takes them: shadows are only fired beside a span that is. */
function spanProcessor(url: string | null): SpanProcessor {
  if (url === null) return new NoopSpanProcessor();
  return new BatchSpanProcessor({
    exporter: new OTLPTraceExporter({ url }),
    maxQueueSize: 16_384,
    scheduledDelayMillis: 500,
  });
}

function metricReader(url: string): PeriodicExportingMetricReader {
  const exporter = new OTLPMetricExporter({ url });
  return new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2000, exportTimeoutMillis: 2000 });
}
