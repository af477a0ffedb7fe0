import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { describe, expect, test, vi } from 'vitest';
import { TARGET, ANSWER, exporter, tracer, tapped, networked, request, onlySpan } from './tapped.test.support.js';

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
        'openai.api.type': 'chat_completions',
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
    expect(calls[0]?.wire?.body).toBe('');
    expect(legs[0]?.status).toBe('ok');
  });

  test.each([
    ['https://app.example/surveys/7/responses', { answers: ['yes'] }],
    ['https://app.example/lessons/7/completions', { done: true }],
    ['https://app.example/embeddings', { node: '#a' }],
  ])('is not made of a request that only has the path of one: %s', async (url, body) => {
    const { fetch, calls } = tapped(() => networked(['{}']));
    await (await fetch(url, request(body))).text();
    await (await fetch(new Request(url, request(body)))).text();
    expect([calls, exporter.getFinishedSpans()]).toEqual([[], []]);
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
