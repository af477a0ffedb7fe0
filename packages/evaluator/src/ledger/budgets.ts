import type { BudgetState } from '@understudy/instrumentation/experiment';
import type { Query } from './database.js';

/** Stores what the queue's store says of an experiment's budget. */
export async function noteBudget(query: Query, budget: BudgetState): Promise<void> {
  await query(
    `insert into understudy.budgets (experiment, data) values ($1, $2::json)
     on conflict (experiment) do update set data = excluded.data`,
    [budget.experiment, JSON.stringify(budget)],
  );
}

/** By experiment. */
export async function selectBudgets(query: Query): Promise<ReadonlyMap<string, BudgetState>> {
  const { rows } = await query<{ data: BudgetState }>('select data from understudy.budgets');
  return new Map(rows.map(({ data }) => [data.experiment, data]));
}
