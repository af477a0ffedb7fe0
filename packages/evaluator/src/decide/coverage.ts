import { DROP_REASONS } from '@understudy/instrumentation/trial';
import type { FunnelState } from '../ledger/snapshot.js';

/** How much of the calls that were drawn could be compared. */
export interface Coverage {
  readonly admitted: number;
  /** Drawn, and refused for a reason of coverage. */
  readonly skipped: number;
  /** What was refused, by reason. */
  readonly reasons: Readonly<Record<string, number>>;
  /** The part of the traffic that what was admitted stands for, in [0,1]: a class that is seldom drawn must not seem small. */
  readonly share: number;
  /** Calls of the traffic that all of these stand for. */
  readonly traffic: number;
  /** So many calls that each stand for as much say what these say of the share: 3 that stand for a thousand each are 3, whatever else was drawn. */
  readonly weight: number;
}

type Counted = Pick<FunnelState, 'admitted' | 'sampled' | 'skipped' | 'covered' | 'uncovered' | 'squared'>;

/**
 * The coverage of an arm; null where nothing was drawn.
 *
 * What a service does not record it has drawn out itself, by trace: its comparison is one of recorded calls, and these are the whole.
 * Where nothing is recorded at all there is no whole, and the reason is named.
 */
export function coverageOf(funnel: Counted): Coverage | null {
  return coverage(funnel, funnel.admitted === 0);
}

/** The same of a class of its calls. That none of a few is recorded is chance, and of a class of which none ever is there is nothing to compare. */
export function classCoverage(funnel: Counted): Coverage | null {
  return coverage(funnel, false);
}

function coverage(
  { admitted, sampled, skipped, covered, uncovered, squared = {} }: Counted,
  outsideToo: boolean,
): Coverage | null {
  if (sampled === 0) return null;
  const isGap = ([reason]: readonly [string, number]): boolean => outsideToo || !isOutside(reason);
  const counted = Object.entries(skipped).filter(isGap);
  const skippedCalls = total(counted);
  const gap = total(Object.entries(uncovered).filter(isGap));
  const weighed = covered + gap > 0;
  const calls = admitted + skippedCalls;
  const squares = total(Object.entries(squared).filter((one) => one[0] === '' || isGap(one)));
  // Kish's effective size: (sum of w)^2 / (sum of w^2).
  const weight = weighed && squares > 0 ? Math.min(calls, Math.max(1, (covered + gap) ** 2 / squares)) : calls;
  const share = weighed ? covered / (covered + gap) : admitted / Math.max(1, calls);
  return {
    admitted,
    skipped: skippedCalls,
    reasons: Object.fromEntries(counted),
    share,
    traffic: weighed ? covered + gap : calls,
    weight,
  };
}

function total(counts: readonly (readonly [string, number])[]): number {
  return counts.reduce((sum, [, count]) => sum + count, 0);
}

function isOutside(reason: string): boolean {
  return Object.hasOwn(DROP_REASONS, reason) && DROP_REASONS[reason as keyof typeof DROP_REASONS].kind === 'outside';
}
