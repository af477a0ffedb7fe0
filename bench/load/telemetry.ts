import { diag, DiagLogLevel } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { UnderstudyInstrumentation } from '@understudy/instrumentation';

/** The OpenTelemetry SDK of a service, with a look at its own counters beside what it exports. */
export interface Telemetry {
  /** By the value of one attribute, the sum of a counter, or of a histogram's counts, over everything else; what is 0 is left out. */
  sums(metric: string, attribute: string): Promise<Readonly<Record<string, number>>>;
  /** How often the SDK has said that something failed: an export. */
  errors(): number;
  /** What is not exported by `timeoutMs` is given up. */
  shutdown(timeoutMs: number): Promise<void>;
}

interface Point {
  readonly attributes: Readonly<Record<string, unknown>>;
  /** A histogram's has a count. */
  readonly value: number | { readonly count: number };
}

/** Between two exports of metrics, in milliseconds. */
const EXPORT_MS = 1000;

/** Starts the SDK as a service does, exporting spans and metrics over OTLP to `collectorUrl`. */
export function startTelemetry(collectorUrl: string, understudy: UnderstudyInstrumentation | null): Telemetry {
  Object.assign(process.env, { OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl, OTEL_TRACES_EXPORTER: 'otlp' });
  // The only one, as in a service: every further reader has each point hashed and kept once more.
  const exported = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url: `${collectorUrl}/v1/metrics` }),
    exportIntervalMillis: EXPORT_MS,
    exportTimeoutMillis: EXPORT_MS,
  });
  const sdk = new NodeSDK({
    serviceName: 'loaded',
    autoDetectResources: false,
    instrumentations: understudy === null ? [] : [understudy],
    metricReaders: [exported],
  });
  sdk.start();
  let errors = 0;
  const ignored = (): void => undefined;
  const logger = { error: () => void (errors += 1), warn: ignored, info: ignored, debug: ignored, verbose: ignored };
  diag.setLogger(logger, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true });
  return {
    errors: () => errors,
    async sums(metric, attribute) {
      const { resourceMetrics } = await exported.collect();
      const found = resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
        metrics.filter(({ descriptor }) => descriptor.name === metric),
      );
      const sums: Record<string, number> = {};
      for (const { attributes, value } of found.flatMap(({ dataPoints }) => dataPoints as unknown as Point[])) {
        const name = String(attributes[attribute]);
        const count = typeof value === 'number' ? value : value.count;
        if (count > 0) sums[name] = (sums[name] ?? 0) + count;
      }
      return sums;
    },
    async shutdown(timeoutMs) {
      const late = new Promise<void>((resolve) => setTimeout(resolve, timeoutMs).unref());
      await Promise.race([sdk.shutdown().catch(() => undefined), late]);
    },
  };
}
