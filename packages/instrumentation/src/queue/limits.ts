import type { Experiment } from '../experiment/definition.js';
import type { PublisherLimits } from './publisher.js';

/** What of a producer's memory and backlog may be set. */
export interface ProducerLimits extends Pick<PublisherLimits, 'ringTrials' | 'ringBytes' | 'backlogBytes'> {
  /** For one word with the queue's store, in milliseconds; after it the connection is given up. Default: 5000. */
  readonly operationTimeoutMs: number;
}

const MEBIBYTE = 1024 * 1024;

const DEFAULTS = {
  batchTrials: 64,
  batchBytes: MEBIBYTE,
  maxTrialBytes: 8 * MEBIBYTE,
  ringTrials: 4096,
  ringBytes: 32 * MEBIBYTE,
  backlogBytes: 64 * MEBIBYTE,
  operationTimeoutMs: 5000,
  retryMs: { first: 250, last: 2000 },
} satisfies Omit<PublisherLimits, 'lingerMs' | 'heartbeatMs'> & ProducerLimits;

const MAX_LINGER_MS = 1000;
const MAX_HEARTBEAT_MS = 5000;

/** The limits of a producer. The shortest slice sets the pace: its evidence must not wait for a batch to fill. */
export function limitsFor(
  experiments: readonly Experiment[],
  given: Partial<ProducerLimits> = {},
): PublisherLimits & ProducerLimits {
  const half = Math.min(...experiments.map(({ slice }) => slice.lengthMs)) / 2;
  return {
    ...DEFAULTS,
    ...given,
    lingerMs: Math.min(half, MAX_LINGER_MS),
    heartbeatMs: Math.min(half, MAX_HEARTBEAT_MS),
  };
}
