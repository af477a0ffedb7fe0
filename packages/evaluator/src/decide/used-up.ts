import type { BudgetState } from '@understudy/instrumentation/experiment';
import type { RunState } from '../ledger/snapshot.js';
import { isJudging } from './target.js';

/** Whether a budget pays for no further call, also when all that is held for calls were given back. */
export function isUsedUp(budget: BudgetState | null): boolean {
  return budget !== null && budget.limit - budget.spent < Math.max(1, budget.least);
}

/** The budget is used up, and of what was admitted nothing is on its way into the evidence any more. */
export function isSpent({ budget, arms, judging }: Pick<RunState, 'budget' | 'arms' | 'judging'>): boolean {
  return isUsedUp(budget) && !isJudging({ judging }) && Object.values(arms).every(({ funnel }) => funnel.pending === 0);
}
