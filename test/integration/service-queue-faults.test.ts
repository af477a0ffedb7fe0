import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { setFailureSink } from '../../packages/instrumentation/src/guard.js';
import type { Trial } from '../../packages/instrumentation/src/trial/trial.js';
import { type Provider, startProvider } from '../providers/provider.js';
import { describeWithRedis } from '../servers/found.js';
import { type RedisServer, startRedis } from '../servers/redis.js';
import { freePort } from '../servers/process.js';
import { adding, announced, ask, experiment, readQueue, type Service, startService } from './service-harness.js';

describeWithRedis('a queue that is away', () => {
  let redis: RedisServer;
  let provider: Provider;
  const failures = new Map<string, number>();

  beforeAll(async () => {
    provider = await startProvider();
    setFailureSink((operation) => failures.set(operation, (failures.get(operation) ?? 0) + 1));
  });

  beforeEach(() => failures.clear());

  afterEach(async () => {
    await redis.stop();
  });

  afterAll(async () => {
    setFailureSink(null);
    await provider.close();
  });

  /** So many questions in waves, while something happens; their answers. */
  async function load(
    service: Service,
    waves: number,
    meanwhile: (wave: number) => void | Promise<void>,
  ): Promise<readonly string[]> {
    // Made after the tap: an SDK keeps the fetch it finds when a client is made.
    const openai = new OpenAI({ apiKey: 'key', baseURL: `${provider.origin}/plain/v1`, maxRetries: 0 });
    const answers: string[] = [];
    for (let wave = 0; wave < waves; wave += 1) {
      await meanwhile(wave);
      const asked = Array.from({ length: 10 }, (_, index) =>
        service.inSpan(() => ask(openai, `Wave ${wave}, question ${index}?`)),
      );
      answers.push(...(await Promise.all(asked)));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return answers;
  }

  /** Everything adds up in what lies in the queue: no trial is there twice, each counted leg is there, and each admitted one counted. */
  async function expectWhole(): Promise<readonly Trial[]> {
    const batches = await readQueue(redis.url);
    const trials = batches.flatMap((batch) => batch.trials);
    const counts = adding(batches);
    const legs = trials.flatMap(({ legs: each }) => Object.values(each).filter(({ status }) => status !== 'missing'));
    expect(new Set(trials.map(({ callId }) => callId)).size).toBe(trials.length);
    expect(legs).toHaveLength(counts.published);
    expect(batches.at(-1)?.totals).toEqual({
      admitted: counts.admitted,
      published: counts.published,
      dropped: counts.admitted - counts.published,
    });
    return trials;
  }

  it('costs the host nothing where it is absent at the start, and is found when it comes', async () => {
    const port = await freePort();
    const service = startService({ experiments: [experiment()], queueUrl: `redis://127.0.0.1:${port}` });
    const answers = await load(service, 3, () => undefined);
    expect(new Set(answers).size).toBe(1);
    expect(await service.sum('understudy.dropped', { reason: 'not_announced', arm: 'candidate' })).toBe(30);
    expect(failures.get('queue.publish')).toBeGreaterThan(0);
    expect(provider.seen.length).toBe(30);

    redis = await startRedis({ port });
    await announced(service);
    await load(service, 1, () => undefined);
    expect(await service.understudy.flush()).toBe(true);
    await service[Symbol.asyncDispose]();
    expect(await expectWhole()).toHaveLength(10);
    const skipped = adding(await readQueue(redis.url))
      .rows.filter(({ arm }) => arm === 'candidate')
      .map(({ skipped: each }) => each['not_announced'] ?? 0);
    expect(skipped.reduce((a, b) => a + b, 0)).toBe(30);
  });

  it('is waited for in memory while it is silent, and then gets everything once', async () => {
    redis = await startRedis();
    const limits = { operationTimeoutMs: 200 };
    const service = startService({ experiments: [experiment()], queueUrl: redis.url, limits });
    await announced(service);
    const answers = await load(service, 12, async (wave) => {
      if (wave === 2) redis.pause();
      // Longer than two tries: what was sent and not acknowledged is sent again.
      if (wave === 5) await new Promise((resolve) => setTimeout(resolve, 2000));
      if (wave === 9) redis.resume();
    });
    expect(new Set(answers).size).toBe(1);
    expect(failures.get('queue.publish')).toBeGreaterThan(1);
    expect(await service.understudy.flush(20_000)).toBe(true);
    await service[Symbol.asyncDispose]();
    expect(await expectWhole()).toHaveLength(120);
  });

  it('gets everything once where it was killed and came back with its log', async () => {
    redis = await startRedis({ appendonly: true });
    const service = startService({ experiments: [experiment()], queueUrl: redis.url });
    await announced(service);
    await load(service, 12, async (wave) => {
      // What was acknowledged is on the disk after a second at most.
      if (wave === 3) await new Promise((resolve) => setTimeout(resolve, 1500));
      if (wave === 4) await redis.kill();
      if (wave === 8) await redis.restart();
    });
    expect(await service.understudy.flush(20_000)).toBe(true);
    await service[Symbol.asyncDispose]();
    expect(failures.get('queue.publish')).toBeGreaterThan(0);
    expect(await expectWhole()).toHaveLength(120);
  });

  it('cannot make the memory grow: what does not fit is counted, and the counts arrive', async () => {
    redis = await startRedis();
    const limits = { ringTrials: 15 };
    const service = startService({ experiments: [experiment()], queueUrl: redis.url, limits });
    await announced(service);
    await load(service, 8, (wave) => {
      if (wave === 1) redis.pause();
      if (wave === 7) redis.resume();
    });
    expect(await service.understudy.flush(20_000)).toBe(true);
    await service[Symbol.asyncDispose]();
    const trials = await expectWhole();
    expect(trials.length).toBeLessThan(80);
    const refused = await readQueue(redis.url).then((batches) =>
      adding(batches).rows.filter(({ arm }) => arm === 'candidate'),
    );
    const sum = (count: (row: (typeof refused)[number]) => number): number =>
      refused.reduce((total, row) => total + count(row), 0);
    const lost = sum(
      (row) =>
        (row.skipped['memory_cap'] ?? 0) + (row.skipped['paused_publishing'] ?? 0) + (row.dropped['ring_full'] ?? 0),
    );
    expect(lost).toBe(80 - trials.length);
    expect(sum((row) => row.sampled)).toBe(80);
  });

  it('is given up at shutdown within the time given', async () => {
    redis = await startRedis();
    const service = startService({ experiments: [experiment()], queueUrl: redis.url });
    await announced(service);
    redis.pause();
    await load(service, 1, () => undefined);
    const started = performance.now();
    await service.understudy.shutdown(300);
    expect(performance.now() - started).toBeLessThan(1500);
    await service[Symbol.asyncDispose]();
    redis.resume();
  });
});
