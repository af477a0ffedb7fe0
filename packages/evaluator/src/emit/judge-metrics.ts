import type { Standing } from '../decide/standing.js';
import { type HealthRates, healthRates } from '../judge/trial/health-rates.js';
import type { LabelState } from '../ledger/judging-state.js';
import type { LedgerSnapshot, RunState } from '../ledger/snapshot.js';
import { cohenKappa } from '../stats/kappa.js';
import {
  METRIC_JUDGE_AGREEMENT,
  METRIC_JUDGE_CONSISTENCY,
  METRIC_JUDGE_FALSE_WINS,
  METRIC_JUDGE_POSITION_BIAS,
} from '../semconv.js';
import { type Metric, numbers, type Point } from './metric-data.js';

/** How the judges of the current runs do, as gauges; absent while nothing is known. */
export function judgeMetrics({
  snapshot,
  standings,
}: {
  readonly snapshot: LedgerSnapshot;
  readonly standings: readonly Standing[];
}): readonly Metric[] {
  const current = new Set(standings.filter((one) => one.current).map(({ run }) => run.id));
  const runs = snapshot.runs.filter(({ run }) => current.has(run.id));
  const points = (of: (rates: HealthRates) => number | null): readonly Point[] =>
    runs.flatMap((state) => pointOf(state, state.judging === null ? null : of(healthRates(state.judging.health))));
  return [
    numbers(
      METRIC_JUDGE_CONSISTENCY,
      points(({ consistency }) => consistency.point),
    ),
    numbers(
      METRIC_JUDGE_POSITION_BIAS,
      points(({ positionBias }) => positionBias),
    ),
    numbers(
      METRIC_JUDGE_FALSE_WINS,
      points(({ falseWins }) => falseWins.point),
    ),
    numbers(
      METRIC_JUDGE_AGREEMENT,
      runs.flatMap((state) => pointOf(state, cohenKappa(labelled(Object.values(state.arms).map((arm) => arm.labels))))),
    ),
  ];
}

function pointOf({ run, judging }: RunState, value: number | null): readonly Point[] {
  const judge = judging?.judge ?? null;
  return judge === null || value === null ? [] : [{ attributes: { judge, experiment: run.experiment }, value }];
}

/** All arms together. */
function labelled(labels: readonly LabelState[]): readonly (readonly number[])[] {
  return [0, 1, 2].map((row) =>
    [0, 1, 2].map((column) => labels.reduce((sum, { table }) => sum + (table[row]?.[column] ?? 0), 0)),
  );
}
