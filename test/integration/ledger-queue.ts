import { expect, it } from 'vitest';
import { standingsOf } from '../../packages/evaluator/src/decide/standing.js';
import type { QueueView } from '../../packages/evaluator/src/ledger/ledger.js';
import { at, DEADLINE_MS, HOLDER, legs, START, stateOf } from './ledger-script.js';
import type { LedgerUnderTest } from './ledger-under-test.js';

/** What lies in the queue, as those who read the ledger know of it. */
export function testQueue(under: LedgerUnderTest): void {
  /** Long after the deadline of slice 0, with a queue that is handled up to the end of that slice. */
  const NOW = at(1) + DEADLINE_MS + 600_000;
  const behind: QueueView = { connectedSince: START - 600_000, handledThrough: at(1) };

  it('is noted by who holds the lease, and believed by whoever reads as long as it does', async () => {
    const producer = await under.registered();
    await under.ledger.storeBatch(producer.batch({ now: at(1) }), producer.admit(legs(0, 3)), at(1));
    const read = async (now: number): Promise<number> => (await under.ledger.snapshot({ now })).handledThrough;
    expect(await read(NOW)).toBe(NOW);
    expect(await under.ledger.tryLease(HOLDER, NOW, 15_000)).toBe(true);
    expect(await read(NOW)).toBe(NOW);
    await under.ledger.noteQueue('somebody-else', { ...behind, handledThrough: 1 });
    await under.ledger.noteQueue(HOLDER, behind);
    expect(await read(NOW + 1)).toBe(behind.handledThrough);

    const snapshot = await under.ledger.snapshot({ now: NOW + 1 });
    const own = standingsOf(snapshot).find(({ run }) => run.id === producer.run.id);
    expect(own?.verdict.sentence).toMatch(/what was put on the queue since .* is not handled yet/);

    expect(await read(NOW + 15_001)).toBe(NOW + 15_001);
    expect(await under.ledger.tryLease('evaluator-b', NOW + 15_001, 15_000)).toBe(true);
    expect(await read(NOW + 15_002)).toBe(NOW + 15_002);
    await under.ledger.releaseLease('evaluator-b');
  });

  it('holds what is not lost: none that was lost is found again', async () => {
    const producer = await under.registered();
    const [first, second] = [producer.admit(legs(0, 100)), producer.admit(legs(0, 100))];
    const batch = producer.finish(0).batch({ now: at(1) });
    await under.ledger.storeBatch(batch, first, NOW);
    const lost = async (queue: QueueView): Promise<number> =>
      (await stateOf(under.ledger, producer.run.id, NOW, queue)).candidate.funnel.lost;
    expect(await lost(behind)).toBe(0);
    await under.ledger.storeBatch(producer.batch({ now: at(1) }), second, NOW);
    expect(await lost(behind)).toBe(0);
    expect(await lost({ ...behind, handledThrough: NOW })).toBe(0);
  });
}
