import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithPostgres, describeWithRedis } from '../servers/found.js';
import { startPostgres } from '../servers/postgres.js';
import { startRedis } from '../servers/redis.js';
import { testBudgets } from './budget-conformance.js';

testBudgets('the embedded store', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-budget-'));
  return { url: `embedded:${folder}`, end: () => rm(folder, { recursive: true, force: true }) };
});

describeWithRedis('Redis', () => {
  testBudgets('Redis', async () => {
    const server = await startRedis();
    return { url: server.url, end: () => server.stop() };
  });
});

describeWithPostgres('PostgreSQL', () => {
  testBudgets('PostgreSQL', async () => {
    const server = await startPostgres();
    return { url: server.url, end: () => server.stop() };
  });
});
