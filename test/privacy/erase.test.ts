import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithPostgres, describeWithRedis } from '../servers/found.js';
import { startPostgres } from '../servers/postgres.js';
import { startRedis } from '../servers/redis.js';
import { testErasing } from './erase-conformance.js';
import { textOfRedis } from './stored-text.js';

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), 'understudy-erase-'));

testErasing('the embedded store', async () => {
  const path = await folder();
  const url = `embedded:${path}`;
  return {
    queueUrl: url,
    ledgerUrl: url,
    text: async () => '',
    end: () => rm(path, { recursive: true, force: true }),
  };
});

describeWithRedis('Redis, with an embedded ledger', () => {
  testErasing('Redis', async () => {
    const [server, path] = await Promise.all([startRedis(), folder()]);
    return {
      queueUrl: server.url,
      ledgerUrl: `embedded:${path}`,
      text: () => textOfRedis(server.url),
      async end() {
        await server.stop();
        await rm(path, { recursive: true, force: true });
      },
    };
  });
});

describeWithPostgres('PostgreSQL', () => {
  testErasing('PostgreSQL', async () => {
    const server = await startPostgres();
    return { queueUrl: server.url, ledgerUrl: server.url, text: async () => '', end: () => server.stop() };
  });
});
