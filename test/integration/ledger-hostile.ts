import type { SliceCount } from '@understudy/instrumentation/trial';
import { expect, it } from 'vitest';
import { standingsOf } from '../../packages/evaluator/src/decide/standing.js';
import type { Rejection } from '../../packages/evaluator/src/ledger/ledger.js';
import { at, closeAt, FIRST_SLICE, legs, type ScriptedProducer, scriptedRun, stateOf } from './ledger-script.js';
import { snapshot as plain } from '../../packages/evaluator/src/tally/tally.js';
import type { LedgerUnderTest } from './ledger-under-test.js';

function counted(producer: ScriptedProducer, change: Partial<SliceCount>): SliceCount {
  const counts = { eligible: 1, sampled: 1, skipped: {}, admitted: 1, published: 1, dropped: {}, final: true };
  return { run: producer.run.id, slice: FIRST_SLICE, segment: '_none', arm: 'candidate', pi: 1, ...counts, ...change };
}

/** Batches that are well formed and untrue, and batches that come when nobody expects them any more. */
export function testHostile(under: LedgerUnderTest): void {
  it('goes on for every run where a producer names a slice that no clock will reach', async () => {
    const run = scriptedRun(undefined, { slice: { lengthMs: 3_600_000 } });
    const producer = await under.registered(run);
    const slices = [Number.MAX_SAFE_INTEGER, 8.64e15, 8.64e15 / 1000].map((slice) => counted(producer, { slice }));
    await under.ledger.storeBatch({ ...producer.batch({ now: at(1) }), slices }, [], at(1));
    const { candidate, open } = await stateOf(under.ledger, run.id, at(60));
    expect(candidate.funnel).toMatchObject({ admitted: 0, pending: 0 });
    expect(open).toEqual([]);
  });

  it('counts what a clock far ahead admits as lost, and does not wait for it', async () => {
    const producer = await under.registered();
    const now = producer.admit(legs(0, 2));
    const ahead = producer.admit(legs(7200, 2), { unsent: 3 });
    await under.ledger.storeBatch(producer.finish(0, 7200).batch({ now: at(1) }), [...now, ...ahead], at(1));
    expect(await closeAt(under.ledger, producer.run, at(3))).toMatchObject([{ stored: 2, missing: 0 }]);
    const { candidate } = await stateOf(under.ledger, producer.run.id, at(60));
    expect(candidate.funnel).toMatchObject({ admitted: 7, stored: 4, late: 2, lost: 3, pending: 0, evidence: 2 });
  });

  it('holds where a producer whose clock is minutes behind is never in time', async () => {
    const producer = await under.registered();
    const rows = producer.admit(legs(300, 60));
    await under.ledger.storeBatch(producer.finish(300).batch({ now: at(301) }), rows, at(301));
    expect(await closeAt(under.ledger, producer.run, at(303))).toMatchObject([{ evidence: 60 }]);
    const behind = await under.registered(producer.run);
    const old = behind.admit(legs(3, 20));
    expect(await under.ledger.storeBatch(behind.finish(3).batch({ now: at(4) }), old, at(304))).toMatchObject({
      late: 20,
    });
    expect(await closeAt(under.ledger, producer.run, at(310))).toEqual([]);
    const { snapshot } = await stateOf(under.ledger, producer.run.id, at(310));
    const verdict = standingsOf(snapshot).find(({ run }) => run.id === producer.run.id)?.verdict;
    expect(verdict?.holds.map(({ reason }) => reason)).toContain('lossy');
  });

  it('adds up, once, what comes in any order, twice, and around a close', async () => {
    const producer = await under.registered();
    const parts = [0, 1, 2, 3].map((slice) => producer.admit(legs(slice, 5), { unsent: 1 }));
    producer.finish(0, 1, 2, 3);
    const batches = parts.map((rows) => ({ batch: producer.batch({ now: at(5) }), rows }));
    for (const index of [2, 0, 2, 3, 0]) {
      const { batch, rows } = batches[index]!;
      await under.ledger.storeBatch(batch, rows, at(5));
    }
    const first = await closeAt(under.ledger, producer.run, at(14.5));
    for (const index of [1, 3, 1, 0]) {
      const { batch, rows } = batches[index]!;
      await under.ledger.storeBatch(batch, rows, at(15));
    }
    await closeAt(under.ledger, producer.run, at(60));
    const { candidate } = await stateOf(under.ledger, producer.run.id, at(60));
    expect(first.map(({ slice, stored, missing }) => [slice, stored, missing])).toEqual([
      [0, 5, 1],
      [1, 0, 6],
      [2, 5, 1],
      [3, 5, 1],
    ]);
    expect(candidate.funnel).toMatchObject({ admitted: 24, stored: 20, late: 5, evidence: 15, lost: 4, pending: 0 });
    expect(plain(candidate.streams['_all']!.errors!)).toMatchObject({ pairs: 24, missing: 9 });
  });

  it('goes on for every run where a producer counts more than can be', async () => {
    const producer = await under.registered();
    const rows = producer.admit(legs(0, 2));
    const honest = producer.finish(0).batch({ now: at(1) });
    const absurd = Array.from({ length: 1100 }, (_, index) =>
      counted(producer, { segment: `s${index % 20}`, pi: 1 / (1 + index), admitted: 1e9 }),
    );
    await under.ledger.storeBatch({ ...honest, slices: [...honest.slices, ...absurd] }, rows, at(1));
    await closeAt(under.ledger, producer.run, at(30));
    const next = producer.admit(legs(31, 2));
    await under.ledger.storeBatch(producer.finish(31).batch({ now: at(32) }), next, at(32));
    await closeAt(under.ledger, producer.run, at(60));
    const { snapshot, closedCount } = await stateOf(under.ledger, producer.run.id, at(60));
    expect(closedCount.complete + closedCount.deadline).toBe(2);
    const verdict = standingsOf(snapshot).find(({ run }) => run.id === producer.run.id)?.verdict;
    expect(verdict?.holds.map(({ reason }) => reason)).toContain('lossy');
  });

  it('knows how much of the traffic stands behind what was admitted and skipped, before a slice is closed and after', async () => {
    const producer = await under.registered();
    const seldom = { segment: 'bulk', pi: 0.01, eligible: 900, sampled: 9, skipped: { below_pi_min: 9 }, admitted: 0 };
    const slices = [
      counted(producer, { eligible: 100, sampled: 100, admitted: 100, published: 0, dropped: { ring_full: 100 } }),
      counted(producer, { ...seldom, published: 0 }),
      counted(producer, { segment: 'tiny', pi: Number.MIN_VALUE, admitted: 0, published: 0, skipped: { resend: 1 } }),
    ];
    await under.ledger.storeBatch({ ...producer.batch({ now: at(1) }), slices }, [], at(1));
    for (const look of [at(1), at(60)]) {
      await closeAt(under.ledger, producer.run, look);
      const { candidate, snapshot } = await stateOf(under.ledger, producer.run.id, look);
      expect(candidate.funnel).toMatchObject({ covered: 100, uncovered: { below_pi_min: 900, resend: 1e6 } });
      const verdict = standingsOf(snapshot).find(({ run }) => run.id === producer.run.id)?.verdict;
      expect(verdict?.holds.map(({ sentence }) => sentence)).toContainEqual(
        expect.stringMatching(/^only 10\.0 % of the sampled calls were admitted .* 9 were below_pi_min, left out by/),
      );
    }
  });

  it('stores a batch that was taken for lost, when it comes after all', async () => {
    const producer = await under.registered();
    const rows = producer.admit(legs(0, 3));
    const held = producer.finish(0).batch({ now: at(1) });
    await under.ledger.storeBatch(producer.batch({ now: at(2) }), [], at(2));
    await under.ledger.storeBatch(producer.batch({ now: at(400) }), [], at(400));
    expect(await under.ledger.storeBatch(held, rows, at(401))).toMatchObject({
      inserted: rows.map(({ pair }) => pair),
    });
    expect(await under.ledger.storeBatch(held, rows, at(402))).toMatchObject({ inserted: [] });
    const { candidate } = await stateOf(under.ledger, producer.run.id, at(402));
    expect(candidate.funnel).toMatchObject({ admitted: 3, stored: 3, lost: 0 });
  });

  it('goes on listening to a producer whose name is on a broken job of a far number', async () => {
    const producer = await under.registered();
    const forged: Rejection = {
      job: `${producer.id}-999999999999`,
      code: 'encoding',
      message: 'not JSON',
      producer: producer.id,
      seq: 999_999_999_999,
      run: null,
      arm: null,
      legs: null,
      data: null,
    };
    await under.ledger.reject([forged], at(1));
    await under.ledger.storeBatch(producer.batch({ now: at(400) }), [], at(400));
    const rows = producer.admit(legs(401, 3));
    await under.ledger.storeBatch(producer.finish(401).batch({ now: at(402) }), rows, at(402));
    const { candidate, snapshot } = await stateOf(under.ledger, producer.run.id, at(402));
    expect(candidate.funnel).toMatchObject({ admitted: 3, stored: 3 });
    expect(snapshot.producers.find(({ id }) => id === producer.id)).toMatchObject({ lastSeen: at(402) });
  });

  it('waits for the counts of a producer whose rows have come without them', async () => {
    const producer = await under.registered();
    const rows = producer.admit(legs(0, 2), { unsent: 3 });
    const counts = producer.finish(0).batch({ now: at(2), watermark: at(2) });
    await under.ledger.storeBatch({ ...counts, slices: [] }, rows, at(2));
    expect(await closeAt(under.ledger, producer.run, at(3))).toEqual([]);
    await under.ledger.storeBatch(producer.batch({ now: at(4), watermark: at(4) }), [], at(4));
    expect(await closeAt(under.ledger, producer.run, at(12))).toMatchObject([{ stored: 2, missing: 3 }]);
  });
}
