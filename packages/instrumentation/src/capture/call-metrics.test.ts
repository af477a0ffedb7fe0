import { AsyncLocalStorage } from 'node:async_hooks';
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

interface Recorded {
  readonly value: number;
  readonly at: Context;
}

/** A meter that keeps what is recorded, and is read by calling what is told first. */
function meterOf(recorded: Recorded[], reads: (() => void)[] = []): Meter {
  return {
    createHistogram: () => ({ record: (value: number, _: object, at: Context) => recorded.push({ value, at }) }),
    createObservableCounter: () => ({ addCallback: (told: () => void) => reads.push(told) }),
  } as unknown as Meter;
}

const CALLED = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'put-off' };

test('a new series begins at once; of a known one no caller waits: recorded once, in the next turn or when it is read', async () => {
  const recorded: Recorded[] = [];
  const reads: (() => void)[] = [];
  const meter = meterOf(recorded, reads);
  const metrics = new CallMetrics(() => meter);
  const values = (): number[] => recorded.map(({ value }) => value);
  metrics.record(1000, null, CALLED, {});
  expect(values()).toEqual([1]);
  metrics.record(2000, null, CALLED, {});
  metrics.record(3000, null, CALLED, {});
  expect(values()).toEqual([1]);
  for (const told of reads) told();
  expect(values()).toEqual([1, 2, 3]);
  metrics.record(4000, null, CALLED, {});
  await turn();
  await turn();
  expect(values()).toEqual([1, 2, 3, 4]);
  expect(reads).toHaveLength(1);
});

test.for([
  { when: 'in the next turn', read: async () => await turn() },
  { when: 'when they are read', read: async (reads: (() => void)[]) => reads.forEach((told) => told()) },
])("in the call's own context, which a view of the host may look at, $when", async ({ read }) => {
  const tenant = createContextKey('tenant');
  const hosts = new AsyncLocalStorage<string>();
  const recorded: Recorded[] = [];
  const reads: (() => void)[] = [];
  const seen: unknown[] = [];
  const meter = meterOf(recorded, reads);
  recorded.push = (one) => seen.push([one.value, one.at.getValue(tenant), hosts.getStore()]);
  const metrics = new CallMetrics(() => meter);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  try {
    for (const [index, name] of ['a', 'b', 'c'].entries()) {
      const call = (): void => metrics.record(1000 * (index + 1), null, CALLED, {});
      hosts.run(name, () => context.with(context.active().setValue(tenant, name), call));
    }
    await read(reads);
    await turn();
  } finally {
    context.disable();
  }
  expect(seen).toEqual([
    [1, 'a', 'a'],
    [2, 'b', 'b'],
    [3, 'c', 'c'],
  ]);
});
