import { expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { openLedger } from '../../packages/evaluator/src/ledger/open.js';
import { encodeTally } from '../../packages/evaluator/src/tally/codec.js';
import { snapshot as plain } from '../../packages/evaluator/src/tally/tally.js';
import type { LedgerUnderTest } from './ledger-under-test.js';
import {
  at,
  closeAt,
  drained,
  FIRST_SLICE,
  HOLDER,
  legs,
  type ScriptedProducer,
  scriptedRun,
  START,
  stateOf,
} from './ledger-script.js';

/** Several evaluators at once, and evaluators that die. */
export function testRacing(under: LedgerUnderTest): void {
  it('is opened twice at once, and again later, without harm', async () => {
    const again = await Promise.all([openLedger(under.url, START), openLedger(under.url, START)]);
    await Promise.all(again.map((one) => one.close()));
  });

  it('numbers the runs of an experiment by registration, also when two evaluators register at once', async () => {
    const other = await openLedger(under.url, START);
    const all = Array.from({ length: 4 }, () => scriptedRun('numbered'));
    const both = await Promise.all(
      all.flatMap((run) => [under.ledger.registerRun(run, START), other.registerRun(run, START)]),
    );
    await other.close();
    expect(new Set(both.map((run) => run.k))).toEqual(new Set([1, 2, 3, 4]));
    for (const run of all) expect(new Set(both.filter((one) => one.id === run.id).map((one) => one.k)).size).toBe(1);
    expect((await under.ledger.registerRun(scriptedRun('another'), START)).k).toBe(1);
  });

  it('lets two closers race without either losing, doubling or splitting anything', async () => {
    const producer = await under.registered();
    const rows = Array.from({ length: 12 }, (_, slice) => producer.admit(legs(slice, 2))).flat();
    await under.ledger.storeBatch(producer.finish(...rows.keys()).batch({ now: at(20) }), rows, at(20));
    const other = await openLedger(under.url, START);
    await under.ledger.tryLease(HOLDER, at(20), 1000);
    expect(await other.tryLease('evaluator-b', at(20), 1000)).toBe(false);
    expect(await other.closeSlices({ holder: 'evaluator-b', now: at(20), queue: drained(at(20)) })).toEqual([]);
    // Both believe that they hold it: one sees the lease end while it works.
    const [mine, , theirs] = await Promise.all([
      under.ledger.closeSlices({ holder: HOLDER, now: at(20), queue: drained(at(20)) }),
      sleep(5).then(() => other.tryLease('evaluator-b', at(22), 60_000)),
      sleep(6).then(() => other.closeSlices({ holder: 'evaluator-b', now: at(22), queue: drained(at(22)) })),
    ]);
    const rest = await other.closeSlices({ holder: 'evaluator-b', now: at(22), queue: drained(at(22)) });
    await other.releaseLease('evaluator-b');
    await other.close();
    const closed = [...mine, ...theirs, ...rest].filter((one) => one.run === producer.run.id);
    expect(closed.map((one) => one.slice - FIRST_SLICE).sort((a, b) => a - b)).toEqual([...Array(12).keys()]);
    const { candidate } = await stateOf(under.ledger, producer.run.id, at(22));
    expect(plain(candidate.streams['_all']!.errors!).pairs).toBe(24);
    expect(candidate.funnel).toMatchObject({ stored: 24, evidence: 24 });
  });

  it('leaves the same bytes whatever the order of arrival, and when closing is interrupted', async () => {
    const bytes = async (shuffle: boolean): Promise<string> => {
      const producer = await under.registered();
      const script = [3, 1, 4, 1, 5].map((count, slice) => legs(slice, count, { failed: slice % 2 === 1 }));
      const parts = script.map((part) => producer.admit(part));
      producer.finish(0, 1, 2, 3, 4);
      const batches = parts.map((rows) => ({ batch: producer.batch({ now: at(6) }), rows }));
      if (shuffle) batches.reverse();
      for (const { batch, rows } of batches) {
        if (shuffle) await under.ledger.storeBatch(batch, [...rows].reverse(), at(6));
        await under.ledger.storeBatch(batch, rows, at(6));
        if (shuffle) await closeAt(under.ledger, producer.run, at(7));
      }
      if (shuffle) await interruptedClose(producer, under.url);
      await closeAt(under.ledger, producer.run, at(8));
      const { candidate } = await stateOf(under.ledger, producer.run.id, at(8));
      return Buffer.from(encodeTally(candidate.streams['_all']!.errors!)).toString('hex');
    };
    expect(await bytes(true)).toEqual(await bytes(false));
  });

  async function interruptedClose({ run }: ScriptedProducer, url: string): Promise<void> {
    // An evaluator that dies in mid-transaction: its connection ends with the slice half written.
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('begin');
    await client.query(`insert into understudy.slices values ($1, $2, 'complete', 1, 1, 0, 0, 0)`, [
      run.id,
      FIRST_SLICE + 99,
    ]);
    await client.query(`update understudy.closed set through = 9e12 where run = $1`, [run.id]);
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  }

  it('refuses to close for a holder whose lease has ended', async () => {
    const producer = await under.registered();
    const rows = producer.admit(legs(0, 1));
    await under.ledger.storeBatch(producer.finish(0).batch({ now: at(1) }), rows, at(1));
    await under.ledger.tryLease(HOLDER, at(3), 1000);
    expect(await under.ledger.closeSlices({ holder: HOLDER, now: at(4), queue: drained(at(4)) })).toEqual([]);
    await under.ledger.releaseLease(HOLDER);
    expect(await closeAt(under.ledger, producer.run, at(4))).toHaveLength(1);
  });
}
