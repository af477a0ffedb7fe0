import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import type { Ledger, Rejection } from '../../packages/evaluator/src/ledger/ledger.js';
import { openLedger } from '../../packages/evaluator/src/ledger/open.js';
import { encodeTally } from '../../packages/evaluator/src/tally/codec.js';
import { snapshot as plain } from '../../packages/evaluator/src/tally/tally.js';
import {
  closeAt,
  drained,
  FIRST_SLICE,
  HOLDER,
  LENGTH_MS,
  ScriptedProducer,
  scriptedRun,
  START,
  stateOf,
  type ScriptedLeg,
} from './ledger-script.js';

/** Where the ledger under test is. `end` also ends what `url` leads to. */
export interface Connected {
  readonly url: string;
  end(): Promise<void>;
}

const at = (slices: number): number => START + slices * LENGTH_MS;
const legs = (slice: number, count: number, leg: Partial<ScriptedLeg> = {}): readonly ScriptedLeg[] =>
  Array.from({ length: count }, () => ({ slice, ...leg }));

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

/** What every place that can hold a ledger must do. `connect` gives an empty database. Time is handed in, never waited for. */
export function testLedger(name: string, connect: () => Promise<Connected>): void {
  describe(`ledger on ${name}`, () => {
    let connected: Connected;
    let ledger: Ledger;
    beforeAll(async () => {
      connected = await connect();
      ledger = await openLedger(connected.url, START);
    });
    afterAll(async () => {
      await ledger.close();
      await connected.end();
    });

    async function registered(run = scriptedRun(), startedAt?: number): Promise<ScriptedProducer> {
      await ledger.registerRun(run, START);
      const producer = new ScriptedProducer(run, startedAt);
      await ledger.storeBatch(producer.hello(), [], START);
      return producer;
    }

    it('is opened twice at once, and again later, without harm', async () => {
      const again = await Promise.all([openLedger(connected.url, START), openLedger(connected.url, START)]);
      await Promise.all(again.map((one) => one.close()));
    });

    it('numbers the runs of an experiment by registration, also when two evaluators register at once', async () => {
      const other = await openLedger(connected.url, START);
      const all = Array.from({ length: 4 }, () => scriptedRun('numbered'));
      const both = await Promise.all(
        all.flatMap((run) => [ledger.registerRun(run, START), other.registerRun(run, START)]),
      );
      await other.close();
      expect(new Set(both.map((run) => run.k))).toEqual(new Set([1, 2, 3, 4]));
      for (const run of all) expect(new Set(both.filter((one) => one.id === run.id).map((one) => one.k)).size).toBe(1);
      expect((await ledger.registerRun(scriptedRun('another'), START)).k).toBe(1);
    });

    it('closes a slice once its final count is there and every row is stored', async () => {
      const producer = await registered();
      const rows = producer.admit(legs(0, 3));
      await ledger.storeBatch(producer.batch({ now: at(1) }), rows, at(1));
      expect(await closeAt(ledger, producer.run, at(3))).toEqual([]);
      expect((await stateOf(ledger, producer.run.id, at(3))).open[0]?.waits).toEqual([
        { for: 'final_count', producer: producer.id },
      ]);
      await ledger.storeBatch(producer.finish(0).batch({ now: at(3) }), [], at(3));
      expect(await closeAt(ledger, producer.run, at(3))).toEqual([
        { slice: 0, reason: 'complete', stored: 3, evidence: 3, missing: 0 },
      ]);
      const { candidate, closedThrough, openCount } = await stateOf(ledger, producer.run.id, at(3));
      expect({ closedThrough, openCount }).toEqual({ closedThrough: at(1), openCount: 0 });
      expect(plain(candidate.streams['_all']!.errors!)).toMatchObject({ pairs: 3, missing: 0, ties: 3 });
      expect(candidate.funnel).toMatchObject({ admitted: 3, stored: 3, evidence: 3, lost: 0, pending: 0, late: 0 });
    });

    it('does not close a slice before it has ended and settled', async () => {
      const producer = await registered();
      const rows = producer.admit(legs(0, 1));
      await ledger.storeBatch(producer.finish(0).batch({ now: at(0) }), rows, at(0));
      expect(await closeAt(ledger, producer.run, at(2) - 1)).toEqual([]);
      expect(await closeAt(ledger, producer.run, at(2))).toHaveLength(1);
    });

    it('stores a batch once, however often it comes', async () => {
      const producer = await registered();
      const rows = producer.admit(legs(0, 5));
      const batch = producer.finish(0).batch({ now: at(1) });
      const first = await ledger.storeBatch(batch, rows, at(1));
      expect(first).toMatchObject({ repeated: false, late: 0 });
      expect(first.inserted).toHaveLength(5);
      const again = await Promise.all([1, 2, 3].map(() => ledger.storeBatch(batch, rows, at(1))));
      expect(again).toEqual([1, 2, 3].map(() => ({ repeated: true, inserted: [], late: 0 })));
      await closeAt(ledger, producer.run, at(3));
      expect(await ledger.storeBatch(batch, rows, at(4))).toMatchObject({ repeated: true });
      expect((await stateOf(ledger, producer.run.id, at(4))).candidate.funnel).toMatchObject({
        stored: 5,
        evidence: 5,
        late: 0,
      });
    });

    it('waits for the rows of a batch that comes after the one that follows it', async () => {
      const producer = await registered();
      const rows = producer.admit(legs(0, 4));
      const first = producer.batch({ now: at(1) });
      const second = producer.finish(0).batch({ now: at(2), watermark: at(2) });
      await ledger.storeBatch(second, [], at(2));
      expect(await closeAt(ledger, producer.run, at(3))).toEqual([]);
      expect((await stateOf(ledger, producer.run.id, at(3))).open[0]?.waits).toEqual([
        { for: 'rows', producer: producer.id, stored: 0, published: 4 },
      ]);
      await ledger.storeBatch(first, rows, at(3));
      expect(await closeAt(ledger, producer.run, at(3))).toMatchObject([{ stored: 4, missing: 0 }]);
    });

    it('lets an older count never replace a newer one', async () => {
      const producer = await registered();
      const rows = producer.admit(legs(0, 1));
      const old = producer.batch({ now: at(1) });
      const more = producer.admit(legs(0, 2));
      await ledger.storeBatch(producer.finish(0).batch({ now: at(2) }), more, at(2));
      await ledger.storeBatch(old, rows, at(2));
      expect((await stateOf(ledger, producer.run.id, at(2))).candidate.funnel).toMatchObject({
        admitted: 3,
        stored: 3,
      });
      expect(await closeAt(ledger, producer.run, at(3))).toMatchObject([{ stored: 3, missing: 0 }]);
    });

    it('closes in order of start, and flags what comes for a closed slice as late', async () => {
      const producer = await registered();
      const early = producer.admit(legs(0, 1));
      const rows = producer.admit(legs(2, 2));
      await ledger.storeBatch(producer.finish(2).batch({ now: at(4) }), rows, at(4));
      expect(await closeAt(ledger, producer.run, at(5))).toEqual([]);
      await ledger.storeBatch(producer.finish(0).batch({ now: at(5) }), early, at(5));
      expect((await closeAt(ledger, producer.run, at(5))).map((one) => one.slice)).toEqual([0, 2]);
      const late = producer.admit([...legs(1, 1), ...legs(2, 1)]);
      const stored = await ledger.storeBatch(producer.batch({ now: at(6) }), late, at(6));
      expect(stored).toMatchObject({ late: 2 });
      expect(await closeAt(ledger, producer.run, at(30))).toEqual([]);
      const { candidate } = await stateOf(ledger, producer.run.id, at(6));
      expect(candidate.funnel).toMatchObject({ stored: 5, late: 2, evidence: 3 });
      const shown = await ledger.readPairs({ run: producer.run.id, arm: 'candidate' });
      expect(shown.map((pair) => (pair.late ? 'late' : pair.evidence ? 'evidence' : 'neither'))).toEqual([
        'late',
        'late',
        'evidence',
        'evidence',
        'evidence',
      ]);
    });

    it('is not held up by an idle producer once its watermark is past the slice, but is before', async () => {
      const busy = await registered();
      const idle = new ScriptedProducer(busy.run);
      await ledger.storeBatch(idle.hello(), [], START);
      const rows = busy.admit(legs(0, 1));
      await ledger.storeBatch(busy.finish(0).batch({ now: at(1) }), rows, at(1));
      expect(await closeAt(ledger, busy.run, at(3))).toEqual([]);
      const gap = idle.batch({ now: at(2), watermark: at(1) });
      await ledger.storeBatch(idle.batch({ now: at(3), watermark: at(3) }), [], at(3));
      expect(await closeAt(ledger, busy.run, at(3))).toEqual([]);
      expect((await stateOf(ledger, busy.run.id, at(3))).open[0]?.waits).toEqual([
        { for: 'watermark', producer: idle.id },
      ]);
      await ledger.storeBatch(gap, [], at(3));
      expect(await closeAt(ledger, busy.run, at(3))).toHaveLength(1);
    });

    it('does not wait for a producer that started after the slice, or that said goodbye', async () => {
      const producer = await registered();
      const gone = new ScriptedProducer(producer.run);
      await ledger.storeBatch(gone.hello(), [], START);
      await ledger.storeBatch(gone.batch({ now: at(1), final: true }), [], at(1));
      const young = new ScriptedProducer(producer.run, at(1));
      await ledger.storeBatch(young.hello(at(1)), [], at(1));
      const rows = producer.admit(legs(0, 1));
      await ledger.storeBatch(producer.finish(0).batch({ now: at(1) }), rows, at(1));
      expect(await closeAt(ledger, producer.run, at(2))).toHaveLength(1);
      const { snapshot } = await stateOf(ledger, producer.run.id, at(2));
      expect(snapshot.producers.find((one) => one.id === gone.id)?.state).toBe('final');
    });

    it('gives up a silent producer after 90 s, and only while it could have been heard', async () => {
      const run = scriptedRun(undefined, { slice: { lengthMs: LENGTH_MS, deadlineMs: 600_000 } });
      const producer = await registered(run);
      const rows = producer.admit(legs(0, 2), { unsent: 3 });
      await ledger.storeBatch(producer.batch({ now: at(1) }), rows, at(1));
      const silent = at(1) + 90_000;
      expect(await closeAt(ledger, run, silent - 1)).toEqual([]);
      expect(await closeAt(ledger, run, silent, { connectedSince: at(30), handledThrough: silent })).toEqual([]);
      expect(await closeAt(ledger, run, silent, { connectedSince: START, handledThrough: silent - 1 })).toEqual([]);
      expect(await closeAt(ledger, run, silent)).toEqual([
        { slice: 0, reason: 'complete', stored: 2, evidence: 2, missing: 3 },
      ]);
      const { snapshot } = await stateOf(ledger, run.id, silent);
      expect(snapshot.producers.find((one) => one.id === producer.id)).toMatchObject({
        state: 'gone',
        lastSentAt: at(1),
      });
    });

    it('closes at the deadline and counts what was admitted and did not come as missing', async () => {
      const producer = await registered();
      const rows = producer.admit(legs(0, 2), { unsent: 4, dropped: 1 });
      await ledger.storeBatch(producer.batch({ now: at(1) }), rows, at(1));
      const deadline = at(1) + 10_000;
      expect(await closeAt(ledger, producer.run, deadline - 1)).toEqual([]);
      // What lies in the queue because the evaluator was away is not late.
      expect(
        await closeAt(ledger, producer.run, deadline + 60_000, { connectedSince: START, handledThrough: deadline - 1 }),
      ).toEqual([]);
      expect(await closeAt(ledger, producer.run, deadline)).toEqual([
        { slice: 0, reason: 'deadline', stored: 2, evidence: 2, missing: 5 },
      ]);
      const { candidate, closedCount } = await stateOf(ledger, producer.run.id, deadline);
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
      const producer = await registered();
      const rows = producer.admit([
        { slice: 0, cluster: 1 },
        { slice: 0, cluster: 1, failed: true },
        { slice: 0, cluster: 2 },
        { slice: 1, cluster: 2, failed: true },
        { slice: 1, cluster: 3 },
      ]);
      await ledger.storeBatch(producer.finish(0, 1).batch({ now: at(3) }), [...rows].reverse(), at(3));
      expect(await closeAt(ledger, producer.run, at(4))).toMatchObject([
        { slice: 0, stored: 3, evidence: 2 },
        { slice: 1, stored: 2, evidence: 1 },
      ]);
      const { candidate } = await stateOf(ledger, producer.run.id, at(4));
      expect(plain(candidate.streams['_all']!.errors!)).toMatchObject({ pairs: 3, ties: 3, losses: 0 });
      const shown = await ledger.readPairs({ run: producer.run.id, arm: 'candidate' });
      expect(shown.toReversed().map((pair) => pair.evidence)).toEqual([true, false, true, false, true]);
    });

    it('keeps segments apart, and freezes a latency threshold for the slices after it', async () => {
      const producer = await registered();
      const rows = producer.admit([
        ...legs(0, 500, { segment: 'fast', durationMs: 10 }),
        ...legs(0, 20, { segment: 'slow' }),
      ]);
      await ledger.storeBatch(producer.finish(0).batch({ now: at(2) }), rows, at(2));
      await closeAt(ledger, producer.run, at(2));
      const before = await stateOf(ledger, producer.run.id, at(2));
      expect(
        before.thresholds.map(({ stream, metric, fromSlice }) => [stream, metric, fromSlice - FIRST_SLICE]),
      ).toEqual([
        ['_all', 'latency_p95', 1],
        ['fast', 'latency_p95', 1],
      ]);
      expect(before.candidate.streams['fast']!.latency_p95).toBeUndefined();
      const more = producer.admit(legs(1, 4, { segment: 'fast', durationMs: 10 }));
      await ledger.storeBatch(producer.finish(1).batch({ now: at(4) }), more, at(4));
      await closeAt(ledger, producer.run, at(4));
      const { candidate, thresholds } = await stateOf(ledger, producer.run.id, at(4));
      expect(thresholds).toEqual(before.thresholds);
      expect(plain(candidate.streams['fast']!.latency_p95!).pairs).toBe(4);
      expect(candidate.streams['slow']!.latency_p95).toBeUndefined();
      expect(plain(candidate.streams['slow']!.errors!).pairs).toBe(20);
      expect(candidate.segments['fast']).toMatchObject({ admitted: 504, stored: 504, evidence: 504 });
    });

    it('lets two closers race without either losing, doubling or splitting anything', async () => {
      const producer = await registered();
      const rows = Array.from({ length: 12 }, (_, slice) => producer.admit(legs(slice, 2))).flat();
      await ledger.storeBatch(producer.finish(...rows.keys()).batch({ now: at(20) }), rows, at(20));
      const other = await openLedger(connected.url, START);
      await ledger.tryLease(HOLDER, at(20), 1000);
      expect(await other.tryLease('evaluator-b', at(20), 1000)).toBe(false);
      expect(await other.closeSlices({ holder: 'evaluator-b', now: at(20), queue: drained(at(20)) })).toEqual([]);
      // Both believe that they hold it: one sees the lease end while it works.
      const [mine, , theirs] = await Promise.all([
        ledger.closeSlices({ holder: HOLDER, now: at(20), queue: drained(at(20)) }),
        sleep(5).then(() => other.tryLease('evaluator-b', at(22), 60_000)),
        sleep(6).then(() => other.closeSlices({ holder: 'evaluator-b', now: at(22), queue: drained(at(22)) })),
      ]);
      const rest = await other.closeSlices({ holder: 'evaluator-b', now: at(22), queue: drained(at(22)) });
      await other.releaseLease('evaluator-b');
      await other.close();
      const closed = [...mine, ...theirs, ...rest].filter((one) => one.run === producer.run.id);
      expect(closed.map((one) => one.slice - FIRST_SLICE).sort((a, b) => a - b)).toEqual([...Array(12).keys()]);
      const { candidate } = await stateOf(ledger, producer.run.id, at(22));
      expect(plain(candidate.streams['_all']!.errors!).pairs).toBe(24);
      expect(candidate.funnel).toMatchObject({ stored: 24, evidence: 24 });
    });

    it('leaves the same bytes whatever the order of arrival, and when closing is interrupted', async () => {
      const bytes = async (shuffle: boolean): Promise<string> => {
        const producer = await registered();
        const script = [3, 1, 4, 1, 5].map((count, slice) => legs(slice, count, { failed: slice % 2 === 1 }));
        const parts = script.map((part) => producer.admit(part));
        producer.finish(0, 1, 2, 3, 4);
        const batches = parts.map((rows) => ({ batch: producer.batch({ now: at(6) }), rows }));
        if (shuffle) batches.reverse();
        for (const { batch, rows } of batches) {
          if (shuffle) await ledger.storeBatch(batch, [...rows].reverse(), at(6));
          await ledger.storeBatch(batch, rows, at(6));
          if (shuffle) await closeAt(ledger, producer.run, at(7));
        }
        if (shuffle) await interruptedClose(producer, connected.url);
        await closeAt(ledger, producer.run, at(8));
        const { candidate } = await stateOf(ledger, producer.run.id, at(8));
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
      const producer = await registered();
      const rows = producer.admit(legs(0, 1));
      await ledger.storeBatch(producer.finish(0).batch({ now: at(1) }), rows, at(1));
      await ledger.tryLease(HOLDER, at(3), 1000);
      expect(await ledger.closeSlices({ holder: HOLDER, now: at(4), queue: drained(at(4)) })).toEqual([]);
      await ledger.releaseLease(HOLDER);
      expect(await closeAt(ledger, producer.run, at(4))).toHaveLength(1);
    });

    it('keeps what is aside, once, counts its legs, and is not stopped by it', async () => {
      const producer = await registered();
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
      await ledger.reject([whole, part], at(1));
      await ledger.reject([whole, part], at(2));
      await ledger.storeBatch(producer.finish(0).batch({ now: at(2), watermark: at(2) }), rows, at(2));
      const { snapshot, candidate } = await stateOf(ledger, producer.run.id, at(60));
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

    it('takes any text: NUL, lone surrogates, quotes and backslashes, in contents and in names', async () => {
      const producer = await registered();
      const text = 'a\0b \ud800 \udfff "q" \\ \u{1f600} {},NULL';
      const rows = producer.admit([{ slice: 0, text, segment: `se"g\\\0\ud800{},` }]);
      await ledger.storeBatch(producer.finish(0).batch({ now: at(1) }), rows, at(1));
      expect(await closeAt(ledger, producer.run, at(3))).toMatchObject([{ stored: 1, missing: 0 }]);
      const [pair] = await ledger.readPairs({ run: producer.run.id, arm: 'candidate' });
      expect(pair?.content.shadow).toMatchObject({ answer: { messages: [{ parts: [{ content: text }] }] } });
      expect(pair?.segment).toBe('se"g\\\ufffd\ufffd{},');
      await ledger.reject([{ ...ASIDE, job: 'nul\0', message: text, data: text }], at(1));
    });

    it('latches a transition: the first stays', async () => {
      const { run } = await registered();
      const transition = {
        run: run.id,
        arm: 'candidate',
        state: 'no_go',
        stream: '_all',
        sentence: 'NO_GO: x.',
        pairs: 9,
        at: at(1),
      } as const;
      expect(await ledger.recordTransition(transition)).toBe(true);
      expect(await ledger.recordTransition({ ...transition, sentence: 'NO_GO: y.', at: at(2) })).toBe(false);
      expect((await stateOf(ledger, run.id, at(3))).candidate.transitions).toEqual([transition]);
    });

    it('adds up the funnel when a killed producer stored more than its last count says', async () => {
      const producer = await registered();
      const lost = producer.admit(legs(0, 2));
      const counted = producer.batch({ now: at(1) });
      const rows = producer.admit(legs(0, 3));
      await ledger.storeBatch({ ...counted, slices: counted.slices }, rows, at(1));
      const { candidate } = await stateOf(ledger, producer.run.id, at(60));
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

    it('does not walk through empty time', async () => {
      const producer = await registered();
      const week = 7 * 24 * 3600;
      const rows = producer.admit([...legs(0, 1), ...legs(week, 1)]);
      await ledger.storeBatch(producer.finish(0, week).batch({ now: at(week + 1) }), rows, at(week + 1));
      const before = performance.now();
      expect((await closeAt(ledger, producer.run, at(week + 3))).map((one) => one.slice)).toEqual([0, week]);
      expect(performance.now() - before).toBeLessThan(5000);
    });

    it('stores and closes 10,000 rows', async () => {
      const producer = await registered();
      const parts = Array.from({ length: 80 }, (_, part) => producer.admit(legs(Math.floor(part / 8), 125)));
      producer.finish(...Array(10).keys());
      const started = performance.now();
      for (const rows of parts) await ledger.storeBatch(producer.batch({ now: at(12) }), rows, at(12));
      const stored = performance.now();
      const closed = await closeAt(ledger, producer.run, at(13));
      const ended = performance.now();
      const { candidate } = await stateOf(ledger, producer.run.id, at(13));
      const shown = performance.now();
      expect(closed.reduce((sum, one) => sum + one.evidence, 0)).toBe(10_000);
      expect(candidate.funnel).toMatchObject({ stored: 10_000, evidence: 10_000 });
      const rate = (from: number, to: number): string => `${Math.round(to - from)} ms`;
      console.log(
        `${name}: 10,000 rows stored in ${rate(started, stored)}, closed in ${rate(stored, ended)}, snapshot in ${rate(ended, shown)}`,
      );
    });
  });
}
