import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openStore } from '../../packages/evaluator/src/queue/store.js';
import { describeWithPostgres } from '../servers/found.js';
import { type PostgresServer, startPostgres } from '../servers/postgres.js';
import { testLedger } from './ledger-conformance.js';

testLedger('the embedded store', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-ledger-'));
  const store = await openStore(`embedded:${folder}`, { memory: true });
  return {
    url: store.postgresUrl ?? '',
    async end() {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
});

describeWithPostgres('PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());
  testLedger('PostgreSQL', async () => ({ url: await server.createDatabase(), end: async () => undefined }));
});
