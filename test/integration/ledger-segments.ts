import { expect, it } from 'vitest';
import { openLedger } from '../../packages/evaluator/src/ledger/open.js';
import type { LedgerUnderTest } from './ledger-under-test.js';
import { at, closeAt, legs, scriptedRun, ScriptedProducer, START, stateOf } from './ledger-script.js';

const MAX = 5;

/** Each process bounds its own segments; a run has as many as it says, over all of them. */
export function testSegments(under: LedgerUnderTest): void {
  it('tells so many segments of a run apart, whichever process names them, and what it adds up to stays', async () => {
    const run = scriptedRun(undefined, { segments: { attribute: 'app.tenant', max: MAX, critical: ['gold'] } });
    await under.ledger.registerRun(run, START);
    const other = await openLedger(under.url, START);
    // All four at once, by two evaluators; the critical one comes last.
    const stored = Array.from({ length: 4 }, (_, index) => {
      const producer = new ScriptedProducer(run);
      const segments = ['_none', 'shared', ...Array.from({ length: 4 }, (__, own) => `tenant-${index}-${own}`), 'gold'];
      const rows = segments.flatMap((segment) => producer.admit(legs(0, 2, { segment }), { dropped: 1 }));
      return { rows, batch: producer.finish(0).batch({ now: at(1), watermark: at(1) }) };
    });
    const store = (): Promise<unknown> =>
      Promise.all(
        stored.map(({ rows, batch }, index) => (index % 2 === 0 ? under.ledger : other).storeBatch(batch, rows, at(1))),
      );
    await store();
    const before = await stateOf(under.ledger, run.id, at(2));
    await store();
    await other.close();

    const { candidate } = await stateOf(under.ledger, run.id, at(2));
    expect(candidate).toEqual(before.candidate);
    const found = Object.keys(candidate.segments);
    expect(found.filter((name) => !name.startsWith('_'))).toHaveLength(MAX);
    expect(found).toEqual(expect.arrayContaining(['_none', '_other', 'shared', 'gold']));
    expect(candidate.funnel).toMatchObject({ admitted: 84, published: 56, stored: 56 });
    expect(candidate.segments['gold']).toMatchObject({ admitted: 12, stored: 8 });
    // Of 16 tenants three had a place.
    expect(candidate.segments['_other']).toMatchObject({ admitted: 39, published: 26, stored: 26 });
    expect(await closeAt(under.ledger, run, at(20))).toMatchObject([{ stored: 56, evidence: 56, missing: 28 }]);
  });
}
