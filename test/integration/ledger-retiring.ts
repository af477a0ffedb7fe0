import { expect, it } from 'vitest';
import { legs, scriptedRun, START } from './ledger-script.js';
import type { LedgerUnderTest } from './ledger-under-test.js';

/** Experiments that are done with. */
export function testRetiring(under: LedgerUnderTest): void {
  const shown = async (experiment: string): Promise<readonly number[]> => {
    const { runs } = await under.ledger.snapshot({ now: START });
    return runs.filter(({ run }) => run.experiment === experiment).map(({ run }) => run.k);
  };

  it('shows no run of an experiment that was retired, keeps it, and shows what a service compares for', async () => {
    const producer = await under.registered(scriptedRun('retired'));
    await under.registered(scriptedRun('retired', { policy: { alpha: 0.01, gates: { errors: { margin: 0.02 } } } }));
    await under.registered(scriptedRun('kept'));
    const rows = producer.admit(legs(0, 3));
    await under.ledger.storeBatch(producer.batch({ now: START + 1 }), rows, START + 1);
    expect(await shown('retired')).toEqual([1, 2]);

    expect(await under.ledger.retire('retired', START + 2)).toBe(2);
    expect(await under.ledger.retire('retired', START + 3)).toBe(0);
    expect(await shown('retired')).toEqual([]);
    expect(await shown('kept')).toEqual([1]);
    expect(await under.ledger.findRun(producer.run.id)).toMatchObject({ k: 1 });

    // A number is used up for good: the level is shared by all runs.
    const third = { policy: { alpha: 0.02, gates: { errors: { margin: 0.02 } } } };
    await under.registered(scriptedRun('retired', third));
    expect(await shown('retired')).toEqual([1, 2, 3]);

    expect(await under.ledger.retire('retired', START + 4)).toBe(3);
    expect(await under.ledger.retire('retired', null)).toBe(3);
    expect(await shown('retired')).toEqual([1, 2, 3]);

    // A service that was there all the time, though nobody heard of it meanwhile, announces nothing anew.
    expect(await under.ledger.retire('retired', START + 5)).toBe(3);
    const counted = { ...producer.batch({ now: START + 6 }), runs: [] };
    await under.ledger.storeBatch(counted, [], START + 6);
    expect(counted.slices).not.toEqual([]);
    expect(await shown('retired')).toEqual([1, 2, 3]);
  });
}
