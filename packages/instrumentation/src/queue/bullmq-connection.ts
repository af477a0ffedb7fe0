import { randomBytes } from 'node:crypto';
import type { JobsOptions, Queue } from 'bullmq';
import { UnderstudyError } from '../errors.js';
import type { LeaseReply, LeaseRequest } from '../experiment/budget/lease.js';
import { raised } from '../guard.js';
import type { EncodedBatch } from '../trial/codec.js';
import type { QueueConnection, StoreMemory } from './queue-connection.js';
import { withTimeLimit } from './time-limit.js';

export type BullMq = typeof import('bullmq');

/** The two queues of a connection, on whichever store. Their `error` events are handled here. */
export interface OpenQueues {
  readonly pairs: Queue;
  readonly settings: Queue;
  /** Of the store's memory, or null where it has no limit. */
  memory(): Promise<StoreMemory | null>;
  lease(request: LeaseRequest): Promise<LeaseReply>;
  /** Cuts the connection, at once. */
  cut(): void;
}

/**
 * A batch is worked on until the ledger has it, for half a day of trying. Once done its id stays known for an hour: the same batch
 * sent again by a producer that missed the acknowledgement is not run twice.
 */
const BATCH_OPTIONS: JobsOptions = {
  attempts: 10_000,
  backoff: { type: 'fixed', delay: 5000 },
  removeOnComplete: { age: 3600, count: 10_000 },
};

/** An evaluator that keeps up leaves fewer batches waiting. */
const MANY = 3;

const SALT_JOB = 'salt';
const SALT_BYTES = 32;

/** Speaks to the store through BullMQ. Every call has a time limit of ours, since BullMQ's own calls may wait for ever. */
export function bullmqConnection(
  { pairs, settings, memory, lease, cut }: OpenQueues,
  timeoutMs: number,
): QueueConnection {
  const limited = <Result>(operation: string, run: () => Promise<Result>): Promise<Result> =>
    withTimeLimit(operation, timeoutMs, run);
  let closed = false;
  for (const queue of [pairs, settings]) {
    queue.on('error', (error) => {
      if (!closed) raised('queue.connection', error);
    });
  }
  return {
    async add(jobId: string, data: EncodedBatch) {
      await limited('add', () => pairs.add('batch', data, { ...BATCH_OPTIONS, jobId }));
    },
    async backlog() {
      // In one go: it is asked before each batch of trials.
      const [waiting, used] = await Promise.all([
        limited('backlog', () => pairs.getJobCountByTypes('wait', 'prioritized', 'delayed')),
        limited('memory', memory),
      ]);
      if (waiting < MANY) return { waiting, next: null, memory: used };
      const [next = null] = await limited('next', () => pairs.getRanges(['wait'], 0, 0, true));
      return { waiting, next, memory: used };
    },
    async salt() {
      // Kept for ever: never taken, so never completed. Of all producers' words the first is in the store.
      const bytes = randomBytes(SALT_BYTES).toString('base64');
      await limited('salt', () => settings.add(SALT_JOB, { v: 1, bytes }, { jobId: SALT_JOB }));
      const job = await limited('salt', () => settings.getJob(SALT_JOB));
      return saltOf(job?.data);
    },
    async setting(id: string) {
      const job = await limited('setting', () => settings.getJob(id));
      return job?.data as unknown;
    },
    lease: (request) => limited('lease', () => lease(request)),
    close() {
      closed = true;
      try {
        cut();
      } catch (error) {
        raised('queue.close', error);
      }
    },
  };
}

function saltOf(data: unknown): Uint8Array {
  const { v, bytes } = (data ?? {}) as { v?: unknown; bytes?: unknown };
  const salt = typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : Buffer.alloc(0);
  if (v === 1 && salt.length >= 16) return salt;
  throw new UnderstudyError(
    'salt',
    "the queue's store holds no salt that can be read; is it used by another version?",
    { retryable: true },
  );
}
