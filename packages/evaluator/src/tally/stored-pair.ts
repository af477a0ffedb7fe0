import { SEGMENT_ALL } from '@understudy/instrumentation/trial';
import type { PairFacts } from './facts.js';

/** One stored leg of a call that started in the slice; those that came after the close are left out. */
export interface StoredPair {
  /** UUIDv7 of the call: its text orders calls by start. */
  readonly call: string;
  readonly arm: string;
  readonly producer: string;
  readonly segment: string;
  readonly cluster: string;
  readonly facts: PairFacts;
}

/** The streams a pair is evidence in: everything, and its segment. */
export function streamsOf(segment: string): readonly string[] {
  return segment === SEGMENT_ALL ? [SEGMENT_ALL] : [SEGMENT_ALL, segment];
}
