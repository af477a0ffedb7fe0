/** The time of one process: wall clock at its start plus the monotonic time since, so that steps of the system clock cannot reorder calls. */
export interface Clock {
  /** Epoch ms, strictly increasing from call to call. */
  now(): number;
  /** Ms since some fixed moment, for durations. */
  elapsed(): number;
}

/** Finer than a clock read, coarser than the precision of a double at today's epoch (0.00024 ms). */
const STEP_MS = 0.001;

let last = 0;

/** Reads `performance` when asked, so that nothing is fixed before the process has a clock. */
export const processClock: Clock = {
  now(): number {
    last = Math.max(last + STEP_MS, performance.timeOrigin + performance.now());
    return last;
  },
  elapsed: () => performance.now(),
};
