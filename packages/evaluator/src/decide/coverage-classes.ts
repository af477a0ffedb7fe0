import { SEGMENT_NONE, SEGMENT_OTHER } from '@understudy/instrumentation/trial';
import type { ArmState } from '../ledger/snapshot.js';
import { classCoverage, type Coverage } from './coverage.js';

/** What is known of the sample in one segment. */
export interface SegmentHealth {
  readonly segment: string;
  readonly critical: boolean;
  /** Null: no call of it was drawn. */
  readonly coverage: Coverage | null;
  /** Legs of slices past their deadline: admitted, and of these not stored. */
  readonly losses: { readonly admitted: number; readonly lost: number };
}

/** What is known of the sample in one hour of the day, over all days. */
export interface HourHealth {
  /** 0 to 23, UTC. */
  readonly hour: number;
  readonly coverage: Coverage | null;
  /** Pairs of evidence. */
  readonly evidence: number;
}

/** What is known of an arm's segments. Pure. */
export function segmentsHealth(
  { segments }: Pick<ArmState, 'segments'>,
  critical: readonly string[],
): readonly SegmentHealth[] {
  return Object.entries(segments).map(([segment, funnel]) => {
    const resolved = funnel.admitted - funnel.pending;
    const lost = Math.max(0, resolved - (funnel.stored - funnel.late));
    return {
      segment,
      critical: critical.includes(segment),
      coverage: classCoverage(funnel),
      losses: { admitted: resolved, lost },
    };
  });
}

/** What is known of an arm's hours. Pure. */
export function hoursHealth({ hours }: Pick<ArmState, 'hours'>): readonly HourHealth[] {
  return hours.map((one) => ({ hour: one.hour, coverage: classCoverage(one), evidence: one.evidence }));
}

/** In words: `refunds`, `calls without a segment`. */
export function nameOfSegment(segment: string): string {
  if (segment === SEGMENT_NONE) return 'calls without a segment';
  return segment === SEGMENT_OTHER ? 'calls of segments past `segments.max`' : `calls of ${segment}`;
}

/** In words: `14:00-15:00 UTC`. */
export function nameOfHour(hour: number): string {
  const start = (at: number): string => `${String(at % 24).padStart(2, '0')}:00`;
  return `${start(hour)}-${start(hour + 1)} UTC`;
}
