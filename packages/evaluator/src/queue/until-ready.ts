import { setTimeout as sleep } from 'node:timers/promises';

/** A worker or a queue of BullMQ. */
interface Startable {
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

const PAUSE_MS = 500;
const CLOSE_MS = 1000;

/**
 * Makes something of BullMQ's until it has been connected once, and gives back that one; rejects when the signal ends it.
 *
 * On PostgreSQL BullMQ 6 remembers a first connection that failed for ever: every call of that worker or queue then fails at once
 * with the same error, and a worker that runs asks again without a pause, so that no timer of the process ever fires.
 */
export async function untilReady<Made extends Startable>(
  make: () => Made,
  onError: (error: unknown) => void,
  signal: AbortSignal,
): Promise<Made> {
  for (;;) {
    signal.throwIfAborted();
    const made = make();
    const ended = new AbortController();
    try {
      await Promise.race([
        made.waitUntilReady(),
        sleep(2 ** 31 - 1, undefined, { ref: false, signal: AbortSignal.any([signal, ended.signal]) }),
      ]);
      return made;
    } catch (error) {
      await Promise.race([made.close().catch(() => undefined), sleep(CLOSE_MS, undefined, { ref: false })]);
      signal.throwIfAborted();
      onError(error);
      await sleep(PAUSE_MS, undefined, { signal });
    } finally {
      ended.abort();
    }
  }
}
