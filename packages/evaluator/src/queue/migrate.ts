import { CREATE_BUDGETS, QUEUES } from '@understudy/instrumentation/experiment';
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
    await unlessRaced(() => client.query(CREATE_BUDGETS));
  } finally {
    await client.end();
  }
}

/** "if not exists" is not atomic: of two that make a table at once one may be told of a duplicate, and the table is there. */
async function unlessRaced(make: () => Promise<unknown>): Promise<void> {
  try {
    await make();
  } catch (error) {
    const code = (error as { code?: unknown } | null)?.code;
    if (code !== '23505' && code !== '42P07') throw error;
  }
}
