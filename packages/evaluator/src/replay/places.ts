import { SEGMENT_OTHER } from '@understudy/instrumentation/trial';
import { RESERVED } from '../ledger/segments.js';

/**
 * At most so many segments are told apart, as in the ledger: critical ones have their place from the start, the others take theirs
 * in the order of their first calls, and the rest is `_other`.
 */
export function createPlaces(max: number, critical: readonly string[]): (segment: string) => string {
  const taken = new Set(critical);
  return (segment) => {
    if (RESERVED.has(segment) || taken.has(segment)) return segment;
    if (taken.size >= max) return SEGMENT_OTHER;
    taken.add(segment);
    return segment;
  };
}
