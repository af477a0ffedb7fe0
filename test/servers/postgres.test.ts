import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithPostgres } from './found.js';
import type { PostgresServer } from './postgres.js';
import { startPostgres } from './postgres.js';

async function one(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ value: unknown }>(sql);
    return rows[0]?.value;
  } finally {
    await client.end();
  }
}

describeWithPostgres('a PostgreSQL server for tests', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  it('answers, version 15 or newer', async () => {
    const version = await one(server.url, "select current_setting('server_version_num')::int as value");
    expect(version).toBeGreaterThanOrEqual(150_000);
  });

  it('keeps its data over a kill and a restart on the same port', async () => {
    await one(server.url, 'create table kept(value int)');
    await one(server.url, 'insert into kept values (7)');
    await server.kill();
    await expect(one(server.url, 'select 1 as value')).rejects.toThrow();
    await server.restart();
    await expect(one(server.url, 'select value from kept')).resolves.toBe(7);
  });

  it('makes databases that do not see each other', async () => {
    const [first, second] = [await server.createDatabase(), await server.createDatabase()];
    await one(first, 'create table here(value int)');
    await expect(one(second, 'select value from here')).rejects.toThrow('does not exist');
  });
});
