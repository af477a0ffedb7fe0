import { context, type Span, trace } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { adopt, attributesOf, release } from './foreign-span.js';
import {
  ANSWER,
  exporter,
  meterProvider,
  metricExporter,
  networked,
  request,
  tapped,
  TARGET,
  tracer,
} from './tapped.test.support.js';

const started = (attributes: Record<string, string>): Span => tracer.startSpan('theirs', { attributes });
const within = <Result>(span: Span, run: () => Result): Result =>
  context.with(trace.setSpan(context.active(), span), run);

describe('a span made by another instrumentation', () => {
  test.each([
    ['gen_ai.operation.name', 'chat', 'chat'],
    ['gen_ai.operation.name', 'generate_content', 'chat'],
    ['gen_ai.operation.name', 'text_completion', 'text_completion'],
    ['gen_ai.operation.name', 'embeddings', 'embeddings'],
    ['openinference.span.kind', 'LLM', 'chat'],
    ['openinference.span.kind', 'EMBEDDING', 'embeddings'],
    ['ai.operationId', 'ai.generateText.doGenerate', 'chat'],
    ['ai.operationId', 'ai.streamObject.doStream', 'generate_content'],
    ['llm.request.type', 'completion', 'text_completion'],
  ])('%s=%s stands for a call of %s', (attribute, value, operation) => {
    expect(adopt(started({ [attribute]: value }), operation)).toBe(true);
  });

  test.each([
    ['gen_ai.operation.name', 'invoke_agent', 'chat'],
    ['gen_ai.operation.name', 'execute_tool', 'chat'],
    ['gen_ai.operation.name', 'agent_step', 'chat'],
    ['gen_ai.operation.name', 'toString', 'chat'],
    ['gen_ai.operation.name', 'embeddings', 'chat'],
    ['gen_ai.operation.name', 'chat', 'classify'],
    ['gen_ai.operation.name', 'chat', 'embeddings'],
    ['openinference.span.kind', 'CHAIN', 'chat'],
    ['openinference.span.kind', 'AGENT', 'chat'],
    ['ai.operationId', 'ai.generateText', 'chat'],
    ['ai.operationId', 'ai.toolCall', 'chat'],
    ['http.route', '/chat', 'chat'],
  ])('%s=%s is around a call of %s', (attribute, value, operation) => {
    expect(adopt(started({ [attribute]: value }), operation)).toBe(false);
  });

  test('stands for none once it has ended', () => {
    const span = started({ 'gen_ai.operation.name': 'chat' });
    span.end();
    expect(adopt(span, 'chat')).toBe(false);
  });

  test('is seen through a wrapper', () => {
    const span = started({ 'openinference.span.kind': 'LLM' });
    const wrapper = { span } as unknown as Span;
    expect(attributesOf(wrapper)).toEqual({ 'openinference.span.kind': 'LLM' });
    expect([adopt(wrapper, 'chat'), adopt(span, 'chat')]).toEqual([true, false]);
    release(wrapper);
    expect(adopt(span, 'chat')).toBe(true);
  });

  test.each([undefined, {}, { attributes: 3 }, { span: null }])('may be of a kind nobody knows: %j', (span) => {
    expect(attributesOf(span as unknown as Span)).toEqual({});
  });
});

describe('calls under one such span', () => {
  const foreign = (): Span => started({ 'gen_ai.operation.name': 'chat' });
  const parents = (): unknown[] => exporter.getFinishedSpans().map((span) => span.parentSpanContext?.spanId);

  test('one after the other: it is the first one, the second gets a span below it', async () => {
    const { fetch, calls } = tapped(() => networked([ANSWER]));
    const span = foreign();
    await within(span, async () => {
      await (await fetch(TARGET, request())).text();
      await (await fetch(TARGET, request())).text();
    });
    expect(calls.map((call) => call.span === span)).toEqual([true, false]);
    expect(parents()).toEqual([span.spanContext().spanId]);
  });

  test('at the same time: each has a span', async () => {
    const { fetch, calls } = tapped(() => networked([ANSWER]));
    const span = foreign();
    await within(span, () => Promise.all([1, 2, 3].map(async () => (await fetch(TARGET, request())).text())));
    expect(calls.map((call) => call.span === span)).toEqual([true, false, false]);
    expect(parents()).toEqual([span.spanContext().spanId, span.spanContext().spanId]);
  });

  test.each([
    ['failed', () => new Response('busy', { status: 529 })],
    ['could not be sent', () => Promise.reject(new TypeError('fetch failed'))],
  ])('the one before %s: it is the next one as well', async (_how, failing) => {
    const answers = [failing, () => networked([ANSWER])];
    const { fetch, calls } = tapped(() => answers.shift()?.());
    const span = foreign();
    await within(span, async () => {
      await fetch(TARGET, request()).catch(() => null);
      await (await fetch(TARGET, request())).text();
    });
    expect(calls.map((call) => call.span === span)).toEqual([true, true]);
    expect(exporter.getFinishedSpans()).toEqual([]);
  });

  test('are measured by whoever made it', async () => {
    const { fetch } = tapped(() => networked([ANSWER]), { meter: () => meterProvider.getMeter('adopted') });
    await within(foreign(), async () => (await fetch(TARGET, request())).text());
    await meterProvider.forceFlush();
    const scopes = metricExporter.getMetrics().at(-1)?.scopeMetrics ?? [];
    const points = scopes.filter(({ scope }) => scope.name === 'adopted').flatMap(({ metrics }) => metrics);
    expect(points.map(({ descriptor }) => descriptor.name)).toEqual([]);
  });
});
