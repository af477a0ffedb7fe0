import { expect, it } from 'vitest';
import { encodeTally } from '../../packages/evaluator/src/tally/codec.js';
import { mergeTallies, type Tally } from '../../packages/evaluator/src/tally/tally.js';
import { at, closeAt, compactAt, legs, ScriptedProducer, scriptedRun, START, stateOf } from './ledger-script.js';
import type { LedgerUnderTest } from './ledger-under-test.js';

const DAY = 86_400;
/** The first slice of the next day (UTC), and the day the scripts begin on. */
const MIDNIGHT = DAY - (Math.floor(START / 1000) % DAY);
const FIRST = Math.floor(START / 1000 / DAY);

/** What a candidate that gets worse is seen by. */
export function testDays(under: LedgerUnderTest): void {
  const errorsOnly = () => scriptedRun(undefined, { policy: { gates: { errors: { margin: 0.01 } } } });

  async function daysOf(run: ScriptedProducer['run'], now: number) {
    const { candidate, noise } = await stateOf(under.ledger, run.id, now);
    const days = candidate.evidenceDays.map(({ day, gates, preference }) => ({
      day: day - FIRST,
      errors: gates.errors,
      preference,
    }));
    return { days, noise, total: candidate.streams['_all']?.errors };
  }
  const bytesOf = (tallies: readonly (Tally | undefined)[]): Uint8Array => {
    const [first, ...rest] = tallies.flatMap((one) => one ?? []);
    if (first === undefined) throw new Error('there is no tally');
    return encodeTally(rest.reduce(mergeTallies, first));
  };

  it('sums the evidence of the overall stream by the day a slice starts on, whichever look closes it, also once it is compacted', async () => {
    const run = errorsOnly();
    const producer = await under.registered(run);
    const store = async (slice: number, count: number, failed: boolean): Promise<void> => {
      const rows = producer.admit([
        ...legs(slice, count, { failed }),
        ...legs(slice, count, { failed, segment: 'refunds' }),
      ]);
      const now = at(slice + 1);
      await under.ledger.storeBatch(producer.finish(slice).batch({ now, watermark: now }), rows, now);
    };
    await store(0, 2, false);
    await store(MIDNIGHT - 1, 3, true);
    await store(MIDNIGHT, 4, false);
    // Nothing is closed before: two slices of the first day, one of the second.
    await closeAt(under.ledger, run, at(MIDNIGHT + 2));
    await store(MIDNIGHT + 100, 5, true);
    await closeAt(under.ledger, run, at(MIDNIGHT + 102));

    const now = at(MIDNIGHT + 200);
    const { days, noise, total } = await daysOf(run, now);
    expect(
      days.map(({ day, errors, preference }) => [
        day,
        Number(errors?.sums.pairs),
        Number(errors?.sums.losses),
        preference,
      ]),
    ).toEqual([
      [0, 10, 6, null],
      [1, 18, 10, null],
    ]);
    expect(noise.evidenceDays).toEqual([]);
    expect(bytesOf(days.map(({ errors }) => errors))).toEqual(bytesOf([total]));

    await compactAt(under.ledger, now + 2 * 3_600_000);
    expect((await daysOf(run, now)).days).toEqual(days);
  });

  it('keeps the first day and the last 35, and the sums of all', async () => {
    const run = errorsOnly();
    await under.registered(run);
    const kept: number[][] = [];
    for (const day of [0, 1, 2, 34, 35, 36, 90]) {
      const slice = MIDNIGHT + (day - 1) * DAY + DAY / 2;
      const producer = new ScriptedProducer(run, at(slice) - 5000);
      const rows = producer.admit(legs(slice, 2));
      const now = at(slice + 1);
      await under.ledger.storeBatch(producer.finish(slice).batch({ now, watermark: now, final: true }), rows, now);
      await closeAt(under.ledger, run, at(slice + 300));
      const { days, total } = await daysOf(run, at(slice + 300));
      kept.push(days.map((one) => one.day));
      expect(Number(total?.sums.pairs)).toBe(2 * kept.length);
    }
    expect(kept).toEqual([[0], [0, 1], [0, 1, 2], [0, 1, 2, 34], [0, 1, 2, 34, 35], [0, 2, 34, 35, 36], [0, 90]]);
  });
}
