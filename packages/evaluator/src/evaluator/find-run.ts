import { setTimeout as sleep } from 'node:timers/promises';
import type { RunId } from '@understudy/instrumentation/trial';
import type { Ledger, RegisteredRun } from '../ledger/ledger.js';

/** Times in milliseconds. */
const WAITING = { everyMs: 100, atMostMs: 12_000, rememberedMs: 60_000 };

/**
 * Finds a run, and waits a little for one that is not there: the announcement is the producer's first batch, and another
 * worker may still be storing it: after an outage of the ledger it tries again up to 10 s later than this one. A run that never came is remembered, so that a flood of its batches waits once.
 */
export function createRunFinder(
  ledger: Pick<Ledger, 'findRun'>,
  options: { readonly now: () => number; readonly pause?: (ms: number) => Promise<unknown> },
): (run: RunId) => Promise<RegisteredRun | null> {
  const { now, pause = sleep } = options;
  const absent = new Map<RunId, number>();
  return async (run) => {
    for (let waited = 0; ; waited += WAITING.everyMs) {
      const found = await ledger.findRun(run);
      if (found !== null) {
        absent.delete(run);
        return found;
      }
      if (waited >= WAITING.atMostMs || now() < (absent.get(run) ?? 0)) break;
      await pause(WAITING.everyMs);
    }
    if (absent.size >= 1000) absent.clear();
    absent.set(run, now() + WAITING.rememberedMs);
    return null;
  };
}
