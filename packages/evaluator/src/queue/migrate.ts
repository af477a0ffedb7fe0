import { QUEUES } from '@understudy/instrumentation/experiment';
import { runMigrations } from 'bullmq';
import pg from 'pg';

/**
 * Makes or updates the queue's tables, so that producers, which never do, find them. BullMQ serializes this among processes.
 */
export async function migrateQueue(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await runMigrations(client, QUEUES.postgresSchema);
  } finally {
    await client.end();
  }
}
