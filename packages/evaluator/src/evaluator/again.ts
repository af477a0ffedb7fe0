import { setTimeout as sleep } from 'node:timers/promises';

/** Does a piece of work every so many milliseconds until `signal`. A time that fails is told, and repeated. */
export async function again(
  everyMs: number,
  work: () => Promise<void>,
  onError: (error: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) onError(error);
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
