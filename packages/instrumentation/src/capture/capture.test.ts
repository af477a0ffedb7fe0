import { context, SpanKind, SpanStatusCode, trace, type Meter, type Tracer } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { AlwaysOffSampler, InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { DIALECTS } from '../dialect/registry.js';
import { setFailureSink } from '../guard.js';
import type { Fetch } from '../tap/observer.js';
import { tapFetch } from '../tap/tap-fetch.js';
import type { Leg } from '../trial/trial.js';
import type { Call, CallListener } from './call.js';
import { createCapture, type CaptureOptions } from './capture.js';

const TARGET = 'https://api.openai.com/v1/chat/completions';
const ANSWER = JSON.stringify({
  id: 'c1',
  model: 'gpt-5-2026',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 1 } },
});

const exporter = new InMemorySpanExporter();
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
const tracer = provider.getTracer('test');
const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 });
const meterProvider = new MeterProvider({ readers: [reader] });
const failures: unknown[] = [];

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
function tapped(answer: (init?: RequestInit) => unknown, options: Partial<CaptureOptions> & { keep?: boolean } = {}): { fetch: Fetch; calls: Call[]; legs: Leg[] } {
  const calls: Call[] = [];
  const legs: Leg[] = [];
  const listener: CallListener = (call) => {
    calls.push(call);
    if (options.keep === true) call.keepAnswer();
    call.onOutcome((leg) => legs.push(leg));
  };
  const capture = createCapture({ dialects: DIALECTS, tracer: () => tracer, meter: () => meterProvider.getMeter('test'), listener, ...options });
  const original = (async (_input: unknown, init?: RequestInit) => answer(init)) as Fetch;
  return { fetch: tapFetch(original, capture), calls, legs };
}

/** A response whose chunks come only when they are read, as from a network. */
function networked(parts: readonly string[], init?: ResponseInit): Response {
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

const request = (body: unknown = { model: 'gpt-5', messages: [], temperature: 0.5 }, init: RequestInit = {}): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(body),
  ...init,
});

function onlySpan(): ReadableSpan {
  const spans = exporter.getFinishedSpans();
  expect(spans).toHaveLength(1);
  return spans[0] as ReadableSpan;
}

describe('the span', () => {
  test('carries the conventions, is a client and a child of the active span', async () => {
    const { fetch } = tapped(() => networked([ANSWER]));
    await tracer.startActiveSpan('service', async (parent) => {
      await (await fetch(TARGET, request())).json();
      const span = onlySpan();
      expect(span.name).toBe('chat gpt-5');
      expect(span.kind).toBe(SpanKind.CLIENT);
      expect(span.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
      expect(span.status.code).toBe(SpanStatusCode.UNSET);
      expect(span.attributes).toEqual({
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-5',
        'gen_ai.request.temperature': 0.5,
        'gen_ai.response.id': 'c1',
        'gen_ai.response.model': 'gpt-5-2026',
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.usage.input_tokens': 3,
        'gen_ai.usage.output_tokens': 4,
        'gen_ai.usage.cache_read.input_tokens': 1,
        'server.address': 'api.openai.com',
        'server.port': 443,
      });
      parent.end();
    });
  });

  test('is active while the original fetch runs, and not after', async () => {
    let inside: unknown;
    const { fetch } = tapped(() => {
      inside = trace.getActiveSpan();
      return networked([ANSWER]);
    });
    const pending = fetch(TARGET, request());
    expect(trace.getActiveSpan()).toBeUndefined();
    await (await pending).text();
    expect(inside).toBe(exporter.getFinishedSpans()[0]);
  });

  test("another instrumentation's span of this call is used, and not ended", async () => {
    const { fetch, calls, legs } = tapped(() => networked([ANSWER]));
    const foreign = tracer.startSpan('chat gpt-5', { attributes: { 'gen_ai.operation.name': 'chat' } });
    await context.with(trace.setSpan(context.active(), foreign), async () => (await fetch(TARGET, request())).text());
    expect(calls[0]?.span).toBe(foreign);
    expect(legs).toHaveLength(1);
    expect(exporter.getFinishedSpans()).toHaveLength(0);
    expect(foreign.isRecording()).toBe(true);
  });

  test("an agent's span is a parent, not a view of this call", async () => {
    const { fetch } = tapped(() => networked([ANSWER]));
    const agent = tracer.startSpan('invoke_agent', { attributes: { 'gen_ai.operation.name': 'invoke_agent' } });
    await context.with(trace.setSpan(context.active(), agent), async () => (await fetch(TARGET, request())).text());
    expect(onlySpan().parentSpanContext?.spanId).toBe(agent.spanContext().spanId);
  });

  test("an SDK's retry says which", async () => {
    const { fetch, calls } = tapped(() => networked([ANSWER]));
    await (await fetch(TARGET, request(undefined, { headers: { 'X-Stainless-Retry-Count': '2' } }))).text();
    expect(onlySpan().attributes['http.request.resend_count']).toBe(2);
    expect(calls[0]?.resendCount).toBe(2);
  });

  test('of a request that cannot be read is there all the same', async () => {
    const { fetch, calls, legs } = tapped(() => networked([ANSWER]));
    await (await fetch(TARGET, { method: 'POST', body: new Blob(['{}']) })).text();
    expect(onlySpan().name).toBe('chat');
    expect(calls[0]?.body).toBe('');
    expect(legs[0]?.status).toBe('ok');
  });

  test('of a Request is told the time it really started', async () => {
    const { fetch, calls } = tapped(async () => networked([ANSWER]));
    const before = Date.now();
    const pending = fetch(new Request(TARGET, request()));
    expect(calls).toHaveLength(0);
    await (await pending).text();
    await vi.waitFor(() => expect(exporter.getFinishedSpans()).toHaveLength(1));
    const span = onlySpan();
    expect(span.name).toBe('chat gpt-5');
    expect(span.startTime[0] * 1000 + span.startTime[1] / 1e6).toBeGreaterThanOrEqual(before - 2);
    expect(span.attributes['gen_ai.usage.output_tokens']).toBe(4);
  });
});

describe('the end of a call, once, on every exit', () => {
  const refused = Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) });
  test.each<[string, () => unknown, string, string | undefined]>([
    ['an error status', () => networked(['{}'], { status: 429 }), 'error:429', '429'],
    ['a redirect that is not followed', () => new Response(null, { status: 302 }), 'error:302', '302'],
    ['no connection', () => Promise.reject(refused), 'error:ECONNREFUSED', 'ECONNREFUSED'],
    ['an error that is none', () => Promise.reject('odd'), 'error:_OTHER', '_OTHER'],
    ['an answer that is not one', () => networked(['<html>']), 'error:unreadable_answer', 'unreadable_answer'],
    ['an error inside', () => networked(['data: {"error":{"code":"overloaded"}}\n\n']), 'error:overloaded', 'overloaded'],
    ['no content', () => new Response(null, { status: 204 }), 'error:unreadable_answer', 'unreadable_answer'],
    ['a good answer', () => networked([ANSWER]), 'ok', undefined],
  ])('%s', async (_name, answer, outcome, errorType) => {
    const { fetch, legs } = tapped(answer);
    await fetch(TARGET, request()).then((response) => response.text(), () => undefined);
    expect(legs.map((leg) => (leg.status === 'error' ? `error:${leg.type}` : leg.status))).toEqual([outcome]);
    const span = onlySpan();
    expect(span.attributes['error.type']).toBe(errorType);
    expect(span.status.code).toBe(errorType === undefined ? SpanStatusCode.UNSET : SpanStatusCode.ERROR);
  });

  test('an abort by the caller is no failure', async () => {
    const abort = new AbortController();
    const { fetch, legs } = tapped(async () => {
      await vi.waitFor(() => expect(abort.signal.aborted).toBe(true));
      throw abort.signal.reason;
    });
    const pending = fetch(TARGET, request(undefined, { signal: abort.signal }));
    abort.abort();
    await expect(pending).rejects.toBeDefined();
    expect(legs).toMatchObject([{ status: 'aborted' }]);
    expect(onlySpan()).toMatchObject({ status: { code: SpanStatusCode.UNSET }, attributes: { 'understudy.outcome': 'aborted' } });
  });

  test("the caller's own deadline is one", async () => {
    const signal = AbortSignal.timeout(1);
    const { fetch, legs } = tapped(async () => {
      await vi.waitFor(() => expect(signal.aborted).toBe(true));
      throw signal.reason;
    });
    await expect(fetch(TARGET, request(undefined, { signal }))).rejects.toBeDefined();
    expect(legs).toMatchObject([{ status: 'error', type: 'TimeoutError' }]);
  });

  test.each([
    ['before [DONE]: aborted', 1, 'aborted'],
    ['after [DONE]: a normal end', 3, 'ok'],
  ])('a cancel %s', async (_name, reads, status) => {
    const { fetch, legs } = tapped(() => networked(['data: {"id":"c","choices":[{"delta":{"content":"a"}}]}\n\n', 'data: {"choices":[]}\n\n', 'data: [DONE]\n\n', ': tail\n']));
    const response = await fetch(TARGET, request({ model: 'm', stream: true }));
    const body = (response.body as ReadableStream<Uint8Array>).getReader();
    for (let index = 0; index < reads; index += 1) await body.read();
    await body.cancel();
    expect(legs).toMatchObject([{ status }]);
    onlySpan();
  });

  test('never read: missing, and marked', async () => {
    const { fetch, legs } = tapped(() => networked([ANSWER]), { abandonedAfterMs: 10 });
    await fetch(TARGET, request());
    await vi.waitFor(() => expect(legs).toEqual([{ status: 'missing', reason: 'primary_unresolved' }]));
    expect(onlySpan().attributes['understudy.outcome']).toBe('abandoned');
  });
});

describe('the outcome', () => {
  test('has the text only where it was asked for', async () => {
    for (const keep of [true, false]) {
      const { fetch, legs } = tapped(() => networked([ANSWER]), { keep });
      await (await fetch(TARGET, request())).text();
      const messages = [{ role: 'assistant', parts: [{ type: 'text', content: 'hello' }] }];
      expect(legs[0]).toMatchObject({ status: 'ok', finish: 'stop', model: 'gpt-5-2026', answer: keep ? { kind: 'text', messages } : { kind: 'none' } });
    }
  });

  test('of an answer too large to hold is ok, without its text', async () => {
    const { fetch, legs } = tapped(() => networked([ANSWER]), { keep: true, maxAnswerBytes: 50 });
    await expect((await fetch(TARGET, request())).text()).resolves.toBe(ANSWER);
    expect(legs).toMatchObject([{ status: 'ok', answer: { kind: 'none' }, usage: null }]);
  });

  test('times come from our own clock', async () => {
    let now = 1000;
    const clock = { now: () => 5_000_000, elapsed: () => now };
    const chunks = ['data: {"id":"c","choices":[]}\n\n', 'data: [DONE]\n\n'];
    const { fetch, legs, calls } = tapped(() => {
      now += 30;
      return networked(chunks);
    }, { clock });
    const response = await fetch(TARGET, request({ model: 'm', stream: true }));
    const body = (response.body as ReadableStream<Uint8Array>).getReader();
    await body.read();
    now += 200;
    while (!(await body.read()).done);
    expect(calls[0]?.startedAt).toBe(5_000_000);
    expect(legs).toMatchObject([{ firstChunkMs: 30, durationMs: 230 }]);
    expect(onlySpan().attributes['gen_ai.response.time_to_first_chunk']).toBe(0.03);
  });

  test('comes after the span is described and before it ends', async () => {
    let seen: unknown;
    const { fetch } = tapped(() => networked([ANSWER]), {
      listener: (call) =>
        call.onOutcome(() => {
          seen = [call.span.isRecording(), (call.span as unknown as ReadableSpan).attributes['gen_ai.response.id']];
        }),
    });
    await (await fetch(TARGET, request())).text();
    expect(seen).toEqual([true, 'c1']);
  });
});

describe('the listener', () => {
  test('is told before the request is sent, with what it needs', async () => {
    const order: string[] = [];
    const { fetch } = tapped(() => {
      order.push('sent');
      return networked([ANSWER]);
    }, { listener: (call) => void order.push(`${call.request.model} ${call.headers.get('authorization')} ${String(call.context['app.route'])} ${call.recording}`) });
    await tracer.startActiveSpan('service', { attributes: { 'app.route': 'refunds' } }, async () => {
      await (await fetch(TARGET, request(undefined, { headers: { Authorization: 'Bearer k' } }))).text();
    });
    expect(order).toEqual(['gpt-5 Bearer k refunds true', 'sent']);
  });

  test.each<[string, Partial<CaptureOptions>]>([
    ['a listener', { listener: () => { throw new Error('theirs'); } }],
    ['an outcome listener', { listener: (call) => call.onOutcome(() => { throw new Error('theirs'); }) }],
    ['a tracer', { tracer: () => ({ startSpan: () => { throw new Error('theirs'); } }) as unknown as Tracer }],
    ['a meter', { meter: () => ({ createHistogram: () => { throw new Error('theirs'); } }) as unknown as Meter }],
    ['a clock', { clock: { now: () => { throw new Error('ours'); }, elapsed: () => 0 } }],
  ])('%s that throws breaks nothing', async (_name, options) => {
    const { fetch } = tapped(() => networked([ANSWER]), options);
    await expect((await fetch(TARGET, request())).text()).resolves.toBe(ANSWER);
    expect(failures).toHaveLength(1);
  });

  test('gets no span reference where tracing is off, and the call as ever', async () => {
    const { fetch, calls, legs } = tapped(() => networked([ANSWER]), { tracer: () => trace.getTracer('none') });
    await (await fetch(TARGET, request())).text();
    expect(calls[0]).toMatchObject({ spanReference: null, recording: false });
    expect(legs).toMatchObject([{ status: 'ok', span: null, usage: { inputTokens: 3 } }]);
  });

  test('knows an unsampled span by its reference, and that it does not record', async () => {
    const off = new TracerProvider({ sampler: new AlwaysOffSampler() }).getTracer('off');
    const { fetch, calls } = tapped(() => networked([ANSWER]), { tracer: () => off });
    await (await fetch(TARGET, request())).text();
    expect(calls[0]?.recording).toBe(false);
    expect(calls[0]?.spanReference?.traceId).toMatch(/^[0-9a-f]{32}$/);
  });
});

test('the standard metrics: duration and tokens of calls that ended or failed, of no others', async () => {
  const ok = tapped(() => networked([ANSWER]));
  await (await ok.fetch(TARGET, request())).text();
  const failed = tapped(() => networked(['{}'], { status: 500 }));
  await failed.fetch(TARGET, request());
  const given = tapped(() => networked([ANSWER]));
  await (await given.fetch(TARGET, request({ model: 'given-up' }))).body?.cancel();
  await meterProvider.forceFlush();
  const metrics = metricExporter.getMetrics().at(-1)?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
  const points = (name: string): unknown[] =>
    metrics.find((metric) => metric.descriptor.name === name)?.dataPoints.map((point) => point.attributes) ?? [];
  expect(points('gen_ai.client.operation.duration')).toContainEqual(expect.objectContaining({ 'error.type': '500' }));
  expect(points('gen_ai.client.operation.duration')).not.toContainEqual(expect.objectContaining({ 'gen_ai.request.model': 'given-up' }));
  expect(points('gen_ai.client.token.usage')).toContainEqual({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-5',
    'gen_ai.response.model': 'gpt-5-2026',
    'gen_ai.token.type': 'input',
    'server.address': 'api.openai.com',
    'server.port': 443,
  });
});
