import { setTimeout as sleep } from 'node:timers/promises';
import { type Standing, standingsOf } from '../decide/standing.js';
import type { Report } from '../emit/ledger-metrics.js';
import type { Backlog } from '../emit/queue-metrics.js';
import { messageOf, UnderstudyError } from '../errors.js';
import type { ClosedSlice, Ledger, QueueView } from '../ledger/ledger.js';

/** What the closer must know of the queue, and where it is a real one what lies in it. */
type QueueSeen = QueueView | (QueueView & Backlog);

/** What looking at the ledger needs. */
export interface Looking {
  readonly ledger: Ledger;
  /** This process among the replicas. */
  readonly holder: string;
  readonly queue: () => Promise<QueueSeen> | QueueSeen;
  /** Epoch ms. */
  readonly now: () => number;
  /** How long content is kept, in milliseconds; null: for ever. */
  readonly retentionMs: number | null;
  /** After each look: what it saw, or null where another replica holds the lease. */
  readonly onReport: (report: Report | null) => void;
  readonly onClosed: (slices: readonly ClosedSlice[]) => void;
  /** A run was stopped, for the first time. */
  readonly onTransition: (standing: Standing) => void;
  readonly onError: (error: unknown) => void;
}

/** Milliseconds. A holder that dies is replaced after `lease`. */
const TIMES = { lease: 15_000, shortest: 100, longest: 1_000 };

/**
 * One look, by the holder of the lease: closes the slices that can be closed, decides, and stores what must stay. Of
 * several replicas one looks; the others store pairs.
 */
export async function look(looking: Looking): Promise<Report | null> {
  const { ledger, holder, now, onClosed } = looking;
  if (!(await ledger.tryLease(holder, now(), TIMES.lease))) return null;
  const queue = await looking.queue();
  await ledger.noteQueue(holder, queue);
  try {
    const closed = await ledger.closeSlices({ holder, now: now(), queue });
    if (closed.length > 0) onClosed(closed);
  } catch (error) {
    // One run that cannot be closed must not silence the others: its open slices make its own verdict stale.
    looking.onError(error);
  }
  const snapshot = await ledger.snapshot({ now: now(), queue });
  const standings = standingsOf(snapshot, (run, error) =>
    looking.onError(
      new UnderstudyError('undecidable', `run ${run.id} of ${run.experiment}: ${messageOf(error)}`, { cause: error }),
    ),
  );
  for (const standing of standings) await recordTransition(looking, standing);
  // Last: nobody waits for these.
  await attempted(looking, () => ledger.compact({ holder, now: now(), queue }));
  const { retentionMs } = looking;
  if (retentionMs !== null)
    await attempted(looking, () => ledger.expire({ holder, now: now(), before: now() - retentionMs }));
  return { snapshot, standings, ...('drained' in queue && { queue }) };
}

async function attempted({ onError }: Looking, run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (error) {
    onError(error);
  }
}

async function recordTransition({ ledger, now, onTransition }: Looking, standing: Standing): Promise<void> {
  const { run, arm, verdict } = standing;
  if (verdict.transition === null) return;
  const first = await ledger.recordTransition({ run: run.id, arm, ...verdict.transition, at: now() });
  if (first) onTransition(standing);
}

/**
 * Looks (`again`) until `signal`, at half a slice but at least every second. A look that fails is told, and repeated.
 */
export async function keepLooking(
  again: () => Promise<Report | null>,
  looking: Pick<Looking, 'now' | 'onReport' | 'onError'>,
  signal: AbortSignal,
): Promise<void> {
  let last: { readonly report: Report | null; readonly at: number } = { report: null, at: 0 };
  while (!signal.aborted) {
    try {
      last = { report: await again(), at: looking.now() };
    } catch (error) {
      looking.onError(error);
      // Without the ledger the lease runs out, and another replica may hold it.
      if (looking.now() - last.at > TIMES.lease) last = { report: null, at: last.at };
    }
    looking.onReport(last.report);
    await sleep(pauseFor(last.report), undefined, { signal }).catch(() => undefined);
  }
}

function pauseFor(report: Report | null): number {
  const lengths = (report?.snapshot.runs ?? []).map(({ run }) => run.definition.slice.lengthMs / 2);
  return Math.max(TIMES.shortest, Math.min(TIMES.longest, ...lengths));
}
