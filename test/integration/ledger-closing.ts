import { expect, it } from 'vitest';
import { snapshot as plain } from '../../packages/evaluator/src/tally/tally.js';
import type { LedgerUnderTest } from './ledger-under-test.js';
import {
  at,
  closeAt,
  FIRST_SLICE,
  legs,
  LENGTH_MS,
  ScriptedProducer,
  scriptedRun,
  START,
  stateOf,
} from './ledger-script.js';

/** When slices close, in what order, and what is evidence. */
export function testClosing(under: LedgerUnderTest): void {
  it('closes a slice once its final count is there and every row is stored', async () => {
    const producer = await under.registered();
    const rows = producer.admit(legs(0, 3));
    await under.ledger.storeBatch(producer.batch({ now: at(1) }), rows, at(1));
    expect(await closeAt(under.ledger, producer.run, at(3))).toEqual([]);
    expect((await stateOf(under.ledger, producer.run.id, at(3))).open[0]?.waits).toEqual([
      { for: 'final_count', producer: producer.id },
    ]);
    await under.ledger.storeBatch(producer.finish(0).batch({ now: at(3) }), [], at(3));
    expect(await closeAt(under.ledger, producer.run, at(3))).toEqual([
      { slice: 0, reason: 'complete', stored: 3, evidence: 3, missing: 0 },
    ]);
    const { candidate, closedThrough, openCount } = await stateOf(under.ledger, producer.run.id, at(3));
    expect({ closedThrough, openCount }).toEqual({ closedThrough: at(1), openCount: 0 });
    expect(plain(candidate.streams['_all']!.errors!)).toMatchObject({ pairs: 3, missing: 0, ties: 3 });
    expect(candidate.funnel).toMatchObject({ admitted: 3, stored: 3, evidence: 3, lost: 0, pending: 0, late: 0 });
  });

  it('does not close a slice before it has ended and settled', async () => {
    const producer = await under.registered();
    const rows = producer.admit(legs(0, 1));
    await under.ledger.storeBatch(producer.finish(0).batch({ now: at(0) }), rows, at(0));
    expect(await closeAt(under.ledger, producer.run, at(2) - 1)).toEqual([]);
    expect(await closeAt(under.ledger, producer.run, at(2))).toHaveLength(1);
  });

  it('waits for the rows of a batch that comes after the one that follows it', async () => {
    const producer = await under.registered();
    const rows = producer.admit(legs(0, 4));
    const first = producer.batch({ now: at(1) });
    const second = producer.finish(0).batch({ now: at(2), watermark: at(2) });
    await under.ledger.storeBatch(second, [], at(2));
    expect(await closeAt(under.ledger, producer.run, at(3))).toEqual([]);
    expect((await stateOf(under.ledger, producer.run.id, at(3))).open[0]?.waits).toEqual([
      { for: 'rows', producer: producer.id, stored: 0, published: 4 },
    ]);
    await under.ledger.storeBatch(first, rows, at(3));
    expect(await closeAt(under.ledger, producer.run, at(3))).toMatchObject([{ stored: 4, missing: 0 }]);
  });

  it('closes in order of start, and flags what comes for a closed slice as late', async () => {
    const producer = await under.registered();
    const early = producer.admit(legs(0, 1));
    const rows = producer.admit(legs(2, 2));
    await under.ledger.storeBatch(producer.finish(2).batch({ now: at(4) }), rows, at(4));
    expect(await closeAt(under.ledger, producer.run, at(5))).toEqual([]);
    await under.ledger.storeBatch(producer.finish(0).batch({ now: at(5) }), early, at(5));
    expect((await closeAt(under.ledger, producer.run, at(5))).map((one) => one.slice)).toEqual([0, 2]);
    const late = producer.admit([...legs(1, 1), ...legs(2, 1)]);
    const stored = await under.ledger.storeBatch(producer.batch({ now: at(6) }), late, at(6));
    expect(stored).toMatchObject({ late: 2 });
    expect(await closeAt(under.ledger, producer.run, at(30))).toEqual([]);
    const { candidate } = await stateOf(under.ledger, producer.run.id, at(6));
    expect(candidate.funnel).toMatchObject({ stored: 5, late: 2, evidence: 3 });
    const shown = await under.ledger.readPairs({ run: producer.run.id, arm: 'candidate' });
    expect(shown.map((pair) => (pair.late ? 'late' : pair.evidence ? 'evidence' : 'neither'))).toEqual([
      'late',
      'late',
      'evidence',
      'evidence',
      'evidence',
    ]);
  });

  it('is not held up by an idle producer once its watermark is past the slice, but is before', async () => {
    const busy = await under.registered();
    const idle = new ScriptedProducer(busy.run);
    await under.ledger.storeBatch(idle.hello(), [], START);
    const rows = busy.admit(legs(0, 1));
    await under.ledger.storeBatch(busy.finish(0).batch({ now: at(1) }), rows, at(1));
    expect(await closeAt(under.ledger, busy.run, at(3))).toEqual([]);
    const gap = idle.batch({ now: at(2), watermark: at(1) });
    await under.ledger.storeBatch(idle.batch({ now: at(3), watermark: at(3) }), [], at(3));
    expect(await closeAt(under.ledger, busy.run, at(3))).toEqual([]);
    expect((await stateOf(under.ledger, busy.run.id, at(3))).open[0]?.waits).toEqual([
      { for: 'watermark', producer: idle.id },
    ]);
    await under.ledger.storeBatch(gap, [], at(3));
    expect(await closeAt(under.ledger, busy.run, at(3))).toHaveLength(1);
  });

  it('does not wait for a producer that started after the slice, or that said goodbye', async () => {
    const producer = await under.registered();
    const gone = new ScriptedProducer(producer.run);
    await under.ledger.storeBatch(gone.hello(), [], START);
    await under.ledger.storeBatch(gone.batch({ now: at(1), final: true }), [], at(1));
    const young = new ScriptedProducer(producer.run, at(1));
    await under.ledger.storeBatch(young.hello(at(1)), [], at(1));
    const rows = producer.admit(legs(0, 1));
    await under.ledger.storeBatch(producer.finish(0).batch({ now: at(1) }), rows, at(1));
    expect(await closeAt(under.ledger, producer.run, at(2))).toHaveLength(1);
    const { snapshot } = await stateOf(under.ledger, producer.run.id, at(2));
    expect(snapshot.producers.find((one) => one.id === gone.id)?.state).toBe('final');
  });

  it('gives up a silent producer after 90 s, and only while it could have been heard', async () => {
    const run = scriptedRun(undefined, { slice: { lengthMs: LENGTH_MS, deadlineMs: 600_000 } });
    const producer = await under.registered(run);
    const rows = producer.admit(legs(0, 2), { unsent: 3 });
    await under.ledger.storeBatch(producer.batch({ now: at(1) }), rows, at(1));
    const silent = at(1) + 90_000;
    expect(await closeAt(under.ledger, run, silent - 1)).toEqual([]);
    expect(await closeAt(under.ledger, run, silent, { connectedSince: at(30), handledThrough: silent })).toEqual([]);
    expect(await closeAt(under.ledger, run, silent, { connectedSince: START, handledThrough: silent - 1 })).toEqual([]);
    expect(await closeAt(under.ledger, run, silent)).toEqual([
      { slice: 0, reason: 'complete', stored: 2, evidence: 2, missing: 3 },
    ]);
    const { snapshot } = await stateOf(under.ledger, run.id, silent);
    expect(snapshot.producers.find((one) => one.id === producer.id)).toMatchObject({
      state: 'gone',
      lastSentAt: at(1),
    });
  });

  it('closes at the deadline and counts what was admitted and did not come as missing', async () => {
    const producer = await under.registered();
    const rows = producer.admit(legs(0, 2), { unsent: 4, dropped: 1 });
    await under.ledger.storeBatch(producer.batch({ now: at(1) }), rows, at(1));
    const deadline = at(1) + 10_000;
    expect(await closeAt(under.ledger, producer.run, deadline - 1)).toEqual([]);
    // What lies in the queue because the evaluator was away is not late.
    expect(
      await closeAt(under.ledger, producer.run, deadline + 60_000, {
        connectedSince: START,
        handledThrough: deadline - 1,
      }),
    ).toEqual([]);
    expect(await closeAt(under.ledger, producer.run, deadline)).toEqual([
      { slice: 0, reason: 'deadline', stored: 2, evidence: 2, missing: 5 },
    ]);
    const { candidate, closedCount } = await stateOf(under.ledger, producer.run.id, deadline);
    expect(closedCount).toEqual({ complete: 0, deadline: 1 });
    expect(plain(candidate.streams['_all']!.errors!)).toMatchObject({ pairs: 7, missing: 5 });
    expect(candidate.funnel).toMatchObject({
      admitted: 7,
      published: 6,
      stored: 2,
      dropped: { ring_full: 1 },
      lost: 4,
      pending: 0,
      due: 7,
    });
  });

  it('takes one pair a cluster key as evidence: the smallest call of the first slice that has it', async () => {
    const producer = await under.registered();
    const rows = producer.admit([
      { slice: 0, cluster: 1 },
      { slice: 0, cluster: 1, failed: true },
      { slice: 0, cluster: 2 },
      { slice: 1, cluster: 2, failed: true },
      { slice: 1, cluster: 3 },
    ]);
    await under.ledger.storeBatch(producer.finish(0, 1).batch({ now: at(3) }), [...rows].reverse(), at(3));
    expect(await closeAt(under.ledger, producer.run, at(4))).toMatchObject([
      { slice: 0, stored: 3, evidence: 2 },
      { slice: 1, stored: 2, evidence: 1 },
    ]);
    const { candidate } = await stateOf(under.ledger, producer.run.id, at(4));
    expect(plain(candidate.streams['_all']!.errors!)).toMatchObject({ pairs: 3, ties: 3, losses: 0 });
    const shown = await under.ledger.readPairs({ run: producer.run.id, arm: 'candidate' });
    expect(shown.toReversed().map((pair) => pair.evidence)).toEqual([true, false, true, false, true]);
  });

  it('keeps segments apart, and freezes a latency threshold for the slices after it', async () => {
    const producer = await under.registered();
    const rows = producer.admit([
      ...legs(0, 500, { segment: 'fast', durationMs: 10 }),
      ...legs(0, 20, { segment: 'slow' }),
    ]);
    await under.ledger.storeBatch(producer.finish(0).batch({ now: at(2) }), rows, at(2));
    await closeAt(under.ledger, producer.run, at(2));
    const before = await stateOf(under.ledger, producer.run.id, at(2));
    expect(before.thresholds.map(({ stream, metric, fromSlice }) => [stream, metric, fromSlice - FIRST_SLICE])).toEqual(
      [
        ['_all', 'latency_p95', 1],
        ['fast', 'latency_p95', 1],
      ],
    );
    expect(before.candidate.streams['fast']!.latency_p95).toBeUndefined();
    const more = producer.admit(legs(1, 4, { segment: 'fast', durationMs: 10 }));
    await under.ledger.storeBatch(producer.finish(1).batch({ now: at(4) }), more, at(4));
    await closeAt(under.ledger, producer.run, at(4));
    const { candidate, thresholds } = await stateOf(under.ledger, producer.run.id, at(4));
    expect(thresholds).toEqual(before.thresholds);
    expect(plain(candidate.streams['fast']!.latency_p95!).pairs).toBe(4);
    expect(candidate.streams['slow']!.latency_p95).toBeUndefined();
    expect(plain(candidate.streams['slow']!.errors!).pairs).toBe(20);
    expect(candidate.segments['fast']).toMatchObject({ admitted: 504, stored: 504, evidence: 504 });
  });

  it('does not walk through empty time', async () => {
    const producer = await under.registered();
    const week = 7 * 24 * 3600;
    const rows = producer.admit([...legs(0, 1), ...legs(week, 1)]);
    await under.ledger.storeBatch(producer.finish(0, week).batch({ now: at(week + 1) }), rows, at(week + 1));
    const before = performance.now();
    expect((await closeAt(under.ledger, producer.run, at(week + 3))).map((one) => one.slice)).toEqual([0, week]);
    expect(performance.now() - before).toBeLessThan(5000);
  });
}
