import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SchemaError } from '../../packages/evaluator/src/errors.js';
import { openLedgerFor } from '../../packages/evaluator/src/evaluator/stores.js';
import { NEWEST_MIGRATION } from '../../packages/evaluator/src/ledger/migrate.js';
import { openLedger } from '../../packages/evaluator/src/ledger/open.js';
import { openStore, type Store } from '../../packages/evaluator/src/queue/store.js';
import { describeWithPostgres } from '../servers/found.js';
import { startPostgres } from '../servers/postgres.js';
import { legs, ScriptedProducer, scriptedRun, START } from './ledger-script.js';

let folder: string;
let store: Store;
const url = (): string => store.postgresUrl ?? '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-schema-'));
  store = await openStore(`embedded:${folder}`, { memory: true });
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function asked(sql: string, at: string = url()): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: at });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

it('is made by who evaluates, and not by who reads', async () => {
  const reading = openLedgerFor(url());
  await expect(reading).rejects.toBeInstanceOf(SchemaError);
  await expect(reading).rejects.toThrow(
    /^the ledger at postgres:.* holds no tables of ours yet: start `understudy run`/,
  );
  expect(await asked("select to_regnamespace('understudy') as schema")).toEqual([{ schema: null }]);
});

it('is brought up to date by who evaluates, and not by who reads', async () => {
  await (await openLedger(url(), 0)).close();
  const reading = await openLedgerFor(url());
  expect((await reading.ledger.snapshot({ now: 0 })).runs).toEqual([]);
  await reading.close();
  await asked(`delete from understudy.migrations where version = ${NEWEST_MIGRATION}`);
  await expect(openLedgerFor(url())).rejects.toThrow(`is at migration ${NEWEST_MIGRATION - 1} of ${NEWEST_MIGRATION}`);
  await asked(
    `insert into understudy.migrations values (${NEWEST_MIGRATION}, 'again', 0), (9999, 'of a newer one', 0)`,
  );
  await (await openLedgerFor(url())).close();
});

describeWithPostgres('PostgreSQL', () => {
  it('lets a role that may only read say what a verdict is made of', async () => {
    const server = await startPostgres();
    try {
      const owner = await server.createDatabase();
      const ledger = await openLedger(owner, START);
      const producer = new ScriptedProducer(scriptedRun('read'));
      await ledger.registerRun(producer.run, START);
      await ledger.storeBatch(producer.hello(), producer.admit(legs(0, 3)), START);
      await ledger.close();
      await asked(
        `create role reader login; grant usage on schema understudy to reader; grant select on all tables in schema understudy to reader`,
        owner,
      );
      const reader = new URL(owner);
      reader.username = 'reader';
      const opened = await openLedgerFor(reader.href);
      expect((await opened.ledger.snapshot({ now: START, shown: true })).runs).toHaveLength(1);
      await expect(opened.ledger.retire('read', START)).rejects.toThrow('permission denied');
      await opened.close();
    } finally {
      await server.stop();
    }
  });
});
