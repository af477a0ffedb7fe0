import { context, type Tracer } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { DIALECTS } from '../dialect/registry.js';
import { setFailureSink } from '../guard.js';
import type { Fetch } from '../tap/observer.js';
import { tapFetch } from '../tap/tap-fetch.js';
import type { Leg } from '../trial/trial.js';
import type { Call, CallListener } from './call.js';
import { createCapture, type CaptureOptions } from './capture.js';

export const TARGET = 'https://api.openai.com/v1/chat/completions';
export const ANSWER: string = JSON.stringify({
  id: 'c1',
  model: 'gpt-5-2026',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 1 } },
});

export const exporter: InMemorySpanExporter = new InMemorySpanExporter();
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
export const tracer: Tracer = provider.getTracer('test');
export const metricExporter: InMemoryMetricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 });
export const meterProvider: MeterProvider = new MeterProvider({ readers: [reader] });
export const failures: unknown[] = [];

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
afterAll(async () => {
  context.disable();
  await meterProvider.shutdown();
});
beforeEach(() => {
  exporter.reset();
  failures.length = 0;
  setFailureSink((operation, error) => void failures.push([operation, error]));
});
afterEach(() => void setFailureSink(null));

/** A fetch that answers by a function, tapped; and the calls and outcomes a listener saw. */
export function tapped(
  answer: (init?: RequestInit) => unknown,
  options: Partial<CaptureOptions> & { keep?: boolean } = {},
): { fetch: Fetch; calls: Call[]; legs: Leg[] } {
  const calls: Call[] = [];
  const legs: Leg[] = [];
  const listener: CallListener = (call) => {
    calls.push(call);
    if (options.keep === true) call.keepAnswer();
    call.onOutcome((leg) => legs.push(leg));
  };
  const capture = createCapture({
    dialects: DIALECTS,
    tracer: () => tracer,
    meter: () => meterProvider.getMeter('test'),
    listener,
    ...options,
  });
  const original = (async (_input: unknown, init?: RequestInit) => answer(init)) as Fetch;
  return { fetch: tapFetch(original, capture), calls, legs };
}

/** A response whose chunks come only when they are read, as from a network. */
export function networked(parts: readonly string[], init?: ResponseInit): Response {
  const rest = [...parts];
  const body = new ReadableStream({
    type: 'bytes',
    pull(controller) {
      const part = rest.shift();
      if (part === undefined) controller.close();
      else controller.enqueue(new TextEncoder().encode(part));
    },
  });
  return new Response(body, init);
}

export const request: (body?: unknown, init?: RequestInit) => RequestInit = (
  body: unknown = { model: 'gpt-5', messages: [], temperature: 0.5 },
  init: RequestInit = {},
): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(body),
  ...init,
});

export function onlySpan(): ReadableSpan {
  const spans = exporter.getFinishedSpans();
  expect(spans).toHaveLength(1);
  return spans[0] as ReadableSpan;
}
