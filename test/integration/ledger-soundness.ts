import type { Batch } from '@understudy/instrumentation/trial';
import { expect, it } from 'vitest';
import { standingsOf } from '../../packages/evaluator/src/decide/standing.js';
import type { PairRow } from '../../packages/evaluator/src/ledger/ledger.js';
import {
  at,
  closeAt,
  compactAt,
  FIRST_SLICE,
  legs,
  ScriptedProducer,
  scriptedRun,
  START,
  stateOf,
} from './ledger-script.js';
import type { LedgerUnderTest } from './ledger-under-test.js';

const HOUR = 3600;
/** START is at 22:13:20 UTC. */
const BEGIN = 22;
/** Slices until the next midnight. */
const TO_MIDNIGHT = 6400;

/** What tells whether a sample is sound. */
export function testSoundness(under: LedgerUnderTest): void {
  const drew = (batch: Batch, ...counts: readonly (readonly [pi: number, draws: number, drawn: number])[]): Batch => {
    const run = batch.runs[0]?.run;
    if (run === undefined) throw new Error('the batch announces no run');
    return { ...batch, draws: counts.map(([pi, draws, drawn]) => ({ run, pi, draws, drawn })) };
  };
  const store = (batch: Batch, now: number) => under.ledger.storeBatch(batch, [], now);

  it('has the newest of what each producer drew, in whatever order batches come', async () => {
    const first = await under.registered();
    const second = new ScriptedProducer(first.run, START - 9000);
    const early = drew(first.batch({ now: at(1) }), [0.1, 100, 9], [0.5, 10, 4]);
    const late = drew(first.batch({ now: at(2) }), [0.1, 300, 31], [0.5, 10, 4]);
    await store(late, at(2));
    await store(early, at(3));
    await store(late, at(3));
    await store(drew(second.hello(), [0.1, 50, 5]), at(3));
    // Places are those of the order in which they have named the run, whatever their clocks say.
    expect((await stateOf(under.ledger, first.run.id, at(4))).draws).toEqual([
      {
        producer: first.id,
        place: 1,
        counts: [
          { pi: 0.1, draws: 300, drawn: 31 },
          { pi: 0.5, draws: 10, drawn: 4 },
        ],
      },
      { producer: second.id, place: 2, counts: [{ pi: 0.1, draws: 50, drawn: 5 }] },
    ]);
  });

  it('says INVALID of a sample that lost a tenth, and keeps it when its producer is forgotten', async () => {
    const producer = await under.registered();
    await store(drew(producer.batch({ now: at(1) }), [0.5, 20_000, 9000]), at(1));
    const { snapshot, run } = await stateOf(under.ledger, producer.run.id, at(2));
    const verdict = standingsOf(snapshot).find((one) => one.run.id === run.id)?.verdict;
    expect(verdict).toMatchObject({ state: 'invalid', reason: 'sample_ratio' });
    expect(verdict?.sentence).toContain(`${producer.id} declared to draw 50 % of its calls and has drawn 45 %: 9,000`);
    const { transition } = verdict ?? {};
    if (transition === null || transition === undefined) throw new Error('nothing is to be stored');
    await under.ledger.recordTransition({ ...transition, run: run.id, arm: 'candidate', at: at(2) });

    await compactAt(under.ledger, at(3 * HOUR));
    const later = await stateOf(under.ledger, run.id, at(3 * HOUR));
    expect(later.draws).toEqual([]);
    expect(later.candidate.transitions).toMatchObject([{ state: 'invalid', reason: 'sample_ratio' }]);
    const kept = standingsOf(later.snapshot).find((one) => one.run.id === run.id)?.verdict;
    expect(kept).toMatchObject({ state: 'invalid', reason: 'sample_ratio', transition: null });
    // Frozen for hours, as functions are: it comes back with all that it drew, and goes again.
    await store(drew(producer.batch({ now: at(3 * HOUR) }), [0.5, 20_000, 9000]), at(3 * HOUR));
    expect((await stateOf(under.ledger, run.id, at(3 * HOUR))).draws).toHaveLength(1);
    await compactAt(under.ledger, at(6 * HOUR));
    expect((await stateOf(under.ledger, run.id, at(6 * HOUR))).draws).toEqual([]);
  });

  it('adds closed slices to the hour of the day they are of, over days, and what is open to none', async () => {
    const producer = await under.registered();
    const slices = [0, 1, HOUR, 24 * HOUR];
    const rows = slices.flatMap((slice, at) => producer.admit(legs(slice, at + 1)));
    const batch = producer.finish(...slices).batch({ now: at(24 * HOUR + 1) });
    const refused = batch.slices.map((one) => {
      const skipped = one.slice === FIRST_SLICE + HOUR ? { paused_heap: 9 } : {};
      return { ...one, pi: 0.5, skipped, sampled: one.sampled + (skipped.paused_heap ?? 0) };
    });
    const halved = rows.map((row) => ({ ...row, pi: 0.5 }));
    await under.ledger.storeBatch({ ...batch, slices: refused }, halved, at(24 * HOUR + 1));
    expect((await stateOf(under.ledger, producer.run.id, at(2))).candidate.hours).toEqual([]);
    await closeAt(under.ledger, producer.run, at(24 * HOUR + 9));
    const { hours } = (await stateOf(under.ledger, producer.run.id, at(24 * HOUR + 9))).candidate;
    expect(hours).toMatchObject([
      { hour: BEGIN, sampled: 7, admitted: 7, skipped: {}, covered: 14, squared: { '': 28 }, evidence: 7 },
      {
        hour: BEGIN + 1,
        sampled: 12,
        admitted: 3,
        skipped: { paused_heap: 9 },
        covered: 6,
        uncovered: { paused_heap: 18 },
        squared: { '': 12, paused_heap: 36 },
      },
    ]);
  });

  it('holds while the answers of the incumbent are not those of the day before, and shows nothing more for it', async () => {
    const run = scriptedRun(undefined, {
      segments: { attribute: 'route' },
      policy: { gates: { errors: { margin: 0.1 } } },
    });
    const producer = await under.registered(run);
    const days = [0, 1, 2].map((after) => TO_MIDNIGHT + after * 24 * HOUR);
    const said = [100, 900, 900];
    for (const [day, slice] of days.entries()) {
      const rows = ['mail', 'chat'].flatMap((segment) => producer.admit(legs(slice, 600, { segment })));
      const now = at(slice + 2);
      const answered = rows.map((row, index) => withLength(row, index, said[day] ?? 0));
      await under.ledger.storeBatch(producer.finish(slice).batch({ now }), answered, now);
      await closeAt(under.ledger, run, at(slice + 12));
    }
    const verdictAt = async (now: number) => {
      const { snapshot } = await stateOf(under.ledger, run.id, now);
      const standing = standingsOf(snapshot).find((one) => one.run.id === run.id);
      return { days: standing?.days ?? [], drift: standing?.verdict.holds.find(({ reason }) => reason === 'drift') };
    };
    // The third day is not over: what counts is the second against the first.
    const { days: known, drift } = await verdictAt(at((days[2] ?? 0) + 13));
    expect(drift?.sentence).toMatch(/changed in length on 2023-11-16 .+ 1,200 answers against 1,200/);
    expect(new Set(known.map(({ stream }) => stream))).toEqual(new Set(['_all', 'mail', 'chat']));

    const fourth = TO_MIDNIGHT + 3 * 24 * HOUR;
    const now = at(fourth + 12);
    const last = producer.admit(legs(fourth, 1, { segment: 'mail' }));
    await under.ledger.storeBatch(producer.finish(fourth).batch({ now }), last, now);
    await closeAt(under.ledger, run, now);
    // It is held for as long as that is not what the days before were like.
    expect((await verdictAt(now)).drift?.sentence).toMatch(/on 2023-11-17 .+ 1,200 answers against 2,400/);

    // Beside the last whole day and the week before it there is the day so far.
    const after = (days[1] ?? 0) + 8 * 24 * HOUR;
    const rows = producer.admit(legs(after, 1, { segment: 'mail' })).map((row) => withLength(row, 0, 900));
    await under.ledger.storeBatch(producer.finish(after).batch({ now: at(after + 12) }), rows, at(after + 12));
    await closeAt(under.ledger, run, at(after + 12));
    const kept = new Set((await verdictAt(at(after + 12))).days.map((one) => one.day));
    expect([...kept].map((one) => one - Math.max(...kept)).toSorted((one, two) => one - two)).toEqual([-8, -7, 0]);
  });
}

/** An answer of such a length, or of four times as many. */
function withLength(row: PairRow, at: number, length: number): PairRow {
  const shape = { language: 'en', structure: [], finish: 'stop', refused: false, valid: null, hash: null, label: null };
  const primary = { ...shape, length: at % 2 === 0 ? length : 4 * length };
  const notes = { primary, shadow: null, tools: null, classes: ['ok', 'ok'] as const, amounts: {} };
  return { ...row, facts: { ...row.facts, notes } };
}
