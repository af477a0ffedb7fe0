import OpenAI from 'openai';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Provider, startProvider } from '../providers/provider.js';
import { describeWithRedis } from '../servers/found.js';
import { type RedisServer, startRedis } from '../servers/redis.js';
import { experiment, readQueue, startService, until } from './service-harness.js';

describeWithRedis('a service with a queue on Redis', () => {
  let redis: RedisServer;
  let provider: Provider;

  beforeAll(async () => {
    redis = await startRedis();
    provider = await startProvider();
  });

  afterAll(async () => {
    await provider.close();
    await redis.stop();
  });

  it('compares a call: spans linked both ways, and one trial with all its legs in the queue', async () => {
    await using service = startService({ experiments: [experiment()], queueUrl: redis.url });
    await until(async () => (await readQueue(redis.url)).length > 0);
    const client = new OpenAI({ apiKey: 'primary-key', baseURL: `${provider.origin}/plain/v1` });
    await until(async () => {
      await service.inSpan(() => client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'Hello?' }] }));
      return (await service.sum('understudy.funnel', { stage: 'admitted' })) > 0;
    });
    expect(await service.understudy.flush()).toBe(true);
    const batches = await readQueue(redis.url);
    console.log(JSON.stringify(batches, null, 1).slice(0, 6000));
    console.log(service.spans().map((span) => [span.name, span.attributes, span.links]));
  });
});
