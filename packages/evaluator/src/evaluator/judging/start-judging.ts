import { setTimeout as sleep } from 'node:timers/promises';
import type { Secrets } from '../../config.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Budgets } from '../../queue/budgets.js';
import { type JudgeJob, type JudgeQueue, openJudgeQueue } from '../../queue/judge-queue.js';
import type { Store } from '../../queue/store.js';
import { createDrawing } from './draw-pairs.js';
import { judgePairOf, type PairJudging } from './judge-pair.js';
import { keepJudging } from './keep-judging.js';
import { createPlaces } from './places.js';
import { createRunJudges, type RunJudges } from './run-judges.js';
import { tryJudge } from './try-judge.js';

export interface JudgingOptions {
  readonly store: Pick<Store, 'queues'>;
  readonly ledger: Ledger;
  readonly budgets: Pick<Budgets, 'lease'>;
  readonly secrets: Secrets;
  /** The configuration's file: what a rubric's path starts from. */
  readonly source: string;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
  readonly onJudged?: PairJudging['onJudged'];
  /** See {@link openJudgeQueue}. */
  readonly lockMs?: number;
}

/** Judging, under way. */
export interface RunningJudging {
  readonly judges: RunJudges;
  /** Draws which pairs of a batch are judged. */
  readonly draw: ReturnType<typeof createDrawing>;
  /** Finishes what is asked for `timeoutMs`; the rest is put back. */
  close(timeoutMs: number): Promise<void>;
}

/** Until a pair is due again whose run had no place free. */
const FULL_MS = 500;

/** Judges what is due, until it is closed. */
export function startJudging(options: JudgingOptions): RunningJudging {
  const { store, ledger, budgets, secrets, source, now, onError, onJudged, lockMs } = options;
  const judges = createRunJudges({ source, secrets, ledger: ledger.judging, budgets, now, onError });
  const ending = new AbortController();
  const stop = new AbortController();
  const working = {
    ledger,
    judges,
    now,
    random: Math.random,
    signal: ending.signal,
    onError,
    ...(onJudged !== undefined && { onJudged }),
  };
  const places = createPlaces();

  /** Does a job where its run has a place free in this process: otherwise the pair is due again, and the worker takes what another run has. */
  async function handle(job: JudgeJob): Promise<unknown> {
    const run = await ledger.findRun(job.run);
    const judge = run === null ? null : await judges.of(run).catch(() => null);
    const { concurrency } = judge?.bounds ?? { concurrency: 1 };
    if (places.allow(concurrency)) queue().setConcurrency(places.most());
    // A trial keeps to its run's number by itself, and nothing of the run is judged before it.
    if (job.kind === 'trial') return tryJudge(job, working);
    const leave = places.enter(job.run, concurrency);
    if (leave === null) return ledger.judging.release(job, now() + FULL_MS);
    return judgePairOf(job, working).finally(leave);
  }

  let opened: JudgeQueue | null = null;
  const queue = (): JudgeQueue =>
    (opened ??= openJudgeQueue({ store, onError, handle, ...(lockMs !== undefined && { lockMs }) }));
  const kept = keepJudging({ ledger, queue, judges, now, onError }, stop.signal);

  return {
    judges,
    draw: createDrawing(ledger.judging, judges, onError),
    async close(timeoutMs) {
      stop.abort();
      const closed = opened?.close(timeoutMs);
      const limit = new AbortController();
      const half = sleep(timeoutMs / 2, undefined, { signal: limit.signal, ref: false }).catch(() => undefined);
      await Promise.race([closed, half]);
      // What is still being asked is stopped, and put back.
      ending.abort();
      await closed;
      // A word with a queue that is away ends with the queue's connections, or not at all.
      await Promise.race([kept, half]);
      limit.abort();
      await judges.close();
    },
  };
}
