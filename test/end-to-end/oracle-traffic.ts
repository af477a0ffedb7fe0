import { seeded } from '../simulation/random.js';

/** Calls a second of all producers together: as many pairs of each arm. */
export const CALLS_PER_SECOND = 200;
export const PRODUCERS = 4;
export const TIMEOUT_MS = 5000;
export const SLICE_MS = 1000;
/** The candidate that times out, 1.5 % of its calls, where the primary fails in .5 %; and one that never fails. */
export const ARMS = ['slow', 'good'] as const;
export type ArmName = (typeof ARMS)[number];

/** All there is to know of a call, before it is made. Times are milliseconds after the start of the run. */
export interface Call {
  readonly at: number;
  readonly producer: number;
  readonly primaryFails: boolean;
  readonly timesOut: boolean;
  /** When the last of its legs is known. */
  readonly resolvedAt: number;
  /** Its producer gives it up and counts it as dropped; the queue has it all the same, and it is stored after its slice is closed. */
  readonly givenUp: boolean;
}

/** The calls of a run, in order of start. */
export function traffic(seed: number, seconds: number): readonly Call[] {
  const random = seeded(seed);
  return Array.from({ length: seconds * CALLS_PER_SECOND }, (_, index) => {
    const at = (index * 1000) / CALLS_PER_SECOND;
    const timesOut = random.chance(0.015);
    const primaryFails = random.chance(0.005);
    const answeredAt = at + 20 + 200 * random.next();
    const producer = index % PRODUCERS;
    // Four calls in a row of one producer, in the third second.
    const givenUp = producer === 1 && at >= 2200 && at < 2280 && !timesOut;
    return { at, producer, primaryFails, timesOut, resolvedAt: timesOut ? at + TIMEOUT_MS : answeredAt, givenUp };
  });
}
