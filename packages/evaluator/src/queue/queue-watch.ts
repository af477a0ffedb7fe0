import { setTimeout as sleep } from 'node:timers/promises';
import type { Queue } from 'bullmq';

/** What can be seen of a queue from outside. Times are epoch ms. */
export interface QueueState {
  readonly reachable: boolean;
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  /** Nothing waits, is worked on or is held back. */
  readonly drained: boolean;
  /** Since when it has been reachable without a break. */
  readonly connectedSince: number;
  /**
   * Every job put on the queue before this time has been handled. It stands still while the queue is away, and for a while after,
   * so that what producers held back meanwhile comes first.
   */
  readonly handledThrough: number;
}

const LOOK_MS = 3_000;
/** What producers could not send while the queue was away comes within this time. */
const CATCHING_UP_MS = 10_000;
/** Jobs of each kind looked at to find the oldest one: the oldest come first. */
const LOOKED_AT = 8;

/** When jobs were put on the queue, in epoch ms; nothing of those that are gone. */
export type AddedAt = (ids: readonly string[]) => Promise<readonly number[]>;

/** Makes the function that looks at a queue, once there is one. One look at a time: a second caller gets the same answer. */
export function createQueueWatch(
  queue: Promise<Queue<unknown>>,
  addedAt: AddedAt,
  now: () => number,
): () => Promise<QueueState> {
  let last: QueueState | null = null;
  let looking: Promise<QueueState> | null = null;
  /** The time up to which everything was handled when the queue went away, while its return is fresh. */
  let held: { readonly through: number; readonly until: number } | null = null;

  async function look(): Promise<QueueState> {
    const at = now();
    const seen = await withinLimit(async () => seeJobs(await queue, addedAt)).catch(() => null);
    if (seen === null) {
      last = { ...(last ?? unknown(at)), reachable: false, drained: false };
      return last;
    }
    const returned = last !== null && !last.reachable;
    if (returned) held = { through: last?.handledThrough ?? at, until: now() + CATCHING_UP_MS };
    if (held !== null && now() >= held.until) held = null;
    const connectedSince = last === null || returned ? now() : last.connectedSince;
    const { waiting, active, delayed } = seen;
    const through = Math.min(at, seen.oldest ?? last?.handledThrough ?? at);
    last = {
      reachable: true,
      waiting,
      active,
      delayed,
      drained: waiting + active + delayed === 0,
      connectedSince,
      handledThrough: held === null ? through : Math.min(through, held.through),
    };
    return last;
  }

  return () => {
    looking ??= look().finally(() => {
      looking = null;
    });
    return looking;
  };
}

interface Seen {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  /** Epoch ms at which the oldest job was put on the queue: infinity without any, null where it got away. */
  readonly oldest: number | null;
}

async function seeJobs(queue: Queue<unknown>, addedAt: AddedAt): Promise<Seen> {
  const counts = await queue.getJobCounts('wait', 'prioritized', 'active', 'delayed');
  const waiting = (counts['wait'] ?? 0) + (counts['prioritized'] ?? 0);
  const active = counts['active'] ?? 0;
  const delayed = counts['delayed'] ?? 0;
  if (waiting + active + delayed === 0) return { waiting, active, delayed, oldest: Infinity };
  // All kinds in one call, since a job moves among them. Not the jobs themselves: each may hold a mebibyte, which the server would have
  // to keep in memory beside them until it is sent.
  const ids = await queue.getRanges(['wait', 'prioritized', 'active', 'delayed'], 0, LOOKED_AT - 1, true);
  const times = await addedAt(ids);
  return { waiting, active, delayed, oldest: times.length > 0 ? Math.min(...times) : null };
}

/** BullMQ's calls wait for a server that is away for as long as it is. */
async function withinLimit<Value>(run: () => Promise<Value>): Promise<Value> {
  const limit = new AbortController();
  const late = sleep(LOOK_MS, undefined, { signal: limit.signal, ref: false }).then(() => {
    throw new Error(`the queue did not answer within ${LOOK_MS} ms`);
  });
  try {
    return await Promise.race([run(), late]);
  } finally {
    limit.abort();
    late.catch(() => undefined);
  }
}

function unknown(at: number): QueueState {
  return { reachable: false, waiting: 0, active: 0, delayed: 0, drained: false, connectedSince: at, handledThrough: 0 };
}
