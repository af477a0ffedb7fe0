import OpenAI from 'openai';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Batch, Trial } from '../../packages/instrumentation/src/trial/trial.js';
import { type Provider, startProvider } from '../providers/provider.js';
import { describeWithRedis } from '../servers/found.js';
import { type RedisServer, startRedis } from '../servers/redis.js';
import { adding, announced, ask, experiment, readQueue, startService } from './service-harness.js';

describeWithRedis('a service with a queue on Redis', () => {
  let redis: RedisServer;
  let primary: Provider;
  let candidate: Provider;

  beforeAll(async () => {
    redis = await startRedis();
    primary = await startProvider();
    candidate = await startProvider();
  });

  afterAll(async () => {
    await primary.close();
    await candidate.close();
    await redis.stop();
  });

  const clientOf = (provider: Provider, behaviour: string): OpenAI =>
    new OpenAI({ apiKey: 'primary-key', baseURL: `${provider.origin}/${behaviour}/v1`, maxRetries: 0 });

  /** Its own producer's batches: the queue is shared by the tests of this file. */
  async function batchesOf(producers: ReadonlySet<string>): Promise<readonly Batch[]> {
    return (await readQueue(redis.url)).filter(({ producer }) => !producers.has(producer));
  }
  async function known(): Promise<ReadonlySet<string>> {
    return new Set((await readQueue(redis.url)).map(({ producer }) => producer));
  }

  it('makes a span for each leg, linked with the primary both ways, and one trial with all legs', async () => {
    const before = await known();
    await using service = startService({ experiments: [experiment()], queueUrl: redis.url });
    await announced(service);
    const openai = clientOf(primary, 'plain');
    await service.inSpan(() => ask(openai, 'Hello?'));
    expect(await service.understudy.flush()).toBe(true);

    const trials = (await batchesOf(before)).flatMap((batch) => batch.trials);
    expect(trials).toHaveLength(1);
    const [trial] = trials as [Trial];
    expect(Object.keys(trial.legs)).toEqual(['candidate', 'aa']);
    const spans = new Map(service.spans().map((span) => [span.spanContext().spanId, span]));
    const primarySpan = trial.primary.status === 'ok' ? spans.get(trial.primary.span?.spanId ?? '') : undefined;
    expect(primarySpan?.links.map(({ context }) => context.spanId).toSorted()).toEqual(
      Object.values(trial.legs)
        .map((leg) => (leg.status === 'ok' ? leg.span?.spanId : undefined))
        .toSorted(),
    );
    for (const [arm, leg] of Object.entries(trial.legs)) {
      const span = leg.status === 'ok' ? spans.get(leg.span?.spanId ?? '') : undefined;
      expect(span?.parentSpanContext).toBeUndefined();
      expect(span?.spanContext().traceId).not.toBe(primarySpan?.spanContext().traceId);
      expect(span?.links.map(({ context }) => context.spanId)).toEqual([primarySpan?.spanContext().spanId]);
      expect(span?.attributes).toMatchObject({
        'understudy.role': 'shadow',
        'understudy.arm': arm,
        'understudy.pair.id': leg.pairId,
        'understudy.peer.trace_id': primarySpan?.spanContext().traceId,
        'understudy.peer.span_id': primarySpan?.spanContext().spanId,
        'gen_ai.usage.output_tokens': 7,
      });
    }
    expect(primarySpan?.attributes).toMatchObject({
      'understudy.role': 'primary',
      'understudy.pair.id': trial.legs['candidate']?.pairId,
    });
  });

  it('accounts for every call of a few hundred, streamed or not, retried, failing or outside', async () => {
    const before = await known();
    const service = startService({
      experiments: [experiment({ sample: { rate: 0.5 }, noise: { rate: 0.5 } })],
      queueUrl: redis.url,
    });
    await announced(service);
    const plain = clientOf(primary, 'plain');
    const failing = clientOf(primary, 'fails_always');
    for (let round = 0; round < 15; round += 1) {
      await Promise.allSettled(
        Array.from({ length: 20 }, (_, index) =>
          service.inSpan(() =>
            ask(index % 10 === 0 ? failing : plain, `Question ${round}.${index}?`, { stream: index % 3 === 0 }),
          ),
        ),
      );
    }
    expect(await service.understudy.flush()).toBe(true);
    await service.understudy.shutdown();
    const batches = await batchesOf(before);
    expect(batches.map(({ seq }) => seq)).toEqual(batches.map((_, index) => index));
    expect(batches.at(-1)?.final).toBe(true);

    const trials = batches.flatMap((batch) => batch.trials);
    const legs = trials.flatMap((trial) => Object.keys(trial.legs).map((arm) => ({ arm, trial })));
    const counts = adding(batches);
    expect(batches.at(-1)?.totals).toEqual({ admitted: counts.admitted, published: counts.published, dropped: 0 });
    expect(legs).toHaveLength(counts.published);
    expect(new Set(trials.map(({ callId }) => callId)).size).toBe(trials.length);
    for (const row of counts.rows) {
      expect(row.sampled).toBe(row.admitted + Object.values(row.skipped).reduce((a, b) => a + b, 0));
      expect(row.final).toBe(true);
      expect(row.admitted).toBe(row.published + Object.values(row.dropped).reduce((a, b) => a + b, 0));
    }
    for (const arm of ['candidate', 'aa']) {
      const funnel = async (stage: string): Promise<number> => await service.sum('understudy.funnel', { stage, arm });
      const lost = async (reason: string): Promise<number> => await service.sum('understudy.dropped', { reason, arm });
      expect(await funnel('called')).toBe(300);
      expect(await funnel('eligible')).toBe((await funnel('called')) - (await lost('resend')));
      expect(await funnel('sampled')).toBe((await funnel('eligible')) - (await lost('not_sampled')));
      expect(await funnel('admitted')).toBe((await funnel('sampled')) - (await lost('concurrency_cap')));
      expect(await funnel('paired')).toBe(legs.filter((leg) => leg.arm === arm).length);
    }
    await service[Symbol.asyncDispose]();
  });

  it("sends the candidate its own key, and the primary's to nobody else", async () => {
    await using service = startService({
      experiments: [
        experiment({
          candidates: {
            keyed: {
              baseUrl: `${candidate.origin}/plain/v1/`,
              apiKey: { env: 'CANDIDATE_KEY' },
              headers: { 'X-Team': 'blue' },
            },
            keyless: { baseUrl: `${candidate.origin}/delayed/v1` },
            redirected: { baseUrl: `${candidate.origin}/moved/v1` },
          },
        }),
      ].map(({ candidate: _, ...rest }) => rest),
      queueUrl: redis.url,
      environment: { CANDIDATE_KEY: 'candidate-key' },
    });
    await announced(service);
    const from = primary.seen.length;
    await service.inSpan(() => ask(clientOf(primary, 'plain'), 'Who is asking?'));
    await service.understudy.flush();
    const atCandidate = candidate.seen.map(({ path, headers }) => ({
      path,
      headers: headers.map((text) => text.toLowerCase()),
    }));
    expect(atCandidate.map(({ path }) => path).toSorted()).toEqual([
      '/delayed/v1/chat/completions',
      '/moved/v1/chat/completions',
      '/plain/v1/chat/completions',
    ]);
    expect(JSON.stringify(atCandidate)).not.toContain('primary-key');
    expect(JSON.stringify(atCandidate)).not.toContain('traceparent');
    const keyed = atCandidate.find(({ path }) => path.startsWith('/plain'))?.headers ?? [];
    expect(keyed[keyed.indexOf('authorization') + 1]).toBe('bearer candidate-key');
    expect(keyed[keyed.indexOf('x-team') + 1]).toBe('blue');
    expect(atCandidate.find(({ path }) => path.startsWith('/delayed'))?.headers).not.toContain('authorization');
    // The primary and its A/A leg, no redirect followed back to us.
    expect(primary.seen.slice(from)).toHaveLength(2);
    const [call, again] = primary.seen.slice(from);
    expect(again?.body).toBe(call?.body);
    expect(again?.headers.join().toLowerCase()).toContain('bearer primary-key');
  });
});
