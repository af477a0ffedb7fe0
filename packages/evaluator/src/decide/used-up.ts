import { isUsedUp } from '@understudy/instrumentation/experiment';
import type { RunState } from '../ledger/snapshot.js';
import { isJudging } from './target.js';

/** The budget is used up, and of what was admitted nothing is on its way into the evidence any more. */
export function isSpent({ budget, arms, judging }: Pick<RunState, 'budget' | 'arms' | 'judging'>): boolean {
  const isSettled = !isJudging({ judging }) && Object.values(arms).every(({ funnel }) => funnel.pending === 0);
  return budget !== null && isUsedUp(budget) && isSettled;
}
