import pg from 'pg';
import { expect, it } from 'vitest';
import type { Rejection } from '../../packages/evaluator/src/ledger/ledger.js';
import type { LedgerUnderTest } from './ledger-under-test.js';
import { at, closeAt, legs, stateOf } from './ledger-script.js';

const ASIDE: Rejection = {
  job: '',
  code: 'version',
  message: 'expected version 1, got 9',
  producer: null,
  seq: null,
  run: null,
  arm: null,
  legs: null,
  data: null,
};

/** What is stored, once, and what is put aside. */
export function testStoring(under: LedgerUnderTest): void {
  it('stores a batch once, however often it comes', async () => {
    const producer = await under.registered();
    const rows = producer.admit(legs(0, 5));
    const batch = producer.finish(0).batch({ now: at(1) });
    const first = await under.ledger.storeBatch(batch, rows, at(1));
    expect(first).toMatchObject({ repeated: false, late: 0 });
    expect(first.inserted).toHaveLength(5);
    const again = await Promise.all([1, 2, 3].map(() => under.ledger.storeBatch(batch, rows, at(1))));
    expect(again).toEqual([1, 2, 3].map(() => ({ repeated: true, inserted: [], late: 0, drawn: [] })));
    await closeAt(under.ledger, producer.run, at(3));
    expect(await under.ledger.storeBatch(batch, rows, at(4))).toMatchObject({ repeated: true });
    expect((await stateOf(under.ledger, producer.run.id, at(4))).candidate.funnel).toMatchObject({
      stored: 5,
      evidence: 5,
      late: 0,
    });
  });

  it('lets an older count never replace a newer one', async () => {
    const producer = await under.registered();
    const rows = producer.admit(legs(0, 1));
    const old = producer.batch({ now: at(1) });
    const more = producer.admit(legs(0, 2));
    await under.ledger.storeBatch(producer.finish(0).batch({ now: at(2) }), more, at(2));
    await under.ledger.storeBatch(old, rows, at(2));
    expect((await stateOf(under.ledger, producer.run.id, at(2))).candidate.funnel).toMatchObject({
      admitted: 3,
      stored: 3,
    });
    expect(await closeAt(under.ledger, producer.run, at(3))).toMatchObject([{ stored: 3, missing: 0 }]);
  });

  it('keeps what is aside, once, counts its legs, and is not stopped by it', async () => {
    const producer = await under.registered();
    const rows = producer.admit(legs(0, 2), { unsent: 3 });
    const broken = producer.batch({ now: at(1) });
    const whole = {
      ...ASIDE,
      job: `${producer.id}-${broken.seq}`,
      producer: producer.id,
      seq: broken.seq,
      data: '{"v":9}',
    };
    const part = { ...ASIDE, job: 'part-1', code: 'unknown_arm', run: producer.run.id, arm: 'candidate', legs: 3 };
    await under.ledger.reject([whole, part], at(1));
    await under.ledger.reject([whole, part], at(2));
    await under.ledger.storeBatch(producer.finish(0).batch({ now: at(2), watermark: at(2) }), rows, at(2));
    const { snapshot, candidate } = await stateOf(under.ledger, producer.run.id, at(60));
    expect(snapshot.rejected.newest.filter((one) => one.job === whole.job)).toEqual([
      {
        job: whole.job,
        code: 'version',
        message: ASIDE.message,
        producer: producer.id,
        run: null,
        arm: null,
        legs: null,
        at: at(1),
      },
    ]);
    expect(candidate.funnel).toMatchObject({ admitted: 5, stored: 2, aside: 3, lost: 0, pending: 0 });
    // The batch that is aside is no gap: the watermark of the next one speaks.
    expect(snapshot.producers.find((one) => one.id === producer.id)).toMatchObject({ watermark: at(2) });
  });

  it('keeps the data of the first thousand things aside, and counts them all', async () => {
    const { run } = await under.registered();
    const flood = Array.from({ length: 1010 }, (_, index) => ({ ...ASIDE, job: `flood-${index}`, data: 'x' }));
    await under.ledger.reject(flood, at(1));
    const client = new pg.Client({ connectionString: under.url });
    await client.connect();
    const { rows } = await client.query('select count(data)::int as kept from understudy.rejected');
    await client.end();
    expect(rows).toEqual([{ kept: 1000 }]);
    expect((await stateOf(under.ledger, run.id, at(2))).snapshot.rejected.count).toBeGreaterThanOrEqual(1010);
  });

  it('takes any text: NUL, lone surrogates, quotes and backslashes, in contents and in names', async () => {
    const producer = await under.registered();
    const text = 'a\0b \ud800 \udfff "q" \\ \u{1f600} {},NULL';
    const rows = producer.admit([{ slice: 0, text, segment: `se"g\\\0\ud800{},` }]);
    await under.ledger.storeBatch(producer.finish(0).batch({ now: at(1) }), rows, at(1));
    expect(await closeAt(under.ledger, producer.run, at(3))).toMatchObject([{ stored: 1, missing: 0 }]);
    const [pair] = await under.ledger.readPairs({ run: producer.run.id, arm: 'candidate' });
    expect(pair?.content?.shadow).toMatchObject({ answer: { messages: [{ parts: [{ content: text }] }] } });
    expect(pair?.segment).toBe('se"g\\\ufffd\ufffd{},');
    await under.ledger.reject([{ ...ASIDE, job: 'nul\0', message: text, data: text }], at(1));
  });

  it('latches a transition: the first stays', async () => {
    const { run } = await under.registered();
    const transition = {
      run: run.id,
      arm: 'candidate',
      state: 'no_go',
      stream: '_all',
      sentence: 'NO_GO: x.',
      pairs: 9,
      at: at(1),
    } as const;
    expect(await under.ledger.recordTransition(transition)).toBe(true);
    expect(await under.ledger.recordTransition({ ...transition, sentence: 'NO_GO: y.', at: at(2) })).toBe(false);
    expect((await stateOf(under.ledger, run.id, at(3))).candidate.transitions).toEqual([transition]);
  });

  it('adds up the funnel when a killed producer stored more than its last count says', async () => {
    const producer = await under.registered();
    const lost = producer.admit(legs(0, 2));
    const counted = producer.batch({ now: at(1) });
    const rows = producer.admit(legs(0, 3));
    await under.ledger.storeBatch({ ...counted, slices: counted.slices }, rows, at(1));
    const { candidate } = await stateOf(under.ledger, producer.run.id, at(60));
    const { admitted, stored, lost: gone, pending, aside } = candidate.funnel;
    expect({ admitted, stored, gone, pending, aside }).toEqual({
      admitted: 3,
      stored: 3,
      gone: 0,
      pending: 0,
      aside: 0,
    });
    expect(lost).toHaveLength(2);
  });

  it('stores and closes 10,000 rows', async () => {
    const producer = await under.registered();
    const parts = Array.from({ length: 80 }, (_, part) => producer.admit(legs(Math.floor(part / 8), 125)));
    producer.finish(...Array(10).keys());
    const started = performance.now();
    for (const rows of parts) await under.ledger.storeBatch(producer.batch({ now: at(12) }), rows, at(12));
    const stored = performance.now();
    const closed = await closeAt(under.ledger, producer.run, at(13));
    const ended = performance.now();
    const { candidate } = await stateOf(under.ledger, producer.run.id, at(13));
    const shown = performance.now();
    expect(closed.reduce((sum, one) => sum + one.evidence, 0)).toBe(10_000);
    expect(candidate.funnel).toMatchObject({ stored: 10_000, evidence: 10_000 });
    const rate = (from: number, to: number): string => `${Math.round(to - from)} ms`;
    console.log(
      `${under.name}: 10,000 rows stored in ${rate(started, stored)}, closed in ${rate(stored, ended)}, snapshot in ${rate(ended, shown)}`,
    );
  });
}
