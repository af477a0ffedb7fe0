import type { LedgerSnapshot, MisconfiguredState } from '../ledger/snapshot.js';
import { METRIC_MISCONFIGURED, METRIC_MISCONFIGURED_LAST_SEEN } from '../semconv.js';
import { type Metric, numbers, type Point } from './metric-data.js';

/** What services and evaluators have seen of how they are set up, also of services that export nothing themselves. */
export function setupMetrics({ misconfigured }: LedgerSnapshot): readonly Metric[] {
  const points = (of: (one: MisconfiguredState) => Omit<Point, 'attributes'>): readonly Point[] =>
    misconfigured.map((one) => {
      const { cause, experiment } = one;
      return { attributes: { cause, ...(experiment !== null && { experiment }) }, ...of(one) };
    });
  return [
    numbers(
      METRIC_MISCONFIGURED,
      points(({ count, firstAt }) => ({ value: count, since: firstAt })),
    ),
    numbers(
      METRIC_MISCONFIGURED_LAST_SEEN,
      points(({ lastAt }) => ({ value: lastAt / 1000 })),
    ),
  ];
}
