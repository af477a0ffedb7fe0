import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { QUEUES } from '@understudy/instrumentation/experiment';
import { DelayedError, type Job, type Queue, type Worker } from 'bullmq';
import { ContractError, UnderstudyError } from '../errors.js';
import { EMPTIED, isEmptied } from './emptied.js';
import { createQueueWatch, type QueueState } from './queue-watch.js';
import type { Store } from './store.js';
import { untilReady } from './until-ready.js';
import { workerSettings } from './worker-settings.js';

/** A job as it came out of the queue. */
export interface QueuedJob {
  readonly id: string;
  readonly data: unknown;
}

export interface ConsumeOptions {
  readonly store: Pick<Store, 'queues'>;
  /**
   * Does the job. Resolving completes it. A retryable `UnderstudyError` is tried again for ever, since the job is not to
   * blame; one whose key is not here as well, behind other jobs; any other error a few times, later; a `ContractError` not at all.
   */
  readonly handle: (job: QueuedJob) => Promise<void>;
  /** Puts a job aside that cannot be done. It is completed once this resolves; retried like `handle` where it rejects. */
  readonly aside: (job: QueuedJob, error: unknown) => Promise<void>;
  /** Told of what goes wrong with the connection or a job, for the log. */
  readonly onError: (error: unknown) => void;
  /** Epoch ms. Default `Date.now`. */
  readonly now?: () => number;
  /** Jobs at once. Default 4. */
  readonly concurrency?: number;
  /** How often a job is tried that fails by its own fault. Default 5. */
  readonly tries?: number;
  /** After this long without a sign of life of its worker a job is given to another, in milliseconds. Default 30,000. */
  readonly lockMs?: number;
  /** The first and the longest pause while something is away, in milliseconds. Defaults 200 and 10,000. */
  readonly pauseMs?: { readonly first: number; readonly longest: number };
}

export interface Consumer {
  /** How much lies in the queue and how far it has been handled. Never rejects: a queue that is away says so. */
  state(): Promise<QueueState>;
  /** Takes no more jobs, lets those at hand finish for `timeoutMs` (default 10,000), and leaves the rest to others. */
  close(timeoutMs?: number): Promise<void>;
}

/** Stays known for an hour, so that a batch sent twice is one job. */
const REMEMBERED = { age: 3600, count: 10_000 };
const FAILED = { age: 7 * 24 * 3600, count: 1000 };
const PAUSE = { first: 200, longest: 10_000 };

/** Works on the queue of batches. Delivery is at least once: `handle` may see a job again. */
export function consumeBatches(options: ConsumeOptions): Consumer {
  const { store, onError, concurrency = 4, tries = 5, lockMs = 30_000, now = Date.now } = options;
  const pause = options.pauseMs ?? PAUSE;
  const closing = new AbortController();
  const queues = store.queues();

  const worker = untilReady(makeWorker, noted, closing.signal);
  worker.then(
    (ready) => void ready.run().catch(noted),
    // Closed before the queue was ever there.
    () => undefined,
  );
  const queue = untilReady(makeQueue, () => undefined, closing.signal);
  queue.catch(() => undefined);
  const watch = createQueueWatch(queue, (ids) => queues.addedAt(QUEUES.pairs, ids), now);

  function makeWorker(): Worker<unknown, void> {
    const made = queues.worker(QUEUES.pairs, (job, token) => process(job, token), {
      ...workerSettings(concurrency, lockMs),
      removeOnComplete: REMEMBERED,
      removeOnFail: FAILED,
    });
    made.on('error', noted);
    return made;
  }

  function makeQueue(): Queue<unknown> {
    const made = queues.queue(QUEUES.pairs);
    made.on('error', () => undefined);
    return made;
  }

  /** A worker that is closed loses its connections: that is no news. */
  function noted(error: unknown): void {
    if (!closing.signal.aborted) onError(error);
  }

  async function process(job: Job<unknown, void>, token: string | undefined): Promise<void> {
    const queued: QueuedJob = { id: job.id ?? '', data: job.data };
    // Whoever did it had no time to say so.
    if (isEmptied(job.data)) return;
    const failed = await attempt(() => options.handle(queued));
    if (failed === null) return emptied(job, token);
    const { error } = failed;
    if (error === CLOSING) return later(job, token, pause.first);
    if (isSealed(error)) {
      onError(error);
      return later(job, token, pause.longest);
    }
    if (!(error instanceof ContractError)) {
      onError(error);
      if (job.attemptsStarted < tries) return later(job, token, pause.first * 2 ** job.attemptsStarted);
    }
    if ((await attempt(() => options.aside(queued, error))) !== null) return later(job, token, pause.longest);
    await emptied(job, token);
  }

  /** No job is done before its content is gone from the queue, where its id stays for an hour. */
  async function emptied(job: Job<unknown, void>, token: string | undefined): Promise<void> {
    try {
      await job.updateData(EMPTIED);
    } catch (error) {
      onError(error);
      await later(job, token, pause.first);
    }
  }

  /** Runs until it is done or fails by its own fault. What is away is waited for, with the job's lock renewed meanwhile. */
  async function attempt(run: () => Promise<void>): Promise<{ error: unknown } | null> {
    for (let times = 0; ; times += 1) {
      try {
        await run();
        return null;
      } catch (error) {
        if (!(UnderstudyError.isInstance(error) && error.retryable) || isSealed(error)) return { error };
        onError(error);
        const most = Math.min(pause.longest, pause.first * 2 ** Math.min(times, 20));
        // Replicas that wait for the same thing should not come back in step.
        await sleep(randomInt(Math.ceil(most / 2), most + 1), undefined, { signal: closing.signal }).catch(
          () => undefined,
        );
        if (closing.signal.aborted) return { error: CLOSING };
      }
    }
  }

  /** Gives a job back. Where not even that can be said to the queue, its lock ends and it is found as stalled. */
  async function later(job: Job<unknown, void>, token: string | undefined, delayMs: number): Promise<never> {
    await job.moveToDelayed(now() + delayMs, token).catch((error: unknown) => onError(error));
    throw new DelayedError();
  }

  async function closed(made: Promise<{ close(): Promise<void> }>): Promise<void> {
    const ready = await made.catch(() => null);
    await ready?.close().catch(onError);
  }

  let closedOnce: Promise<void> | null = null;
  /** What was seen after the last job of this worker. */
  let last: QueueState | null = null;
  async function close(timeoutMs: number): Promise<void> {
    closing.abort();
    const limit = sleep(timeoutMs, undefined, { ref: false });
    await Promise.race([closed(worker), limit]);
    await watch().then((state) => (last = state));
    await Promise.race([closed(queue), limit]);
    await Promise.race([queues.close().catch(onError), sleep(1000, undefined, { ref: false })]);
  }

  return {
    state: async () => last ?? watch(),
    close: (timeoutMs = 10_000) => (closedOnce ??= close(timeoutMs)),
  };
}

const CLOSING: unique symbol = Symbol('closing');

function isSealed(error: unknown): boolean {
  return UnderstudyError.isInstance(error) && error.code === 'sealed';
}
