import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithRedis } from './found.js';
import type { RedisServer } from './redis.js';
import { startRedis } from './redis.js';

const connect = (server: RedisServer): Redis =>
  new Redis(server.url, { retryStrategy: () => 20, maxRetriesPerRequest: null });

describeWithRedis('a redis-server for tests', () => {
  let server: RedisServer;
  let client: Redis;

  beforeAll(async () => {
    server = await startRedis({ appendonly: true });
    client = connect(server);
    client.on('error', () => undefined);
  });
  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });

  it('keeps its data over a kill and a restart on the same port', async () => {
    await client.set('kept', 'yes');
    await sleep(1_200); // appendfsync everysec
    await server.kill();
    await server.restart();
    await expect(client.get('kept')).resolves.toBe('yes');
  });

  it('answers nothing while paused, and everything afterwards', async () => {
    server.pause();
    const answer = client.get('kept');
    await expect(Promise.race([answer, sleep(100, 'silent')])).resolves.toBe('silent');
    server.resume();
    await expect(answer).resolves.toBe('yes');
  });

  it('refuses writes past maxmemory', async () => {
    await using small = await startRedis({ maxmemory: '2mb' });
    const other = connect(small);
    await expect(other.set('big', 'x'.repeat(4_000_000)).then(() => other.set('next', 'x'))).rejects.toThrow('OOM');
    other.disconnect();
  });

  it('refuses a port that another server has', async () => {
    const { port } = server;
    await expect(startRedis({ port })).rejects.toThrow('Address already in use');
  });
});
