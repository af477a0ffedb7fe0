import type { LedgerSnapshot } from '../ledger/snapshot.js';
import { METRIC_QUEUE_AGE, METRIC_QUEUE_WAITING } from '../semconv.js';
import { type Metric, numbers, type Point } from './metric-data.js';

/** What lies in the queue of batches, as the holder of the lease sees it. */
export interface Backlog {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  /** Nothing waits, is worked on or is held back. */
  readonly drained: boolean;
  /** Epoch ms: what was put on it before has been handled; 0 where it has never been reached. */
  readonly handledThrough: number;
}

/** What waits to be stored, and to be judged, and since when. */
export function queueMetrics({ at, runs }: LedgerSnapshot, backlog: Backlog | undefined): readonly Metric[] {
  const pairs = { queue: 'pairs' };
  const judge = { queue: 'judge' };
  const judging = runs.flatMap((state) => state.judging ?? []);
  const judged = judging.some((one) => one.judge !== null);
  const since = judging.flatMap(({ waitingSince }) => waitingSince ?? []);
  const seen = backlog !== undefined && backlog.handledThrough > 0 ? backlog : null;
  const waiting: readonly Point[] = [
    ...(seen === null ? [] : [{ attributes: pairs, value: seen.waiting + seen.active + seen.delayed }]),
    ...(judged ? [{ attributes: judge, value: judging.reduce((sum, one) => sum + one.waiting, 0) }] : []),
  ];
  const age = (from: number): number => Math.max(0, at - from) / 1000;
  const ages: readonly Point[] = [
    ...(seen === null ? [] : [{ attributes: pairs, value: seen.drained ? 0 : age(seen.handledThrough) }]),
    ...(judged ? [{ attributes: judge, value: since.length === 0 ? 0 : age(Math.min(...since)) }] : []),
  ];
  return [numbers(METRIC_QUEUE_WAITING, waiting), numbers(METRIC_QUEUE_AGE, ages)];
}
