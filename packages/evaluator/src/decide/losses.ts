import { rateSequence } from '../stats/rate-sequence.js';
import { nameOfSegment, type SegmentHealth } from './coverage-classes.js';
import { count } from './describe.js';
import type { Hold } from './verdict.js';

/** Admitted legs, and those of them that were not stored in time. */
export interface Losses {
  readonly admitted: number;
  readonly lost: number;
}

/** The share of calls that may be lost by us. */
export const MOST_LOST = 0.005;

/** Losses of our own are not outcomes of the candidate: .5 % is more than an honest comparison may lack. */
export function lossy(losses: Losses | null, unreadable = 0): Hold | null {
  if (losses === null || ![losses.admitted, losses.lost].every((one) => Number.isSafeInteger(one) && one >= 0)) {
    const lines = unreadable === 1 ? '1 line cannot be read' : `${count(unreadable)} lines cannot be read`;
    const because = unreadable === 0 ? '' : `: ${lines}, and what they held is unknown`;
    return { reason: 'lossy', sentence: `it is not known how many admitted legs were lost${because}` };
  }
  const lost = Math.min(losses.lost, losses.admitted);
  if (leastLost({ ...losses, lost }, 1) <= MOST_LOST) return null;
  return { reason: 'lossy', sentence: `${lost} of ${losses.admitted} admitted legs were lost (at most 0.5 % may be)` };
}

/**
 * The same of each segment: what is lost in one place is no longer a part of what is compared, however little it is of the whole. The
 * bounds are valid for all segments together.
 */
export function lossySegment(segments: readonly SegmentHealth[]): Hold | null {
  const bad = segments
    .map(({ segment, losses }) => ({ segment, ...losses, least: leastLost(losses, segments.length) }))
    .filter(({ least }) => least > MOST_LOST)
    .toSorted((a, b) => b.least - a.least);
  const [worst] = bad;
  if (worst === undefined) return null;
  const { segment, lost, admitted } = worst;
  const others = bad.length > 1 ? `; ${bad.length - 1} more such segment${bad.length === 2 ? '' : 's'}` : '';
  return {
    reason: 'lossy',
    sentence: `${count(lost)} of ${count(admitted)} admitted legs of ${nameOfSegment(segment)} were lost (at most 0.5 % may be)${others}`,
  };
}

function leastLost({ admitted, lost }: Losses, segments: number): number {
  if (lost <= MOST_LOST * admitted) return 0;
  const [low] = rateSequence(Math.min(lost, admitted), admitted, { tOpt: 1000, alpha: 0.05 / segments });
  return low;
}
