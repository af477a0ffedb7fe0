import { emptyResource } from '@opentelemetry/resources';
import type { CollectionResult, MetricData, MetricProducer } from '@opentelemetry/sdk-metrics';
import type { Standing } from '../decide/standing.js';
import type { LedgerSnapshot } from '../ledger/snapshot.js';
import { budgetMetrics } from './budget-metrics.js';
import { callMetrics } from './call-metrics.js';
import { evaluationMetrics } from './evaluation-metrics.js';
import { funnelMetrics } from './funnel-metrics.js';
import { judgeMetrics } from './judge-metrics.js';
import { toMetricData } from './metric-data.js';
import { type Backlog, queueMetrics } from './queue-metrics.js';
import { SCOPE } from './scope.js';
import { scoreMetrics } from './score-metrics.js';
import { setupMetrics } from './setup-metrics.js';
import { verdictMetrics } from './verdict-metrics.js';
import { windowMetrics } from './window-metrics.js';

/** One look at the ledger, with what it means. */
export interface Report {
  readonly snapshot: LedgerSnapshot;
  readonly standings: readonly Standing[];
  /** What lay in the queue at that look. */
  readonly queue?: Backlog;
}

/**
 * Metrics read from the last report, and nothing while there is none (another replica holds the lease).
 *
 * Counting in a process would give other numbers after every restart and twice as many with two replicas; the ledger counts
 * once. The resource is the reader's own: what a producer says there is ignored by the SDK.
 */
export function ledgerMetrics(report: () => Report | null): MetricProducer {
  return { collect: () => Promise.resolve(collected(report())) };
}

function collected(report: Report | null): CollectionResult {
  const metrics = report === null ? [] : [...reportMetrics(report)];
  const scopeMetrics = metrics.length === 0 ? [] : [{ scope: SCOPE, metrics }];
  return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
}

/** Every metric of a look that has a number. */
export function reportMetrics(report: Report): readonly MetricData[] {
  const { snapshot, standings } = report;
  return [
    ...funnelMetrics(snapshot),
    ...verdictMetrics(standings),
    ...budgetMetrics(snapshot),
    ...judgeMetrics(report),
    ...callMetrics(snapshot),
    ...scoreMetrics(snapshot),
    ...evaluationMetrics(snapshot),
    ...windowMetrics(snapshot),
    ...queueMetrics(snapshot, report.queue),
    ...setupMetrics(snapshot),
  ]
    .filter(({ points }) => points.length > 0)
    .map((metric) => toMetricData(metric, snapshot.at));
}
