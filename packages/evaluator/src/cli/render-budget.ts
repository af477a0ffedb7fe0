import { type BudgetState, isUsedUp, NANO_USD } from '@understudy/instrumentation/experiment';
import { percent } from './style.js';

/** `budget: $41.20 of $50.00 spent (82.4 %), $0.31 held for calls; drawn at 1/4 of the declared rate, so that it lasts`. */
export function renderBudget(budget: BudgetState | null): readonly string[] {
  if (budget === null) return [];
  const { spent, limit, reserved, halvings } = budget;
  const held = reserved > 0 ? `, ${dollars(reserved)} held for calls` : '';
  const paced = halvings > 0 ? `; drawn at 1/${2 ** halvings} of the declared rate, so that it lasts` : '';
  const line = `budget: ${dollars(spent)} of ${dollars(limit)} spent (${percent(spent / limit)})${held}${paced}`;
  return isUsedUp(budget)
    ? [`${line}: what is left pays for no further call, nothing more is shadowed until \`budget.usd\` is raised`]
    : [line];
}

/** A budget for programs: US dollars. */
export function budgetJson(budget: BudgetState | null): Readonly<Record<string, unknown>> | null {
  if (budget === null) return null;
  const { spent, limit, reserved } = budget;
  const usd = { spent: spent / NANO_USD, limit: limit / NANO_USD, reserved: reserved / NANO_USD };
  return { ...usd, usedUp: isUsedUp(budget), share: 2 ** -budget.halvings };
}

function dollars(nano: number): string {
  const usd = nano / NANO_USD;
  return `$${usd > 0 && usd < 1 ? usd.toFixed(4) : usd.toFixed(2)}`;
}
