import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../../packages/evaluator/src/ledger/database.js';
import { describeWithPostgres } from '../servers/found.js';
import { type PostgresServer, startPostgres } from '../servers/postgres.js';

describeWithPostgres('a connection that drops between two statements of a transaction', () => {
  let postgres: PostgresServer;

  beforeAll(async () => {
    postgres = await startPostgres();
  });

  afterAll(async () => {
    await postgres.stop();
  });

  it('fails the transaction, and does not end the process', async () => {
    const url = await postgres.createDatabase();
    const database = openDatabase(url);
    const killer = new pg.Client(url);
    killer.on('error', () => undefined);
    await killer.connect();
    const failed = database.transaction(async (query) => {
      const { rows } = await query<{ pid: number }>('select pg_backend_pid() as pid');
      await killer.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
      // The news of its end arrives while no statement is under way.
      await new Promise((resolve) => setTimeout(resolve, 100));
      await query('select 1');
    });
    await expect(failed).rejects.toMatchObject({ retryable: true });
    await killer.end();
    await database.close();
  });
});
