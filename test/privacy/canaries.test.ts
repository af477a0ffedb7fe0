import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ContentMode } from '../../packages/instrumentation/src/experiment/definition.js';
import type { Batch } from '../../packages/instrumentation/src/trial/trial.js';
import { readQueue } from '../integration/service-harness.js';
import { describeWithRedis } from '../servers/found.js';
import { type RedisServer, startRedis } from '../servers/redis.js';
import { type CanaryProvider, startCanaryProvider, type Way, WAYS } from './canary-provider.js';
import { leaksOf, MARK, SECRETS, TEXT, WORD } from './secrets.js';
import { watchedService } from './watched-service.js';

const CALLS = 2000;
const AT_ONCE = 32;

interface Told {
  readonly queue: string;
  readonly telemetry: string;
  readonly batches: readonly Batch[];
}

describeWithRedis('marked strings in every place of every way of calling', () => {
  let redis: RedisServer;
  let provider: CanaryProvider;

  beforeAll(async () => {
    redis = await startRedis();
    provider = await startCanaryProvider(() => TEXT);
  });
  afterAll(async () => {
    await provider[Symbol.asyncDispose]();
    await redis.stop();
  });

  /** Makes so many calls, and gives back all that left the process but for the calls themselves. */
  async function toldOf(content: ContentMode, calls: number): Promise<Told> {
    const client = new Redis(redis.url);
    await client.flushall();
    await using service = await watchedService({
      queueUrl: redis.url,
      experiments: [
        {
          name: 'canaries',
          content,
          candidate: { model: 'candidate-model' },
          sample: { rate: 1 },
          noise: { rate: 0.2 },
          shadow: { concurrency: 1000, requireRecording: false },
          governor: { eventLoopMs: 10_000, eventLoopShare: 1, heapShare: 0.99 },
          policy: { gates: { errors: {} } },
        },
      ],
    });
    await expect.poll(() => service.understudy.announced, { timeout: 10_000 }).toBe(true);
    for (let from = 0; from < calls; from += AT_ONCE) {
      await Promise.all(
        Array.from({ length: Math.min(AT_ONCE, calls - from) }, (_, index) => call(provider, from + index)),
      );
    }
    expect(await service.understudy.flush(20_000)).toBe(true);
    const { spans, metrics, logs } = await service.sent();
    expect(spans).toContain('understudy.pair.id');
    expect(metrics).toContain('understudy.funnel');
    const batches = await readQueue(redis.url);
    const raw = await Promise.all(
      (await client.keys('*')).map(async (key) => {
        const value = (await client.type(key)) === 'hash' ? await client.hgetall(key) : {};
        return JSON.stringify([key, value]);
      }),
    );
    client.disconnect();
    return { queue: JSON.stringify(batches) + raw.join('\n'), telemetry: `${spans}\n${metrics}\n${logs}`, batches };
  }

  /** Every way had its trials, and none was lost. */
  function expectAll({ batches }: Told, calls: number): void {
    const trials = batches.flatMap((batch) => batch.trials);
    expect(trials.length).toBe(calls);
    expect(new Set(trials.map(({ primary }) => primary.status))).toEqual(new Set(['ok', 'error', 'aborted']));
  }

  it('are in the queue, and nowhere else, where the texts are to travel as they are', async () => {
    const told = await toldOf('full', 64);
    expectAll(told, 64);
    expect(leaksOf(told.queue)).toEqual(Object.keys(SECRETS));
    expect(told.queue).toContain(MARK);
    expect(told.telemetry).not.toContain(MARK);
    expect(leaksOf(told.telemetry)).toEqual([]);
  });

  it.each(['none', 'features'] as const)(
    'are nowhere with content `%s`',
    async (content) => {
      const told = await toldOf(content, CALLS);
      expectAll(told, CALLS);
      for (const place of [told.queue, told.telemetry]) {
        expect(place).not.toContain(MARK);
        expect(leaksOf(place)).toEqual([]);
      }
    },
    120_000,
  );

  it('are without any of 12 kinds of secret where they are redacted', async () => {
    const told = await toldOf('redacted', CALLS);
    expectAll(told, CALLS);
    expect(Object.keys(SECRETS)).toHaveLength(12);
    expect(told.queue).toContain(MARK);
    expect(leaksOf(told.queue)).toEqual([]);
    expect(told.telemetry).not.toContain(MARK);
    expect(leaksOf(told.telemetry)).toEqual([]);
  }, 120_000);
});

async function call(provider: CanaryProvider, index: number): Promise<void> {
  const way: Way = WAYS[index % WAYS.length] ?? 'plain';
  const aborting = new AbortController();
  try {
    const response = await fetch(`${provider.origin}/${way}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${MARK}${WORD}` },
      body: JSON.stringify({
        model: 'incumbent-model',
        stream: !['plain', 'tool', 'error'].includes(way),
        ...asked(index),
      }),
      signal: aborting.signal,
    });
    const reader = response.body?.getReader();
    for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
      if (way === 'abort') aborting.abort(new DOMException(TEXT, 'AbortError'));
    }
  } catch {
    // The ways that fail do.
  }
}

function asked(index: number): object {
  const id = `call_${MARK}`;
  const secrets = Object.values(SECRETS).map(([, text]) => text);
  return {
    user: TEXT,
    // What the conventions have attributes for.
    stop: [TEXT, `${MARK}:`, ...secrets],
    service_tier: secrets[index % secrets.length],
    tools: [{ type: 'function', function: { name: 'find', description: TEXT, parameters: { type: 'object' } } }],
    messages: [
      { role: 'system', content: `${TEXT} ${index}` },
      { role: 'user', name: MARK, content: [{ type: 'text', text: TEXT }, fileOf()] },
      {
        role: 'assistant',
        tool_calls: [{ id, type: 'function', function: { name: 'find', arguments: JSON.stringify({ q: TEXT }) } }],
      },
      { role: 'tool', tool_call_id: id, content: JSON.stringify({ found: TEXT }) },
    ],
  };
}

function fileOf(): object {
  const file = {
    filename: `${MARK}-${WORD}.pdf`,
    file_data: `data:application/pdf;base64,${Buffer.from(TEXT).toString('base64')}`,
  };
  return { type: 'file', file };
}
