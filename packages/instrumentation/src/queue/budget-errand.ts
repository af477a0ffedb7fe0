import type { ExperimentBudget } from '../govern/budget/budget.js';
import type { Errand } from './errands.js';

/** Keeps a process's part of a budget in step with the store. A turn that fails changes nothing: the lease ends by itself. */
export function budgetErrand(budget: ExperimentBudget): Errand {
  return {
    name: 'queue.budget',
    everyMs: () => budget.everyMs(),
    run: (connection) => budget.sync(connection),
  };
}
