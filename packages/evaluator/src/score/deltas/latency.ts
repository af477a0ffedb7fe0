import type { Leg } from '@understudy/instrumentation/trial';
import { type Delta, deltaOf, known } from './delta.js';

/** Milliseconds until the whole answer was there; not known of a call without one. */
export function latencyDelta(primary: Leg, other: Leg): Delta {
  return deltaOf(latencyOf(primary), latencyOf(other));
}

/** Milliseconds until the first chunk of a streamed answer; not known where nothing was streamed. */
export function firstChunkDelta(primary: Leg, other: Leg): Delta {
  return deltaOf(firstChunkOf(primary), firstChunkOf(other));
}

function latencyOf(leg: Leg): number | null {
  return leg.status === 'ok' ? known(leg.durationMs) : null;
}

function firstChunkOf(leg: Leg): number | null {
  return leg.status === 'ok' ? known(leg.firstChunkMs) : null;
}
