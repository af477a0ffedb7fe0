import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  detectResources,
  type Resource,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Telemetry } from '../config.js';
import type { VerdictChange } from '../ledger/change.js';
import type { PairRow } from '../ledger/ledger.js';
import { emitChange } from './change-log.js';
import { emitEvaluateSpan, type Scored } from './evaluate-span.js';
import { emitJudgeSpan, type Judged } from './judge-span.js';
import { ledgerMetrics, type Report } from './ledger-metrics.js';
import type { PairSpan } from './pair-span.js';
import { SCOPE } from './scope.js';

/** What the evaluator tells the outside. Nothing here throws or waits for a collector; what it cannot take is dropped. */
export interface Emitter {
  /** One stored pair of a candidate. */
  pair(row: PairRow, experiment: string, scored: Scored): void;
  /** One pair that was judged, or that nobody had to be asked about. */
  judged(pair: PairSpan, judged: Judged): void;
  /** A verdict that is not what it was. */
  change(change: VerdictChange): void;
  /** Sends what is left, within `timeoutMs`. */
  close(timeoutMs: number): Promise<void>;
}

/**
 * Series are the ledger's, not a process's: whichever replica holds the lease writes them under this instance id, so that
 * the lease moving on does not start new ones.
 */
const LEDGER_INSTANCE = 'ledger';

const SPANS = {
  maxQueueSize: 16_384,
  maxExportBatchSize: 512,
  scheduledDelayMillis: 1000,
  exportTimeoutMillis: 10_000,
};

/**
 * Opens the exporters that `telemetry` names: providers of their own, never the process's global ones.
 *
 * @param report The last look at the ledger, or null where this process does not hold the lease.
 */
export function startEmitter(telemetry: Telemetry, report: () => Report | null): Emitter {
  const traces = telemetry.tracesUrl === null ? null : traceProvider(telemetry, telemetry.tracesUrl);
  const metrics = telemetry.metricsUrl === null ? null : meterProvider(telemetry, telemetry.metricsUrl, report);
  const { logsUrl = null } = telemetry;
  const logs = logsUrl === null ? null : loggerProvider(telemetry, logsUrl);
  const done = Promise.resolve();
  const tracer = traces?.getTracer(SCOPE.name, SCOPE.version);
  const logger = logs?.getLogger(SCOPE.name, SCOPE.version);
  return {
    pair: (row, experiment, scored) => {
      if (tracer !== undefined) emitEvaluateSpan(tracer, row, experiment, scored);
    },
    judged: (pair, judged) => {
      if (tracer !== undefined) emitJudgeSpan(tracer, pair, judged);
    },
    change: (change) => {
      if (logger !== undefined) emitChange(logger, change);
    },
    close: async (timeoutMs) => {
      const closing = [
        traces?.shutdown() ?? done,
        metrics?.shutdown({ timeoutMillis: timeoutMs }) ?? done,
        logs?.shutdown() ?? done,
      ];
      await within(timeoutMs, closing);
    },
  };
}

function traceProvider(telemetry: Telemetry, url: string): TracerProvider {
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: SPANS.exportTimeoutMillis });
  const resource = resourceOf({ 'service.name': telemetry.serviceName });
  return new TracerProvider({ resource, spanProcessors: [new BatchSpanProcessor({ exporter, ...SPANS })] });
}

function loggerProvider({ serviceName }: Telemetry, url: string): LoggerProvider {
  const exporter = new OTLPLogExporter({ url, timeoutMillis: SPANS.exportTimeoutMillis });
  const processor = new BatchLogRecordProcessor({ exporter, exportTimeoutMillis: SPANS.exportTimeoutMillis });
  return new LoggerProvider({ resource: resourceOf({ 'service.name': serviceName }), processors: [processor] });
}

function meterProvider(telemetry: Telemetry, url: string, report: () => Report | null): MeterProvider {
  const { metricIntervalMs, serviceName } = telemetry;
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url, timeoutMillis: Math.min(metricIntervalMs, 10_000) }),
    exportIntervalMillis: metricIntervalMs,
    exportTimeoutMillis: Math.min(metricIntervalMs, 10_000),
    metricProducers: [ledgerMetrics(report)],
  });
  const resource = resourceOf({ 'service.name': serviceName, 'service.instance.id': LEDGER_INSTANCE });
  return new MeterProvider({ resource, readers: [reader] });
}

/** `OTEL_RESOURCE_ATTRIBUTES`, and over it what must be ours. */
function resourceOf(attributes: Readonly<Record<string, string>>): Resource {
  return detectResources({ detectors: [resourceAttributesEnvDetector] }).merge(
    resourceFromAttributes({ ...attributes }),
  );
}

/** Settles with everything, or at the time limit; a failure is the collector's business and not ours. */
async function within(timeoutMs: number, promises: readonly Promise<void>[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([Promise.allSettled(promises), limit]);
  clearTimeout(timer);
}
