import { NANO_USD } from '@understudy/instrumentation/experiment';
import type { LedgerSnapshot } from '../ledger/snapshot.js';
import { METRIC_EVALUATION_CALLS, METRIC_EVALUATION_COST, METRIC_JUDGE_ABSTAINED } from '../semconv.js';
import { type Metric, numbers, type Point } from './metric-data.js';

/** What evaluators asked judges and for embeddings, and what came of it. */
export function evaluationMetrics({ runs, asked }: LedgerSnapshot): readonly Metric[] {
  const since = new Map<string, number>();
  for (const { run } of runs)
    since.set(run.experiment, Math.min(run.registeredAt, since.get(run.experiment) ?? Infinity));
  const known = asked.filter(({ experiment }) => since.has(experiment));
  const from = (experiment: string): Pick<Point, 'since'> => ({ since: since.get(experiment) ?? 0 });
  const calls = known.map(({ experiment, who, outcome, calls: value }): Point => ({
    attributes: { experiment, for: who, outcome },
    value,
    ...from(experiment),
  }));
  const costs = [...Map.groupBy(known, ({ experiment, who }) => JSON.stringify([experiment, who])).values()].flatMap(
    (some): readonly Point[] => {
      const [first] = some;
      const nano = some.reduce((all, { cost }) => all + cost, 0);
      if (first === undefined || nano === 0) return [];
      const { experiment, who } = first;
      return [{ attributes: { experiment, for: who }, value: nano / NANO_USD, ...from(experiment) }];
    },
  );
  const reasons = new Map<string, { readonly experiment: string; readonly reason: string; value: number }>();
  for (const { run, judging } of runs) {
    for (const [reason, pairs = 0] of Object.entries(judging?.health.abstained ?? {})) {
      const key = JSON.stringify([run.experiment, reason]);
      const one = reasons.get(key) ?? { experiment: run.experiment, reason, value: 0 };
      reasons.set(key, { ...one, value: one.value + pairs });
    }
  }
  const abstained = [...reasons.values()].map(({ experiment, reason, value }): Point => ({
    attributes: { experiment, reason },
    value,
    ...from(experiment),
  }));
  return [
    numbers(METRIC_EVALUATION_CALLS, calls),
    numbers(METRIC_EVALUATION_COST, costs),
    numbers(METRIC_JUDGE_ABSTAINED, abstained),
  ];
}
