import { type BudgetState, MOST_NANO_USD } from '@understudy/instrumentation/experiment';
import { describe, expect, it } from 'vitest';
import { renderStatus, statusJson } from '../../packages/evaluator/src/cli/render-status.js';
import { renderVerdict, verdictJson } from '../../packages/evaluator/src/cli/render-verdict.js';
import { styleFor } from '../../packages/evaluator/src/cli/style.js';
import { budgetMetrics } from '../../packages/evaluator/src/emit/budget-metrics.js';
import { matchBudgets } from '../../packages/evaluator/src/evaluator/keep-budgets.js';
import { arm, errorsTally, funnel, report, run, runState } from './report.js';

const plain = styleFor(false);
const NAME = run().experiment;
const HALF: BudgetState = { experiment: NAME, limit: 50e9, spent: 25e9, reserved: 0.31e9, least: 2e6, halvings: 0 };
const USED_UP: BudgetState = { ...HALF, spent: 49.999e9, reserved: 0 };

describe('status', () => {
  const linesOf = (budget: BudgetState | null): readonly string[] =>
    renderStatus(report([runState({ budget })]), plain).filter((line) => line.includes('budget'));

  it('says what was spent, what is held, and how calls are drawn', () => {
    expect(linesOf(null)).toEqual([]);
    expect(linesOf(HALF)).toEqual(['  budget: $25.00 of $50.00 spent (50.0 %), $0.3100 held for calls']);
    expect(linesOf({ ...HALF, reserved: 0, halvings: 3 })[0]).toMatch(/; drawn at 1\/8 of the declared rate/);
    expect(linesOf(USED_UP)[0]).toMatch(
      /pays for no further call, nothing more is shadowed until `budget.usd` is raised$/,
    );
  });

  it('gives dollars to programs', () => {
    const { runs } = statusJson(report([runState({ budget: USED_UP })])) as { runs: { budget: object }[] };
    expect(runs[0]?.budget).toEqual({ spent: 49.999, limit: 50, reserved: 0, usedUp: true, share: 1 });
    expect(statusJson(report([runState()]))).toMatchObject({ runs: [{ budget: null }] });
  });
});

describe('a verdict', () => {
  const standing = (budget: BudgetState | null, pending = 0): ReturnType<typeof report>['standings'][0] => {
    const streams = { _all: { errors: errorsTally(0, 10, 0) } };
    const one = report([runState({ budget, arms: { small: arm({ streams, funnel: funnel({ pending }) }) } })])
      .standings[0];
    if (one === undefined) throw new Error('no standing');
    return one;
  };

  it('waits for no more pairs once the budget is used up and nothing of it is on its way', () => {
    expect(verdictJson(standing(USED_UP))).toMatchObject({ expired: true });
    expect(renderVerdict(standing(USED_UP), plain)).toContain('  the budget is used up: no more pairs will come');
    expect(standing(USED_UP).verdict.holds.map(({ reason }) => reason)).toContain('expired');
    expect(verdictJson(standing(USED_UP, 3))).toMatchObject({ expired: false });
    expect(verdictJson(standing(HALF))).toMatchObject({ expired: false });
    // The last thousandth is not waited for, nor is it over with a tenth left.
    expect(verdictJson(standing({ ...HALF, spent: 49.96e9, least: 0 }))).toMatchObject({ expired: true });
    expect(verdictJson(standing({ ...HALF, spent: 45e9, least: 6e9 }))).toMatchObject({ expired: false });
  });
});

it('metrics are in dollars, by experiment, once for all runs of it', () => {
  const runs = [runState({ budget: HALF }), runState({ run: run({}, 2), budget: HALF })];
  const metrics = budgetMetrics(report(runs).snapshot).map(({ description, points }) => [
    description.name,
    description.unit,
    points,
  ]);
  const points = (value: number): object[] => [{ attributes: { experiment: NAME }, value }];
  expect(metrics).toEqual([
    ['understudy.budget.spent', '{USD}', points(25)],
    ['understudy.budget.limit', '{USD}', points(50)],
    ['understudy.budget.used_up', '', points(0)],
  ]);
  const [usedUp] = budgetMetrics(report([runState({ budget: USED_UP })]).snapshot).slice(-1);
  expect(usedUp?.points).toEqual(points(1));
  expect(budgetMetrics(report([runState()]).snapshot).every((metric) => metric.points.length === 0)).toBe(true);
});

describe('the ledger and the store', () => {
  async function matched(known: BudgetState | null, found: readonly BudgetState[]): Promise<[string, number][]> {
    const done: [string, number][] = [];
    await matchBudgets({
      budgets: {
        read: async () => found,
        remind: async ({ spent }) => void done.push(['remind', spent]),
      },
      ledger: { noteBudget: async ({ spent }) => void done.push(['note', spent]) },
      report: () => report([runState({ budget: known })]),
      onError: () => undefined,
    });
    return done;
  }

  it('come to one knowledge of what was spent: the ledger follows, and a store that has lost its data is told', async () => {
    expect(await matched(null, [])).toEqual([]);
    expect(await matched(null, [HALF])).toEqual([['note', 25e9]]);
    expect(await matched(HALF, [HALF])).toEqual([]);
    expect(await matched(HALF, [USED_UP])).toEqual([['note', 49.999e9]]);
    expect(await matched(HALF, [])).toEqual([['remind', 25e9]]);
    expect(await matched(USED_UP, [HALF])).toEqual([['remind', 49.999e9]]);
    expect(await matched(null, [{ ...HALF, experiment: 'another' }])).toEqual([]);
  });

  it('agree on an amount that was once noted and is larger than any', async () => {
    const noted = { ...HALF, spent: 9_007_199_254_740_990_000 };
    expect(await matched(noted, [{ ...HALF, spent: MOST_NANO_USD }])).toEqual([['note', MOST_NANO_USD]]);
  });
});
