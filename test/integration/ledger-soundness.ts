import type { Batch } from '@understudy/instrumentation/trial';
import { expect, it } from 'vitest';
import { standingsOf } from '../../packages/evaluator/src/decide/standing.js';
import { at, closeAt, compactAt, FIRST_SLICE, legs, ScriptedProducer, START, stateOf } from './ledger-script.js';
import type { LedgerUnderTest } from './ledger-under-test.js';

const HOUR = 3600;
/** START is at 22:13:20 UTC. */
const BEGIN = 22;

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
      { hour: BEGIN, sampled: 7, admitted: 7, skipped: {}, covered: 14, evidence: 7 },
      {
        hour: BEGIN + 1,
        sampled: 12,
        admitted: 3,
        skipped: { paused_heap: 9 },
        covered: 6,
        uncovered: { paused_heap: 18 },
      },
    ]);
  });
}
