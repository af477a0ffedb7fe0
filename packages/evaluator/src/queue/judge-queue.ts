import { setTimeout as sleep } from 'node:timers/promises';
import { QUEUES } from '@understudy/instrumentation/experiment';
import type { RunId } from '@understudy/instrumentation/trial';
import type { Job, Queue, Worker } from 'bullmq';
import { ContractError } from '../errors.js';
import type { Store } from './store.js';
import { untilReady } from './until-ready.js';
import { workerSettings } from './worker-settings.js';

/** A pair to be judged, or a judge to be tried: ids, and nothing of what was said. */
export type JudgeJob =
  | { readonly kind: 'pair'; readonly run: RunId; readonly judge: string; readonly pair: string }
  | { readonly kind: 'trial'; readonly run: RunId; readonly judge: string };

export interface JudgeQueue {
  /** A job that is there already stays the one it is. */
  add(jobs: readonly JudgeJob[]): Promise<void>;
  /** Jobs that no worker has taken. */
  waiting(): Promise<number>;
  /** Pairs judged at once by this process. */
  setConcurrency(pairs: number): void;
  close(timeoutMs?: number): Promise<void>;
}

export interface JudgeQueueOptions {
  readonly store: Pick<Store, 'queues'>;
  /** Does a job. The ledger says what becomes of it: whatever it resolves or rejects with, the job is gone. */
  readonly handle: (job: JudgeJob) => Promise<unknown>;
  readonly onError: (error: unknown) => void;
  /** After so long without a sign of life of its worker a job is given to another, in milliseconds. Default 30,000. */
  readonly lockMs?: number;
}

const CLOSE_MS = 10_000;
const LOST_MS = 1000;

/** Works on the queue of judging. Delivery is at least once: `handle` may see a job again, and finds it settled. */
export function openJudgeQueue(options: JudgeQueueOptions): JudgeQueue {
  const { store, handle, onError, lockMs = 30_000 } = options;
  const queues = store.queues();
  const closing = new AbortController();
  let concurrency = 1;
  const noted = (error: unknown): void => {
    if (!closing.signal.aborted) onError(error);
  };

  const worker = untilReady(makeWorker, noted, closing.signal);
  worker.then(
    (ready) => {
      ready.concurrency = concurrency;
      void ready.run().catch(noted);
    },
    () => undefined,
  );
  const queue = untilReady(
    () => queues.queue(QUEUES.judge).on('error', () => undefined),
    () => undefined,
    closing.signal,
  );
  queue.catch(() => undefined);

  function makeWorker(): Worker<unknown, void> {
    const settings = {
      ...workerSettings(concurrency, lockMs),
      // The same pair may be due again.
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    };
    return queues.worker(QUEUES.judge, (job) => process(job), settings).on('error', noted);
  }

  async function process({ data }: Job<unknown, void>): Promise<void> {
    try {
      await handle(readJob(data));
    } catch (error) {
      noted(error);
    }
  }

  async function closed(made: Promise<Worker<unknown, void> | Queue<unknown>>): Promise<void> {
    const ready = await made.catch(() => null);
    await ready?.close().catch(noted);
  }

  let closedOnce: Promise<void> | null = null;
  async function close(timeoutMs: number): Promise<void> {
    closing.abort();
    const limit = sleep(timeoutMs, undefined, { ref: false });
    await Promise.race([closed(worker), limit]);
    await Promise.race([closed(queue), limit]);
    await Promise.race([queues.close().catch(onError), sleep(LOST_MS, undefined, { ref: false })]);
  }

  return {
    async add(jobs) {
      if (jobs.length === 0) return;
      const opened = await queue;
      await opened.addBulk(jobs.map((job) => ({ name: job.kind, data: { v: 1, ...job }, opts: { jobId: idOf(job) } })));
    },
    waiting: async () => (await queue).getWaitingCount(),
    setConcurrency(pairs) {
      concurrency = pairs;
      worker.then(
        (ready) => (ready.concurrency = pairs),
        () => undefined,
      );
    },
    close: (timeoutMs = CLOSE_MS) => (closedOnce ??= close(timeoutMs)),
  };
}

/** Deterministic, so that a pair is on the queue once. */
function idOf(job: JudgeJob): string {
  return job.kind === 'pair' ? `pair-${job.pair}-${job.judge}` : `trial-${job.run}-${job.judge}`;
}

function readJob(data: unknown): JudgeJob {
  const { v, kind, run, judge, pair } = (data ?? {}) as Readonly<Record<string, unknown>>;
  const named = typeof run === 'string' && typeof judge === 'string';
  if (v === 1 && named && kind === 'trial') return { kind, run: run as RunId, judge };
  if (v === 1 && named && kind === 'pair' && typeof pair === 'string') return { kind, run: run as RunId, judge, pair };
  throw new ContractError('field', 'a job of the judge queue: expected version 1 with the ids of a pair or a judge');
}
