import { ConfigurationError, type Judging } from '@understudy/instrumentation/experiment';
import type { Budgets } from '../../queue/budgets.js';
import type { Purse } from './purse.js';
import { SharedBudget } from './shared-budget.js';

/** The purses of all experiments: each holds one part of its experiment's budget for this process. */
export interface Purses {
  of(experiment: string, bounds: Pick<Judging, 'perMinute' | 'usdPerHour' | 'budget'>, who: Purse['who']): Purse;
  /** Gives back what is not used. */
  close(): Promise<void>;
}

const PEOPLE: Readonly<Record<Purse['who'], string>> = { judge: 'the judge', embeddings: 'the embeddings of' };

/** What an experiment's `budget.prices` needs for a model. */
export function priceLine(model: string): string {
  return `\`${JSON.stringify(model)}: { input: ..., output: ... }\``;
}

export function createPurses(
  options: Pick<Purse, 'ledger' | 'now'> & {
    readonly budgets: Pick<Budgets, 'lease'>;
    readonly onError: (error: unknown) => void;
  },
): Purses {
  const { ledger, budgets, now, onError } = options;
  const shared = new Map<string, { readonly usd: number; readonly budget: SharedBudget }>();
  const unpriced = new Set<string>();

  function budgetOf(experiment: string, budget: Judging['budget']): SharedBudget | null {
    if (budget === null) return null;
    const known = shared.get(experiment);
    if (known?.usd === budget.usd) return known.budget;
    known?.budget.close().catch(onError);
    const opened = new SharedBudget(experiment, budget, { store: budgets, onError });
    shared.set(experiment, { usd: budget.usd, budget: opened });
    return opened;
  }

  return {
    of: (experiment, bounds, who) => ({
      experiment,
      who,
      ledger,
      now,
      limits: () => bounds,
      budget: () => budgetOf(experiment, bounds.budget),
      onUnpriced(model) {
        if (unpriced.has(model)) return;
        unpriced.add(model);
        onError(
          new ConfigurationError('budget.prices', [
            `no price is known for ${PEOPLE[who]} ${model} of ${experiment}, so it is not asked: add ${priceLine(model)}, in USD a million tokens, and restart the service, which announces the budget`,
          ]),
        );
      },
    }),
    async close() {
      await Promise.all([...shared.values()].map(({ budget }) => budget.close().catch(onError)));
      shared.clear();
    },
  };
}
