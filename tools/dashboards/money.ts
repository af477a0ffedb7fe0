import { dashboardLink } from './links.ts';
import { type AnyPanel, lines } from './panels.ts';
import { CHOSEN } from './promql.ts';

/** What the comparison costs, and what the candidate would. */
export function money(): readonly AnyPanel[] {
  const cost = (role: string): string =>
    `max by (arm) (understudy_call_cost_total{${CHOSEN}, role="${role}", type="list"}) / on (arm) sum by (arm) (max by (arm, segment, outcome) (understudy_pairs_total{${CHOSEN}}))`;
  return [
    lines({
      title: 'Budget: spent, and its limit',
      description:
        'What shadows, judge and embeddings have cost, in US dollars. With pacing the line is about straight until the end of the window. Where what is left is less than a call costs, a little under the limit, shadowing stops; raising budget.usd starts no new run.',
      unit: 'currencyUSD',
      queries: [
        { expr: 'max by (experiment) (understudy_budget_spent{experiment="$experiment"})', legend: 'spent' },
        { expr: 'max by (experiment) (understudy_budget_limit{experiment="$experiment"})', legend: 'limit' },
      ],
      styles: [{ name: 'limit', style: 'limit' }],
      width: 8,
      min: 0,
      noValue: 'no budget',
      runbook: 'budget-nearly-spent',
    }),
    lines({
      title: 'What a call costs, in US dollars',
      description:
        'The mean of all pairs so far, of the incumbent and of each candidate, at list prices, as far as they are known. The distance is what a replacement saves, or costs.',
      unit: 'currencyUSD',
      queries: [
        { expr: cost('primary'), legend: 'primary, beside {{arm}}' },
        { expr: cost('shadow'), legend: '{{arm}}' },
      ],
      width: 8,
      min: 0,
      noValue: 'no prices',
      dataLinks: [dashboardLink('Its calls', 'calls', 'series')],
    }),
    lines({
      title: 'Judge and embeddings, in US dollars',
      description:
        'What evaluators have paid for so far, out of the same budget. Where it is most of what is spent, judge fewer pairs (judge.rate) or with a cheaper model first.',
      unit: 'currencyUSD',
      queries: [
        {
          expr: 'max by (for) (understudy_evaluation_cost_total{experiment="$experiment"})',
          legend: '{{for}}',
        },
      ],
      stacked: true,
      width: 8,
      min: 0,
      noValue: 'nothing was paid for',
    }),
  ];
}
