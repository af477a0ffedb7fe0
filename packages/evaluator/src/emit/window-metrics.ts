import { newestRuns } from '../decide/standing.js';
import { windowOf } from '../decide/target.js';
import type { LedgerSnapshot } from '../ledger/snapshot.js';
import { METRIC_WINDOW_REMAINING } from '../semconv.js';
import { type Metric, numbers } from './metric-data.js';

/** How long the windows of experiments are still open, by their newest runs. */
export function windowMetrics(snapshot: LedgerSnapshot): readonly Metric[] {
  const { at } = snapshot;
  const points = [...newestRuns(snapshot)].flatMap(([experiment, state]) => {
    const window = windowOf(state);
    return window === null ? [] : [{ attributes: { experiment }, value: Math.max(0, window.until - at) / 1000 }];
  });
  return [numbers(METRIC_WINDOW_REMAINING, points)];
}
