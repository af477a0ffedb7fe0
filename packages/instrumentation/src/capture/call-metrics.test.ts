import { setImmediate as turn } from 'node:timers/promises';
import { type Context, context, createContextKey, type Meter } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { expect, test } from 'vitest';
import { CallMetrics } from './call-metrics.js';
import { TARGET, ANSWER, metricExporter, meterProvider, tapped, networked, request } from './tapped.test.support.js';

test('the standard metrics: duration and tokens of calls that ended or failed, of no others', async () => {
  const ok = tapped(() => networked([ANSWER]));
  await (await ok.fetch(TARGET, request())).text();
  const failed = tapped(() => networked(['{}'], { status: 500 }));
  await failed.fetch(TARGET, request());
  const given = tapped(() => networked([ANSWER]));
  await (await given.fetch(TARGET, request({ model: 'given-up' }))).body?.cancel();
  await meterProvider.forceFlush();
  const metrics =
    metricExporter
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
  const points = (name: string): unknown[] =>
    metrics.find((metric) => metric.descriptor.name === name)?.dataPoints.map((point) => point.attributes) ?? [];
  expect(points('gen_ai.client.operation.duration')).toContainEqual(expect.objectContaining({ 'error.type': '500' }));
  expect(points('gen_ai.client.operation.duration')).not.toContainEqual(
    expect.objectContaining({ 'gen_ai.request.model': 'given-up' }),
  );
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

test('with the names they are being renamed to: counters of tokens, and no old name beside them', () => {
  const recorded: [string, number, unknown][] = [];
  const reads: (() => void)[] = [];
  const read = (): void => {
    for (const told of reads) told();
  };
  const instrument = (name: string): { record(value: number, attributes: object): void; add(value: number): void } => ({
    record: (value, attributes) => recorded.push([name, value, Object.keys(attributes)]),
    add: (value) => recorded.push([name, value, null]),
  });
  const meter = {
    createHistogram: instrument,
    createCounter: instrument,
    createObservableCounter: () => ({ addCallback: (told: () => void) => reads.push(told) }),
  } as unknown as Meter;
  const metrics = new CallMetrics(() => meter, 'latest');
  const usage = {
    inputTokens: 9,
    outputTokens: 5,
    cachedInputTokens: 4,
    cacheCreationInputTokens: 2,
    reasoningTokens: 1,
  };
  metrics.record(1500, usage, { 'gen_ai.operation.name': 'chat' }, {});
  read();
  expect(recorded.map(([name, value]) => [name, value])).toEqual([
    ['gen_ai.client.inference.duration', 1.5],
    ['gen_ai.client.inference.usage.input_tokens', 9],
    ['gen_ai.client.inference.usage.output_tokens', 5],
    ['gen_ai.client.inference.usage.cache_read.input_tokens', 4],
    ['gen_ai.client.inference.usage.cache_write.input_tokens', 2],
    ['gen_ai.client.inference.usage.reasoning.output_tokens', 1],
  ]);
  recorded.length = 0;
  // Embeddings are no inference: the conventions have not renamed theirs.
  metrics.record(20, { inputTokens: 3 }, { 'gen_ai.operation.name': 'embeddings' }, {});
  read();
  expect(recorded.map(([name]) => name)).toEqual(['gen_ai.client.operation.duration', 'gen_ai.client.token.usage']);
});

test('no caller waits for them: each call is recorded once, in the next turn, whichever reads before that', async () => {
  const recorded: number[] = [];
  const reads: (() => void)[] = [];
  const meter = {
    createHistogram: () => ({ record: (value: number) => recorded.push(value) }),
    createObservableCounter: () => ({ addCallback: (told: () => void) => reads.push(told) }),
  } as unknown as Meter;
  const metrics = new CallMetrics(() => meter);
  metrics.record(1000, null, {}, {});
  metrics.record(2000, null, {}, {});
  expect(recorded).toEqual([]);
  for (const told of reads) told();
  expect(recorded).toEqual([1, 2]);
  metrics.record(3000, null, {}, {});
  await turn();
  await turn();
  expect(recorded).toEqual([1, 2, 3]);
  expect(reads).toHaveLength(1);
});

test("in the call's own context, which a view of the host may read, whenever they are recorded", async () => {
  const tenant = createContextKey('tenant');
  const recorded: [number, unknown][] = [];
  const meter = {
    createHistogram: () => ({
      record: (value: number, _: object, at: Context) => recorded.push([value, at.getValue(tenant)]),
    }),
    createObservableCounter: () => ({ addCallback: () => undefined }),
  } as unknown as Meter;
  const metrics = new CallMetrics(() => meter);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  try {
    for (const [ms, name] of [
      [1000, 'a'],
      [2000, 'b'],
    ] as const) {
      context.with(context.active().setValue(tenant, name), () => metrics.record(ms, null, {}, {}));
    }
    await turn();
    await turn();
  } finally {
    context.disable();
  }
  expect(recorded).toEqual([
    [1, 'a'],
    [2, 'b'],
  ]);
});
