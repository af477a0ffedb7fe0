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
  /** A worker held them with what they were before, and has not finished; or they came while it was looked for the last time. */
  readonly working: number;
}

const STATES: readonly JobType[] = ['waiting', 'prioritized', 'delayed', 'active', 'failed', 'completed'];
/** There and back, so that a job that moves meanwhile, forwards or backwards, is met where it was or where it went. */
const THERE_AND_BACK: JobType[] = [...STATES, ...STATES.toReversed()];
/** Each may hold a mebibyte. */
const JOBS_AT_ONCE = 20;
/** A job may move twice while the queue is gone through: so many times in a row nothing must be found. */
const CALM_PASSES = 2;
/** While services send on there is always something new. */
const MOST_PASSES = 20;
const WAIT_MS = 30_000;
const POLL_MS = 100;

/**
 * Rewrites batches wherever they lie on the queue: waiting, held back, being worked on, failed, done. Then waits for the workers that hold
 * one as it was: afterwards all that they make of it is in the ledger.
 */
export async function rewriteJobs({ store, waitMs = WAIT_MS, ...options }: RewriteOptions): Promise<RewrittenJobs> {
  return withQueue(store, QUEUES.pairs, async (queue) => {
    const looked = new Set<string>();
    const found = { kept: [], changed: [], unreadable: [], sealed: [] } as Record<Rewritten, string[]>;
    let restless = 0;
    for (let [pass, calm] = [0, 0]; pass < MOST_PASSES && calm < CALM_PASSES; pass += 1) {
      const before = found.changed.length;
      for await (const job of jobsBeside(queue, looked)) found[await rewrite(job, options)].push(job.id ?? '');
      restless = found.changed.length - before;
      calm = restless === 0 ? calm + 1 : 0;
    }
    const { changed, unreadable, sealed } = found;
    const working = options.dryRun ? [] : await untilIdle(queue, changed, waitMs);
    return {
      changed: changed.length,
      unreadable: unreadable.length,
      sealed: sealed.length,
      working: working.length + restless,
    };
  });
}

/** Jobs that have not been looked at: what one holds is changed by nobody else, but for being emptied. */
async function* jobsBeside(queue: Queue<unknown>, looked: Set<string>): AsyncIterable<Job<unknown>> {
  const ids = (await queue.getRanges(THERE_AND_BACK, 0, -1)).filter((id) => !looked.has(id));
  for (let start = 0; start < ids.length; start += JOBS_AT_ONCE) {
    const some = ids.slice(start, start + JOBS_AT_ONCE);
    const jobs = await Promise.all(some.map((id) => queue.getJob(id)));
    for (const id of some) looked.add(id);
    yield* jobs.filter((job) => job !== undefined);
  }
}

type Rewritten = 'kept' | 'changed' | 'unreadable' | 'sealed';

async function rewrite(job: Job<unknown>, { change, seal, dryRun }: Omit<RewriteOptions, 'store'>): Promise<Rewritten> {
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
