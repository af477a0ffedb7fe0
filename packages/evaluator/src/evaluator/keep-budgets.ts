import { type BudgetState, MOST_NANO_USD } from '@understudy/instrumentation/experiment';
import type { Report } from '../emit/ledger-metrics.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Budgets } from '../queue/budgets.js';
import { again } from './again.js';

export interface KeepingBudgets {
  readonly budgets: Pick<Budgets, 'read' | 'remind'>;
  readonly ledger: Pick<Ledger, 'noteBudget'>;
  /** The last look; null where another replica holds the lease, and does this. */
  readonly report: () => Report | null;
  readonly onError: (error: unknown) => void;
}

const EVERY_MS = 1000;

/**
 * Brings the ledger and the queue's store to one knowledge of what was spent: the ledger, so that status, verdict and metrics know of
 * it; and the store, where it has lost its data, so that the same money is not spent again.
 */
export async function matchBudgets({ budgets, ledger, report }: KeepingBudgets): Promise<void> {
  const runs = report()?.snapshot.runs ?? [];
  const known = new Map(runs.map(({ run, budget }) => [run.experiment, budget]));
  if (known.size === 0) return;
  const found = new Map((await budgets.read()).map((budget) => [budget.experiment, budget]));
  for (const [experiment, noted] of known) {
    const budget = found.get(experiment);
    if (noted !== null && (budget?.spent ?? 0) < Math.min(noted.spent, MOST_NANO_USD)) await budgets.remind(noted);
    else if (budget !== undefined && !isSame(budget, noted)) await ledger.noteBudget(budget);
  }
}

function isSame(one: BudgetState, other: BudgetState | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Again and again until `signal`. A time that fails is told, and repeated. */
export async function keepBudgets(keeping: KeepingBudgets, signal: AbortSignal): Promise<void> {
  await again(EVERY_MS, () => matchBudgets(keeping), keeping.onError, signal);
}
