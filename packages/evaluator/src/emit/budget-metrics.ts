import { type BudgetState, NANO_USD } from '@understudy/instrumentation/experiment';
import type { LedgerSnapshot } from '../ledger/snapshot.js';
import { METRIC_BUDGET_LIMIT, METRIC_BUDGET_SPENT } from '../semconv.js';
import { gauge, type Metric, type Point } from './metric-data.js';

/** What experiments have cost and may cost, in US dollars: of those that have a budget. */
export function budgetMetrics({ runs }: LedgerSnapshot): readonly Metric[] {
  const budgets = new Map(
    runs.flatMap(({ budget }) => (budget === null ? [] : [[budget.experiment, budget] as const])),
  );
  const points = (of: (budget: BudgetState) => number): readonly Point[] =>
    [...budgets.values()].map((budget) => ({
      attributes: { experiment: budget.experiment },
      value: of(budget) / NANO_USD,
    }));
  return [
    gauge(
      METRIC_BUDGET_SPENT,
      'What shadows and judgements have cost',
      points(({ spent }) => spent),
      '{USD}',
    ),
    gauge(
      METRIC_BUDGET_LIMIT,
      'What they may cost together',
      points(({ limit }) => limit),
      '{USD}',
    ),
  ];
}
