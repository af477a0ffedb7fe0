import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import * as bullmq from 'bullmq';
import OpenAI from 'openai';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEmbedded } from '../../packages/evaluator/src/queue/embedded/open.js';
import { migrateQueue } from '../../packages/evaluator/src/queue/migrate.js';
import { QUEUES } from '../../packages/instrumentation/src/experiment/store.js';
import { decodeBatch } from '../../packages/instrumentation/src/trial/codec.js';
import type { Batch } from '../../packages/instrumentation/src/trial/trial.js';
import { type Provider, startProvider } from '../providers/provider.js';
import { describeWithPostgres } from '../servers/found.js';
import { type PostgresServer, startPostgres } from '../servers/postgres.js';
import { announced, ask, experiment, type Service, startService } from './service-harness.js';

let provider: Provider;

beforeAll(async () => {
  provider = await startProvider();
});

afterAll(async () => {
  await provider.close();
});

async function compareOnce(service: Service): Promise<void> {
  await announced(service);
  const openai = new OpenAI({ apiKey: 'key', baseURL: `${provider.origin}/plain/v1`, maxRetries: 0 });
  await service.inSpan(() => ask(openai, 'NUL \u0000, half a pair \ud800?'));
  expect(await service.understudy.flush()).toBe(true);
}

async function readPostgres(url: string): Promise<readonly Batch[]> {
  const pool = new pg.Pool({ connectionString: url, max: 1, options: `-c search_path=${QUEUES.postgresSchema}` });
  const PostgresQueue = Queue as unknown as new (name: string, options: object, backend: unknown) => Queue;
  const queue = new PostgresQueue(
    QUEUES.pairs,
    { connection: pool, skipMetasUpdate: true },
    bullmq.createPostgresBackend,
  );
  try {
    const jobs = await queue.getJobs(['wait', 'completed'], 0, -1, true);
    return (await Promise.all(jobs.map((job) => decodeBatch(job.data)))).toSorted((a, b) => a.seq - b.seq);
  } finally {
    await queue.close();
    await pool.end();
  }
}

describeWithPostgres('a service with a queue on PostgreSQL', () => {
  let postgres: PostgresServer;

  beforeAll(async () => {
    postgres = await startPostgres();
  });

  afterAll(async () => {
    await postgres.stop();
  });

  it('waits for the tables that the evaluator makes, and then publishes', async () => {
    const url = await postgres.createDatabase();
    const service = startService({ experiments: [experiment()], queueUrl: url });
    await migrateQueue(url);
    await compareOnce(service);
    await service[Symbol.asyncDispose]();
    const batches = await readPostgres(url);
    expect(batches.flatMap(({ trials }) => trials)).toHaveLength(1);
    expect(batches[0]?.runs).toHaveLength(1);
    expect(batches.at(-1)?.final).toBe(true);
  });

  it('survives a server that falls and comes back', async () => {
    const url = await postgres.createDatabase();
    await migrateQueue(url);
    const service = startService({ experiments: [experiment()], queueUrl: url });
    await compareOnce(service);
    await postgres.kill();
    const openai = new OpenAI({ apiKey: 'key', baseURL: `${provider.origin}/plain/v1`, maxRetries: 0 });
    await service.inSpan(() => ask(openai, 'Is anybody there?'));
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await postgres.restart();
    expect(await service.understudy.flush(20_000)).toBe(true);
    await service[Symbol.asyncDispose]();
    const trials = (await readPostgres(url)).flatMap((batch) => batch.trials);
    expect(trials.map(({ callId }) => callId)).toEqual([...new Set(trials.map(({ callId }) => callId))]);
    expect(trials).toHaveLength(2);
  });
});

describe('a service with an embedded queue', () => {
  it('waits for its owner, and finds it again elsewhere', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'understudy-embedded-'));
    const service = startService({ experiments: [experiment()], queueUrl: `embedded:${folder}` });
    try {
      const first = await openEmbedded(folder);
      await migrateQueue(first.url);
      await compareOnce(service);
      await first.close();
      const second = await openEmbedded(folder);
      await migrateQueue(second.url);
      await compareOnce(service);
      await service.understudy.shutdown();
      const batches = await readPostgres(second.url);
      expect(batches.flatMap(({ trials }) => trials)).toHaveLength(2);
      await second.close();
    } finally {
      await service[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
