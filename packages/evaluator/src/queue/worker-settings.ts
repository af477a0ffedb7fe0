import type { WorkerOptions } from 'bullmq';

/** A job is never given up because workers died on it: that is what "at least once" means. */
const STALLS = 1_000_000;
const RETRY_MS = 1000;

/**
 * How a worker of ours takes jobs.
 *
 * @param lockMs After so long without a sign of life of its worker a job is given to another, in milliseconds.
 */
export function workerSettings(
  concurrency: number,
  lockMs: number,
): Omit<WorkerOptions, 'connection' | 'removeOnComplete' | 'removeOnFail'> {
  return {
    autorun: false,
    concurrency,
    lockDuration: lockMs,
    stalledInterval: Math.max(100, lockMs / 2),
    maxStalledCount: STALLS,
    runRetryDelay: RETRY_MS,
  };
}
