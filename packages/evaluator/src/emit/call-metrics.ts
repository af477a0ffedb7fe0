import { SEGMENT_ALL } from '@understudy/instrumentation/trial';
import type { LedgerSnapshot } from '../ledger/snapshot.js';
import { METRIC_CALL_COST, METRIC_CALL_TOKENS } from '../semconv.js';
import type { Quantity } from '../tally/amounts.js';
import { totalOf } from '../tally/shown.js';
import { armsOf } from './funnel-metrics.js';
import { type NumberMetric, numbers, type Point } from './metric-data.js';

const TOKENS = {
  input: 'input_tokens',
  output: 'output_tokens',
  cached_input: 'cached_input_tokens',
  reasoning: 'reasoning_tokens',
} as const satisfies Readonly<Record<string, Quantity>>;
const COSTS = { list: 'list_cost', paid: 'paid_cost' } as const satisfies Readonly<Record<string, Quantity>>;
const ROLES = ['primary', 'shadow'] as const;

/**
 * What the calls of the pairs used, over all closed slices of all runs of an experiment. A primary counts once for each of its arms. What is
 * not known is not counted.
 */
export function callMetrics(snapshot: LedgerSnapshot): readonly NumberMetric[] {
  const points = (types: Readonly<Record<string, Quantity>>): readonly Point[] =>
    armsOf(snapshot).flatMap(({ attributes, since, states }) =>
      ROLES.flatMap((role) =>
        Object.entries(types).flatMap(([type, quantity]) => {
          const totals = states.flatMap(({ observed }) => {
            const counters = observed[SEGMENT_ALL]?.counters;
            return (counters === undefined ? null : totalOf(counters, quantity, role)) ?? [];
          });
          if (totals.length === 0) return [];
          const value = totals.reduce((all, one) => all + one, 0);
          return [{ attributes: { ...attributes, role, type }, value, since }];
        }),
      ),
    );
  return [numbers(METRIC_CALL_TOKENS, points(TOKENS)), numbers(METRIC_CALL_COST, points(COSTS))];
}
