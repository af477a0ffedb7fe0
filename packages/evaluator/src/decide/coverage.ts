import { DROP_REASONS } from '@understudy/instrumentation/trial';
import type { FunnelState } from '../ledger/snapshot.js';

/** How much of the calls that were drawn could be compared. */
export interface Coverage {
  readonly admitted: number;
  /** Drawn, and refused for a reason of coverage. */
  readonly skipped: number;
  /** What was refused, by reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

/**
 * The coverage of an arm; null where nothing was drawn.
 *
 * What a service does not record it has drawn out itself, by trace: its comparison is one of recorded calls, and these are the whole.
 * Where nothing is recorded at all there is no whole, and the reason is named.
 */
export function coverageOf({
  admitted,
  sampled,
  skipped,
}: Pick<FunnelState, 'admitted' | 'sampled' | 'skipped'>): Coverage | null {
  if (sampled === 0) return null;
  const counted = Object.entries(skipped).filter(([reason]) => admitted === 0 || !isOutside(reason));
  return {
    admitted,
    skipped: counted.reduce((sum, [, count]) => sum + count, 0),
    reasons: Object.fromEntries(counted),
  };
}

function isOutside(reason: string): boolean {
  return Object.hasOwn(DROP_REASONS, reason) && DROP_REASONS[reason as keyof typeof DROP_REASONS].kind === 'outside';
}
