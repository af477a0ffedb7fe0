import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Ledger } from '../../packages/evaluator/src/ledger/ledger.js';
import { LedgerUnavailable } from '../../packages/evaluator/src/ledger/errors.js';
import { openLedger } from '../../packages/evaluator/src/ledger/open.js';
import { openDatabase } from '../../packages/evaluator/src/ledger/database.js';
import { describeWithPostgres } from '../servers/found.js';
import { type PostgresServer, startPostgres } from '../servers/postgres.js';
import { closeAt, LENGTH_MS, ScriptedProducer, scriptedRun, START, stateOf } from './ledger-script.js';

describeWithPostgres('a ledger whose server goes away', () => {
  let server: PostgresServer;
  let ledger: Ledger;
  beforeAll(async () => {
    server = await startPostgres();
    ledger = await openLedger(server.url, START);
  });
  afterAll(async () => {
    await ledger.close();
    await server.stop();
  });

  it('survives a server that ends a connection between two statements of a transaction', async () => {
    const database = openDatabase(server.url);
    const ended = database.transaction(async (query) => {
      const { rows } = await query<{ pid: number }>('select pg_backend_pid() as pid');
      await database.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
      await sleep(200);
      await query('select 1');
    });
    await expect(ended).rejects.toMatchObject({ code: 'ledger_unavailable', retryable: true });
    expect((await database.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await database.close();
  });

  it('says that trying again will help, and keeps what it had acknowledged', async () => {
    const run = scriptedRun();
    await ledger.registerRun(run, START);
    const producer = new ScriptedProducer(run);
    await ledger.storeBatch(producer.hello(), [], START);
    const rows = producer.admit([{ slice: 0 }, { slice: 0 }]);
    const batch = producer.finish(0).batch({ now: START + LENGTH_MS });
    await ledger.storeBatch(batch, rows, START);

    await server.kill();
    const refused = [
      ledger.storeBatch(batch, rows, START),
      ledger.reject([], START),
      ledger.findRun('0000000000000000' as typeof run.id),
      ledger.tryLease('a', START, 1),
      ledger.closeSlices({ holder: 'a', now: START, queue: { connectedSince: 0, handledThrough: START } }),
      ledger.snapshot({ now: START }),
    ];
    for (const one of await Promise.allSettled(refused)) {
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'ledger_unavailable', retryable: true } });
    }
    await expect(openLedger(server.url, START)).rejects.toBeInstanceOf(LedgerUnavailable);

    await server.restart();
    expect(await ledger.storeBatch(batch, rows, START)).toMatchObject({ repeated: true });
    expect(await closeAt(ledger, run, START + 3 * LENGTH_MS)).toMatchObject([{ stored: 2, evidence: 2, missing: 0 }]);
    expect((await stateOf(ledger, run.id, START + 3 * LENGTH_MS)).candidate.funnel).toMatchObject({ stored: 2 });
  });
});
