import type { Experiment } from '../experiment/definition.js';
import type { PublisherLimits } from './publisher.js';

/** What of a producer's memory and backlog may be set. */
export type ProducerLimits = Pick<PublisherLimits, 'ringTrials' | 'ringBytes' | 'backlogBytes'>;

/** For one word with the queue's store, in milliseconds. */
export const OPERATION_TIMEOUT_MS = 5000;

const MEBIBYTE = 1024 * 1024;

const DEFAULTS = {
  batchTrials: 64,
  batchBytes: MEBIBYTE,
  maxTrialBytes: 8 * MEBIBYTE,
  ringTrials: 4096,
  ringBytes: 32 * MEBIBYTE,
  backlogBytes: 64 * MEBIBYTE,
  retryMs: { first: 250, last: 10_000 },
} satisfies Omit<PublisherLimits, 'lingerMs' | 'heartbeatMs'>;

const MAX_LINGER_MS = 1000;
const MAX_HEARTBEAT_MS = 5000;

/** The limits of a producer. The shortest slice sets the pace: its evidence must not wait for a batch to fill. */
export function limitsFor(experiments: readonly Experiment[], given: Partial<ProducerLimits> = {}): PublisherLimits {
  const half = Math.min(...experiments.map(({ slice }) => slice.lengthMs)) / 2;
  return { ...DEFAULTS, ...given, lingerMs: Math.min(half, MAX_LINGER_MS), heartbeatMs: Math.min(half, MAX_HEARTBEAT_MS) };
}
