import type { RunId } from '@understudy/instrumentation/trial';

/** Who judges in this process, by run. */
export interface Places {
  /** Makes room for a run that allows so many at once; true where that is more than there was. */
  allow(concurrency: number): boolean;
  /** Pairs at once, of all runs: as many as the run that allows most. */
  most(): number;
  /** Takes one of a run's places; what it gives back frees it. Null where all are taken. */
  enter(run: RunId, concurrency: number): (() => void) | null;
}

export function createPlaces(): Places {
  const taken = new Map<RunId, number>();
  let most = 1;
  return {
    allow(concurrency) {
      const isMore = concurrency > most;
      most = Math.max(most, concurrency);
      return isMore;
    },
    most: () => most,
    enter(run, concurrency) {
      const before = taken.get(run) ?? 0;
      if (before >= concurrency) return null;
      taken.set(run, before + 1);
      return () => {
        const left = (taken.get(run) ?? 1) - 1;
        if (left === 0) taken.delete(run);
        else taken.set(run, left);
      };
    },
  };
}
