import { type BudgetState, isUsedUp, NANO_USD } from '@understudy/instrumentation/experiment';
import type { LedgerSnapshot } from '../ledger/snapshot.js';
import { METRIC_BUDGET_LIMIT, METRIC_BUDGET_SPENT, METRIC_BUDGET_USED_UP } from '../semconv.js';
import { type Metric, numbers, type Point } from './metric-data.js';

/** What experiments have cost and may cost, in US dollars, and whether that is all: of those that have a budget. */
export function budgetMetrics({ runs }: LedgerSnapshot): readonly Metric[] {
  const budgets = new Map(
    runs.flatMap(({ budget }) => (budget === null ? [] : [[budget.experiment, budget] as const])),
  );
  const points = (of: (budget: BudgetState) => number): readonly Point[] =>
    [...budgets.values()].map((budget) => ({
      attributes: { experiment: budget.experiment },
      value: of(budget),
    }));
  return [
    numbers(
      METRIC_BUDGET_SPENT,
      points(({ spent }) => spent / NANO_USD),
    ),
    numbers(
      METRIC_BUDGET_LIMIT,
      points(({ limit }) => limit / NANO_USD),
    ),
    numbers(
      METRIC_BUDGET_USED_UP,
      points((budget) => (isUsedUp(budget) ? 1 : 0)),
    ),
  ];
}
