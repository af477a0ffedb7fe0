import pg from 'pg';
import { expect, it } from 'vitest';
import { openLedger } from '../../packages/evaluator/src/ledger/open.js';
import type { FunnelState } from '../../packages/evaluator/src/ledger/snapshot.js';
import { encodeTally } from '../../packages/evaluator/src/tally/codec.js';
import {
  at,
  closeAt,
  compactAt,
  drained,
  HOLDER,
  legs,
  ScriptedProducer,
  scriptedRun,
  START,
  stateOf,
} from './ledger-script.js';
import type { LedgerUnderTest } from './ledger-under-test.js';

/** When the first twenty slices of a script, closed by force after ten seconds, have been old for long enough. */
const OLD = at(31) + 3_600_000;

/** What becomes of closed slices once they are old. */
export function testCompacting(under: LedgerUnderTest): void {
  it('shows the same before and after compacting', async () => {
    const { producer, other } = await history();
    const before = await shownOf(producer, OLD);
    expect(before).toMatchObject({ stored: 17, late: 2, lost: 4, dropped: { ring_full: 2 }, pending: 0 });
    expect(await kept(producer)).toMatchObject({ slice_counts: 7, tallies: expect.any(Number) });
    await compactAt(under.ledger, OLD);
    expect(await shownOf(producer, OLD)).toEqual(before);
    expect(await kept(producer)).toEqual({ slice_counts: 0, pair_counts: 0, tallies: 0, slices: 0 });
    // Again, with the sums of the silent producers together, and with one of them back.
    await under.ledger.storeBatch(other.batch({ now: OLD }), [], OLD);
    await compactAt(under.ledger, OLD + 1);
    expect(await shownOf(producer, OLD)).toEqual(before);
  });

  it('removes nothing before its time: neither for the clock, nor for the queue, nor without the lease', async () => {
    const { producer } = await history();
    const before = await kept(producer);
    await compactAt(under.ledger, at(3600));
    await compactAt(under.ledger, OLD, { connectedSince: START, handledThrough: at(3600) });
    expect(await under.ledger.compact({ holder: HOLDER, now: OLD, queue: drained(OLD) })).toBe(0);
    expect(await kept(producer)).toEqual(before);
    await compactAt(under.ledger, OLD);
    expect((await kept(producer))['slice_counts']).toBe(0);
  });

  it('keeps an open slice, however old', async () => {
    const run = scriptedRun(undefined, { slice: { lengthMs: 1000, deadlineMs: 3_000_000 } });
    const producer = await under.registered(run);
    const rows = [...producer.admit(legs(0, 2)), ...producer.admit(legs(1, 2), { unsent: 1 })];
    await under.ledger.storeBatch(producer.finish(0).batch({ now: at(2) }), rows, at(2));
    await closeAt(under.ledger, run, at(4));
    await compactAt(under.ledger, OLD + 3_000_000);
    expect(await kept(producer)).toMatchObject({ slice_counts: 1, pair_counts: 1 });
    expect(await closeAt(under.ledger, run, OLD + 3_000_000)).toMatchObject([{ slice: 1, stored: 2, missing: 1 }]);
    expect((await stateOf(under.ledger, run.id, OLD)).candidate.funnel).toMatchObject({
      admitted: 5,
      stored: 4,
      lost: 1,
    });
  });

  it('changes nothing where a batch comes again after compacting', async () => {
    const producer = await under.registered();
    const rows = producer.admit(legs(0, 3), { unsent: 2 });
    const batch = producer.finish(0).batch({ now: at(1) });
    await under.ledger.storeBatch(batch, rows, at(1));
    await closeAt(under.ledger, producer.run, at(20));
    await compactAt(under.ledger, OLD);
    const before = await shownOf(producer, OLD);
    expect(await under.ledger.storeBatch(batch, rows, OLD)).toMatchObject({ repeated: true, inserted: [] });
    expect(await shownOf(producer, OLD)).toEqual(before);
    expect((await kept(producer))['slice_counts']).toBe(0);
  });

  it('takes a leg that comes after compacting from what was lost, and else as one that was never counted', async () => {
    const { producer } = await history();
    await compactAt(under.ledger, OLD);
    const before = await funnelOf(producer);
    const late = producer.admit(legs(0, 6));
    const batch = { ...producer.batch({ now: OLD }), slices: [] };
    expect(await under.ledger.storeBatch(batch, late.slice(0, 3), OLD)).toMatchObject({ late: 3, repeated: false });
    const stored = (count: number) => ({
      stored: before.stored + count,
      scored: before.scored + count,
      late: before.late + count,
    });
    expect(await funnelOf(producer)).toEqual({ ...before, ...stored(3), lost: 1 });
    // Both producers have long been silent, so that what they lost is one number: 4, of which 1 is left.
    await under.ledger.storeBatch({ ...batch, seq: batch.seq + 1 }, late, OLD);
    const after = { ...before, ...stored(6), lost: 0, admitted: before.admitted + 2, due: before.due + 2 };
    expect(await funnelOf(producer)).toEqual(after);
    await compactAt(under.ledger, OLD + 7_300_000);
    expect(await funnelOf(producer)).toEqual(after);
  });

  it('never takes the leg of one living producer from what another lost', async () => {
    const producer = await under.registered();
    const other = new ScriptedProducer(producer.run);
    const rows = [producer.admit(legs(0, 2), { unsent: 3 }), other.admit(legs(0, 2))];
    for (const [index, one] of [producer, other].entries())
      await under.ledger.storeBatch(one.finish(0).batch({ now: at(1) }), rows[index]!, at(1));
    await closeAt(under.ledger, producer.run, at(20));
    for (const one of [producer, other]) await under.ledger.storeBatch(one.batch({ now: OLD }), [], OLD);
    await compactAt(under.ledger, OLD);
    expect(await kept(producer)).toMatchObject({ slice_counts: 0 });
    const surplus = other.admit(legs(0, 1));
    await under.ledger.storeBatch(other.batch({ now: OLD }), surplus, OLD);
    expect(await funnelOf(producer)).toMatchObject({ admitted: 8, stored: 5, late: 1, lost: 3, pending: 0 });
  });

  it('ignores counts of compacted slices, and goes on counting the later ones', async () => {
    const producer = await under.registered();
    const rows = producer.admit(legs(0, 2));
    await under.ledger.storeBatch(producer.finish(0).batch({ now: at(1) }), rows, at(1));
    await closeAt(under.ledger, producer.run, at(20));
    await compactAt(under.ledger, OLD);
    producer.admit(legs(0, 0), { dropped: 7 });
    const next = producer.admit(legs(3700, 2), { dropped: 1 });
    await under.ledger.storeBatch(producer.finish(3700).batch({ now: at(3701) }), next, at(3701));
    expect(await funnelOf(producer, at(3800))).toMatchObject({ admitted: 5, stored: 4, dropped: { ring_full: 1 } });
    expect(await closeAt(under.ledger, producer.run, at(3703))).toMatchObject([{ stored: 2, missing: 1 }]);
  });

  it('keeps the counts of a clock that is hours behind until they rest, and counts them exactly', async () => {
    const ahead = await under.registered();
    const rows = ahead.admit(legs(9000, 1));
    await under.ledger.storeBatch(ahead.finish(9000).batch({ now: at(9001) }), rows, at(9001));
    await closeAt(under.ledger, ahead.run, at(9003));
    const behind = await under.registered(ahead.run);
    const [first, second] = [behind.admit(legs(5, 2)), behind.admit(legs(5, 3), { dropped: 2 })];
    await under.ledger.storeBatch({ ...behind.batch({ now: at(5) }), slices: [] }, first, at(9005));
    await compactAt(under.ledger, at(9006));
    await under.ledger.storeBatch(behind.batch({ now: at(6) }), [], at(9006));
    await compactAt(under.ledger, at(9007));
    expect(await funnelOf(ahead, at(9007))).toMatchObject({ admitted: 8, stored: 3, lost: 3, late: 2 });
    await under.ledger.storeBatch(behind.finish(5).batch({ now: at(7) }), second, at(9008));
    const counted = { admitted: 8, stored: 6, lost: 0, late: 5, dropped: { ring_full: 2 } };
    expect(await funnelOf(ahead, at(9008))).toMatchObject(counted);
    await compactAt(under.ledger, at(9008) + 3_700_000);
    expect(await kept(ahead)).toMatchObject({ slice_counts: 0, pair_counts: 0 });
    expect(await funnelOf(ahead, at(9008))).toMatchObject(counted);
  });

  it('changes nothing where compacting dies between adding up and removing', async () => {
    const { producer } = await history();
    const before = { shown: await shownOf(producer, OLD), kept: await kept(producer), sums: await sums(producer) };
    await command(`create function understudy.die() returns trigger language plpgsql as
      $$ begin if old.run = '${producer.run.id}' then raise exception 'dies here'; end if; return old; end $$`);
    await command(
      'create trigger die before delete on understudy.pair_counts for each row execute function understudy.die()',
    );
    try {
      await expect(compactAt(under.ledger, OLD)).rejects.toThrow('dies here');
    } finally {
      await under.ledger.releaseLease(HOLDER);
      await command('drop trigger die on understudy.pair_counts');
      await command('drop function understudy.die()');
    }
    const after = { shown: await shownOf(producer, OLD), kept: await kept(producer), sums: await sums(producer) };
    expect(after).toEqual(before);
    await compactAt(under.ledger, OLD);
    expect(await shownOf(producer, OLD)).toEqual(before.shown);
    expect((await kept(producer))['slice_counts']).toBe(0);
  });

  it('adds up while two evaluators compact, close and store at once', async () => {
    const { producer } = await history();
    const other = await openLedger(under.url, START);
    const late = producer.admit(legs(0, 6));
    const batches = late.map((row) => ({ batch: producer.batch({ now: OLD }), row }));
    const before = await funnelOf(producer);
    await under.ledger.tryLease(HOLDER, OLD, 15_000);
    const options = { holder: HOLDER, now: OLD, queue: drained(OLD) };
    await Promise.all([
      under.ledger.compact(options),
      other.compact(options),
      other.closeSlices(options),
      ...batches.map(({ batch, row }) => other.storeBatch({ ...batch, slices: [] }, [row], OLD)),
      other.compact({ ...options, holder: 'evaluator-b' }),
    ]);
    await under.ledger.releaseLease(HOLDER);
    await other.close();
    const after = await funnelOf(producer);
    // Four were lost, and what belongs to none of them was never counted.
    expect(after).toMatchObject({ stored: before.stored + 6, late: before.late + 6, evidence: before.evidence });
    expect(after.admitted).toBe(after.stored + 2 + after.lost);
    await compactAt(under.ledger, OLD + 3_700_000);
    expect(await funnelOf(producer)).toEqual(after);
  });

  /** A run of two producers and three closed slices: evidence, failures, drops, losses, late rows, two segments. */
  async function history(): Promise<{ producer: ScriptedProducer; other: ScriptedProducer }> {
    const producer = await under.registered();
    const other = new ScriptedProducer(producer.run);
    const rows = [
      ...producer.admit(legs(0, 4, { cluster: 5 }), { unsent: 3 }),
      ...producer.admit(legs(1, 3, { segment: 'billing', failed: true }), { dropped: 2 }),
      ...producer.admit(legs(2, 2)),
    ];
    const more = [...other.admit(legs(0, 4)), ...other.admit(legs(2, 2), { unsent: 1 })];
    await under.ledger.storeBatch(producer.finish(0, 1, 2).batch({ now: at(3) }), rows, at(3));
    await under.ledger.storeBatch(other.finish(0, 1, 2).batch({ now: at(3) }), more, at(3));
    await closeAt(under.ledger, producer.run, at(20));
    const late = [...producer.admit(legs(1, 1)), ...producer.admit(legs(2, 1, { segment: 'billing' }))];
    await under.ledger.storeBatch(producer.batch({ now: at(20) }), late, at(20));
    return { producer, other };
  }

  async function funnelOf({ run }: ScriptedProducer, now = OLD): Promise<FunnelState> {
    return (await stateOf(under.ledger, run.id, now)).candidate.funnel;
  }

  /** All that a verdict, the status and the metrics take of a run, the tallies as their bytes. */
  async function shownOf({ run }: ScriptedProducer, now: number): Promise<object> {
    const { snapshot: _snapshot, noise, candidate, arms: _arms, ...state } = await stateOf(under.ledger, run.id, now);
    const streams = Object.entries(candidate.streams).map(([stream, tallies]) => [
      stream,
      Object.entries(tallies).map(([metric, tally]) => [metric, Buffer.from(encodeTally(tally)).toString('hex')]),
    ]);
    return { ...candidate.funnel, ...state, noise, candidate: { ...candidate, streams } };
  }

  /** How many rows of a run there are that compacting may remove. */
  async function kept({ run }: ScriptedProducer): Promise<Record<string, number>> {
    const tables = ['slice_counts', 'pair_counts', 'tallies', 'slices'];
    const counts = tables.map(
      (table) => `(select count(*)::int from understudy.${table} where run = '${run.id}') as ${table}`,
    );
    const [row] = await command(`select ${counts.join(', ')}`);
    return row as Record<string, number>;
  }

  function sums({ run }: ScriptedProducer): Promise<readonly object[]> {
    return command(`select * from understudy.leg_sums where run = '${run.id}' order by 1, 2, 3, 4, 5, 6`);
  }

  async function command(sql: string): Promise<readonly object[]> {
    const client = new pg.Client({ connectionString: under.url });
    await client.connect();
    const { rows } = await client.query<object>(sql);
    await client.end();
    return rows;
  }
}
