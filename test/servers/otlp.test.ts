import type { Link } from '@opentelemetry/api';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { OTLPMetricExporter as JsonMetrics } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufMetrics } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as JsonTraces } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufTraces } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OtlpReceiver } from './otlp.js';
import { startOtlpReceiver } from './otlp.js';

let receiver: OtlpReceiver;
beforeEach(async () => {
  receiver = await startOtlpReceiver({ slowMs: 60_000 });
});
afterEach(() => receiver.stop());

const resource = resourceFromAttributes({ 'service.name': 'a service' });
const post = (path: string, body: string): Promise<Response> =>
  fetch(receiver.url + path, { method: 'POST', body, headers: { 'content-type': 'application/json' } });

describe.each([
  ['JSON', JsonTraces, JsonMetrics, 'none'],
  ['protobuf', ProtobufTraces, ProtobufMetrics, 'gzip'],
] as const)('OTLP in %s', (_name, Traces, Metrics, compression) => {
  it('gives spans as they were made', async () => {
    const exporter = new Traces({ url: `${receiver.url}/v1/traces`, compression: compression as never });
    const provider = new TracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor({ exporter })] });
    const link: Link = {
      context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 },
      attributes: { 'understudy.role': 'shadow' },
    };
    const span = provider
      .getTracer('scope')
      .startSpan('chat m', { kind: SpanKind.CLIENT, links: [link], startTime: [7, 5] });
    span.setAttributes({ text: 'é', yes: true, no: false, whole: 42, negative: -3, part: 0.25, list: ['a', 'b'] });
    span.addEvent('seen', { count: 2 });
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'broke' });
    span.end([8, 0]);
    await provider.forceFlush();
    await provider.shutdown();

    const { traceId, spanId } = span.spanContext();
    expect(receiver.spans).toEqual([
      {
        resource: { 'service.name': 'a service' },
        scope: 'scope',
        traceId,
        spanId,
        parentSpanId: null,
        name: 'chat m',
        kind: 'client',
        startNano: 7_000_000_005n,
        endNano: 8_000_000_000n,
        attributes: { text: 'é', yes: true, no: false, whole: 42, negative: -3, part: 0.25, list: ['a', 'b'] },
        events: [{ name: 'seen', attributes: { count: 2 } }],
        links: [{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), attributes: { 'understudy.role': 'shadow' } }],
        status: { code: 'error', message: 'broke' },
      },
    ]);
  });

  it('gives the points of every kind of metric, and the newest of each series', async () => {
    const exporter = new Metrics({ url: `${receiver.url}/v1/metrics`, compression: compression as never });
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const views = [{ instrumentName: 'fine', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } as const }];
    const provider = new MeterProvider({ resource, readers: [reader], views });
    const meter = provider.getMeter('scope');
    const counter = meter.createCounter('calls', { unit: '{call}' });
    const gauge = meter.createGauge('verdict');
    const coarse = meter.createHistogram('coarse', { unit: 's' });
    const fine = meter.createHistogram('fine');
    for (const value of [1, 2]) {
      counter.add(value, { arm: 'mini' });
      gauge.record(-value / 2, { state: 'go' });
      coarse.record(value);
      fine.record(value);
      await provider.forceFlush();
    }
    await provider.shutdown();

    const seen = (metric: string): unknown[] =>
      receiver.points.filter((point) => point.metric === metric).map(({ kind, value, count }) => [kind, value, count]);
    expect(seen('calls').slice(0, 2)).toEqual([
      ['sum', 1, null],
      ['sum', 3, null],
    ]);
    expect(seen('verdict').slice(0, 2)).toEqual([
      ['gauge', -0.5, null],
      ['gauge', -1, null],
    ]);
    expect(seen('coarse').slice(0, 2)).toEqual([
      ['histogram', 1, 1],
      ['histogram', 3, 2],
    ]);
    expect(seen('fine').slice(0, 2)).toEqual([
      ['exponentialHistogram', 1, 1],
      ['exponentialHistogram', 3, 2],
    ]);
    expect(receiver.latest('calls')).toMatchObject([
      {
        unit: '{call}',
        temporality: 'cumulative',
        value: 3,
        attributes: { arm: 'mini' },
        resource: { 'service.name': 'a service' },
      },
    ]);
  });
});

describe('the receiver', () => {
  const trace = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'kept' }] }] }] });

  it('gives log records', async () => {
    const record = {
      eventName: 'verdict',
      severityText: 'WARN',
      body: { stringValue: 'no_go' },
      traceId: 'a'.repeat(32),
    };
    await post('/v1/logs', JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] }));
    expect(receiver.logs).toMatchObject([{ eventName: 'verdict', severity: 'WARN', body: 'no_go', spanId: null }]);
  });

  it('answers 500 and keeps nothing in the mode error', async () => {
    receiver.mode = 'error';
    const response = await post('/v1/traces', trace);
    expect([response.status, receiver.spans.length, receiver.requests]).toEqual([500, 0, 1]);
  });

  it('keeps what comes and does not answer in time in the mode slow, and still stops at once', async () => {
    receiver.mode = 'slow';
    const answer = post('/v1/traces', trace).then(
      () => 'answered',
      () => 'cut',
    );
    await receiver.until(() => receiver.spans.length === 1);
    await receiver.stop();
    await expect(answer).resolves.toBe('cut');
  });

  it('answers 400 to what it cannot read', async () => {
    expect((await post('/v1/traces', '{')).status).toBe(400);
    expect((await post('/v2/traces', trace)).status).toBe(400);
  });

  it('says what has come when the awaited does not', async () => {
    await post('/v1/traces', trace);
    await expect(receiver.until(() => false, 10)).rejects.toThrow('not in 10 ms; 1 requests brought: kept');
  });
});
