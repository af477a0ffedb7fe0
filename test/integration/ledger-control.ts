import { expect, it } from 'vitest';
import type { Bounds, BudgetState, Control } from '@understudy/instrumentation/experiment';
import { scriptedRun, START, stateOf } from './ledger-script.js';
import type { LedgerUnderTest } from './ledger-under-test.js';

const BOUNDS: Bounds = { enabled: true, rate: 0.1, window: { from: START, until: START + 1000 }, target: null };

/** What is noted beside the evidence: what bounds a run, what people have set, and what was spent. */
export function testControl(under: LedgerUnderTest): void {
  it("keeps a run's bounds as the youngest service has them, whatever comes last", async () => {
    const run = scriptedRun();
    await under.registered(run);
    expect(await stateOf(under.ledger, run.id, START)).toMatchObject({ bounds: null, control: null });
    const target = { pairs: 5, afterwards: 'stop', rate: 0.01 } as const;
    const now = START + 10;
    await under.ledger.noteBounds(run.id, BOUNDS, { startedAt: START, now });
    await under.ledger.noteBounds(run.id, { ...BOUNDS, target }, { startedAt: START + 2.5, now });
    await under.ledger.noteBounds(run.id, { ...BOUNDS, rate: 1 }, { startedAt: START + 1, now });
    expect((await stateOf(under.ledger, run.id, START)).bounds).toEqual({ ...BOUNDS, target });
  });

  it('takes no service for younger than now, so that a clock that was ahead rules for no longer than its process', async () => {
    const run = scriptedRun();
    await under.registered(run);
    const years = 4 * 365 * 86_400_000;
    await under.ledger.noteBounds(run.id, { ...BOUNDS, rate: 1 }, { startedAt: START + years, now: START });
    await under.ledger.noteBounds(run.id, BOUNDS, { startedAt: START + 1000, now: START + 2000 });
    expect((await stateOf(under.ledger, run.id, START)).bounds).toEqual(BOUNDS);
  });

  it('keeps what people have set last for an experiment, for each of its runs', async () => {
    const [first, second] = [scriptedRun('controlled'), scriptedRun('controlled')];
    await under.registered(first);
    await under.registered(second);
    const control: Control = { v: 1, enabled: false, setAt: START, by: 'NUL \u0000, half a pair \ud800' };
    await under.ledger.noteControl('controlled', { ...control, enabled: true });
    await under.ledger.noteControl('controlled', control);
    for (const run of [first, second]) expect((await stateOf(under.ledger, run.id, START)).control).toEqual(control);
    expect((await stateOf(under.ledger, (await under.registered()).run.id, START)).control).toBeNull();
  });

  it("keeps the last state of an experiment's budget, for each of its runs", async () => {
    const [first, second] = [scriptedRun('budgeted'), scriptedRun('budgeted')];
    await under.registered(first);
    await under.registered(second);
    const budget: BudgetState = { experiment: 'budgeted', limit: 9e15, spent: 5, reserved: 1, least: 2, halvings: 3 };
    await under.ledger.noteBudget(budget);
    await under.ledger.noteBudget({ ...budget, spent: 8_999_999_999_999_999 });
    for (const run of [first, second]) {
      const { budget: kept } = await stateOf(under.ledger, run.id, START);
      expect(kept).toEqual({ ...budget, spent: 8_999_999_999_999_999 });
    }
    expect((await stateOf(under.ledger, (await under.registered()).run.id, START)).budget).toBeNull();
  });
}
