import { isUsedUp } from '@understudy/instrumentation/experiment';
import type { RunState } from '../ledger/snapshot.js';

/** The budget is used up, and of what was admitted nothing is on its way into the evidence any more. */
export function isSpent({ budget, arms }: Pick<RunState, 'budget' | 'arms'>): boolean {
  return budget !== null && isUsedUp(budget) && Object.values(arms).every(({ funnel }) => funnel.pending === 0);
}
