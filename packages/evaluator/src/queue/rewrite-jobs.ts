import { setTimeout as sleep } from 'node:timers/promises';
import { QUEUES } from '@understudy/instrumentation/experiment';
import { type Batch, decodeBatch, encodeBatch, type Seal } from '@understudy/instrumentation/trial';
import type { Job, JobType, Queue } from 'bullmq';
import { UnderstudyError } from '../errors.js';
import { EMPTIED, isEmptied } from './emptied.js';
import type { Store } from './store.js';
import { withQueue } from './with-queue.js';

export interface RewriteOptions {
  readonly store: Pick<Store, 'queues'>;
  /** What a batch is to become; null where it stays. */
  readonly change: (batch: Batch) => Batch | null;
  readonly seal: Seal | null;
  /** Only look. */
  readonly dryRun: boolean;
  /** How long to wait for jobs that were being worked on, in milliseconds. Default 30,000. */
  readonly waitMs?: number;
}

/** What was found on the queue, in jobs. */
export interface RewrittenJobs {
  readonly changed: number;
  /** Nobody can read them, so the evaluator will put them aside. */
  readonly unreadable: number;
  /** Their key is not here: they stay as they are. */
  readonly sealed: number;
  /** A worker held them with what they were before, and has not finished. */
  readonly working: number;
}

/** In the order in which jobs go, so that one that moves on meanwhile is met again. */
const STATES: readonly JobType[] = ['waiting', 'prioritized', 'delayed', 'active', 'failed', 'completed'];
/** Each may hold a mebibyte. */
const JOBS_AT_ONCE = 20;
/** Jobs also move backwards: it is looked until nothing is found, but not for ever. */
const MOST_PASSES = 10;
const WAIT_MS = 30_000;
const POLL_MS = 100;

/**
 * Rewrites batches wherever they lie on the queue: waiting, held back, being worked on, failed, done. Then waits for the workers that hold
 * one as it was: afterwards all that they make of it is in the ledger.
 */
export async function rewriteJobs({ store, waitMs = WAIT_MS, ...options }: RewriteOptions): Promise<RewrittenJobs> {
  return withQueue(store, QUEUES.pairs, async (queue) => {
    const changed = new Set<string>();
    const unreadable = new Set<string>();
    const sealed = new Set<string>();
    for (let pass = 0; pass < MOST_PASSES; pass += 1) {
      const before = changed.size;
      for await (const job of everyJob(queue)) {
        const id = job.id ?? '';
        const done = await rewrite(job, options);
        if (done === 'changed') changed.add(id);
        if (done === 'unreadable') unreadable.add(id);
        if (done === 'sealed') sealed.add(id);
      }
      if (options.dryRun || changed.size === before) break;
    }
    const working = options.dryRun ? [] : await untilIdle(queue, [...changed], waitMs);
    return { changed: changed.size, unreadable: unreadable.size, sealed: sealed.size, working: working.length };
  });
}

/** From the newest on: taking and adding jobs then moves none past the reader. */
async function* everyJob(queue: Queue<unknown>): AsyncIterable<Job<unknown>> {
  for (const state of STATES) {
    for (let start = 0; ; start += JOBS_AT_ONCE) {
      const jobs = await queue.getJobs([state], start, start + JOBS_AT_ONCE - 1, false);
      yield* jobs;
      if (jobs.length === 0) break;
    }
  }
}

async function rewrite(
  job: Job<unknown>,
  { change, seal, dryRun }: Omit<RewriteOptions, 'store'>,
): Promise<'kept' | 'changed' | 'unreadable' | 'sealed'> {
  if (isEmptied(job.data)) return 'kept';
  let batch: Batch | null;
  try {
    batch = change(await decodeBatch(job.data, { seal }));
  } catch (error) {
    return UnderstudyError.isInstance(error) && error.code === 'sealed' ? 'sealed' : 'unreadable';
  }
  if (batch === null) return 'kept';
  if (dryRun) return 'changed';
  await replace(job, await encodeBatch(batch, seal));
  // What is done holds nothing; this one may have been emptied between reading and writing it.
  if (await job.isCompleted()) await replace(job, EMPTIED);
  return 'changed';
}

/** A job that is gone holds nothing. */
async function replace(job: Job<unknown>, data: unknown): Promise<void> {
  try {
    await job.updateData(data);
  } catch (error) {
    if ((error as { code?: unknown }).code !== MISSING_JOB) throw error;
  }
}

const MISSING_JOB = -1;

async function untilIdle(queue: Queue<unknown>, ids: readonly string[], waitMs: number): Promise<readonly string[]> {
  let working = ids;
  for (const until = Date.now() + waitMs; ; await sleep(POLL_MS)) {
    const states = await Promise.all(working.map((id) => queue.getJobState(id)));
    working = working.filter((_id, index) => states[index] === 'active');
    if (working.length === 0 || Date.now() >= until) return working;
  }
}
