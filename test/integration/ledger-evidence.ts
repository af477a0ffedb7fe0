import type { CallId, RunId } from '@understudy/instrumentation/trial';
import { expect, it } from 'vitest';
import type { EvidencePair } from '../../packages/evaluator/src/ledger/ledger.js';
import { at, closeAt, FIRST_SLICE, legs } from './ledger-script.js';
import type { LedgerUnderTest } from './ledger-under-test.js';

/** The numbers of the evidence, page by page. */
export function testEvidence(under: LedgerUnderTest): void {
  async function read(run: string, limit: number, oneIn = 1): Promise<readonly EvidencePair[]> {
    const all: EvidencePair[] = [];
    for (let after: CallId | null = null, more = true; more;) {
      const page: Awaited<ReturnType<typeof under.ledger.readEvidence>> = await under.ledger.readEvidence({
        run: run as RunId,
        arm: 'candidate',
        after,
        limit,
        oneIn,
      });
      all.push(...page.pairs);
      after = page.last;
      more = after !== null;
    }
    return all;
  }

  it('reads every pair that is evidence once, in the order of calls, whatever the size of the pages', async () => {
    const producer = await under.registered();
    const rows = producer.admit([
      ...legs(0, 20),
      ...legs(0, 5, { cluster: 7 }),
      ...legs(1, 20, { failed: true, segment: 'refunds' }),
    ]);
    await under.ledger.storeBatch(producer.finish(0, 1).batch({ now: at(3), watermark: at(2) }), rows, at(3));
    const run = producer.run.id;
    expect(await read(run, 100)).toEqual([]);
    await closeAt(under.ledger, producer.run, at(20));
    const whole = await read(run, 1000);
    expect(whole).toHaveLength(41);
    expect(whole.map(({ call }) => call)).toEqual(whole.map(({ call }) => call).toSorted());
    expect(whole.at(-1)).toMatchObject({
      slice: FIRST_SLICE + 1,
      segment: 'refunds',
      facts: { shadow: { status: 'error' } },
    });
    for (const limit of [1, 7, 41, 45]) expect(await read(run, limit)).toEqual(whole);
    const some = await read(run, 7, 3);
    expect(some.length).toBeGreaterThan(0);
    expect(some.length).toBeLessThan(41);
    expect(whole.map(({ pair }) => pair)).toEqual(expect.arrayContaining(some.map(({ pair }) => pair)));
    expect(await read('0000000000000000', 10)).toEqual([]);
  });
}
