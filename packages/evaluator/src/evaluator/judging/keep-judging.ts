import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '../../ledger/ledger.js';
import type { JudgingLedger } from '../../ledger/judging/judging-ledger.js';
import type { JudgeQueue } from '../../queue/judge-queue.js';
import type { RunJudges } from './run-judges.js';

export interface KeepingJudging {
  readonly ledger: Pick<Ledger, 'findRun'> & {
    readonly judging: Pick<JudgingLedger, 'isUsed' | 'untried' | 'claim' | 'expire'>;
  };
  /** Opened at the first word: where nobody judges, nothing is asked of the store. */
  readonly queue: () => Pick<JudgeQueue, 'add' | 'waiting'>;
  readonly judges: Pick<RunJudges, 'limitsOf'>;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

const EVERY_MS = 500;
/** Whoever claimed a pair has put it on the queue by then, or is gone. */
const CLAIM_MS = 60_000;
/** On the queue at once: it holds what workers take next, and the ledger what waits. */
const ON_QUEUE = 64;

/** Puts on the queue what is due, by ids. What waits is in the ledger: a queue that loses its data, or a process that dies, loses no pair. */
async function enqueueDue({ ledger, queue, judges, now }: KeepingJudging): Promise<void> {
  const { judging } = ledger;
  if (!(await judging.isUsed())) return;
  await judging.expire(now(), async (id) => {
    const run = await ledger.findRun(id);
    return run === null ? null : judges.limitsOf(run);
  });
  const trials = await judging.untried(now());
  await queue().add(trials.map(({ run, judge }) => ({ kind: 'trial' as const, run, judge })));
  const room = ON_QUEUE - (await queue().waiting());
  const claimed = await judging.claim({ now: now(), leaseMs: CLAIM_MS, limit: room });
  await queue().add(claimed.map((task) => ({ kind: 'pair' as const, ...task })));
}

/** Again and again until `signal`. A time that fails is told, and repeated. */
export async function keepJudging(keeping: KeepingJudging, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await enqueueDue(keeping);
    } catch (error) {
      if (!signal.aborted) keeping.onError(error);
    }
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}
