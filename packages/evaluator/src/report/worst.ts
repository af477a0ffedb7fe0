import type { PairId } from '@understudy/instrumentation/trial';
import type { PairFacts } from '../tally/facts.js';

/** How far a pair speaks against the candidate, and why. */
export interface Badness {
  /** Above 0; the more the worse. */
  readonly badness: number;
  readonly why: string;
}

export interface Ranked extends Badness {
  readonly pair: PairId;
  readonly segment: string;
}

/** Longer than the incumbent by this factor, with the same answer, is as bad as half a failure. */
const SLOW = 10;

/**
 * A call the incumbent answered and the candidate did not is the worst; then answers that agree least with the incumbent's, where it agrees with
 * itself; then slow ones. Null: nothing is wrong with it. Pure.
 */
export function badness({ primary, shadow, scores }: PairFacts, scorers: readonly string[]): Badness | null {
  if (primary.status !== 'ok') return null;
  if (shadow.status === 'error') return { badness: 2, why: `the candidate failed: ${shadow.type}` };
  if (shadow.status !== 'ok') return null;
  const found: Badness[] = [];
  for (const name of scorers) {
    const [own, other] = [scores.aa[name] ?? null, scores.ab[name] ?? null];
    if (other === null || !(other < 1)) continue;
    const floor = own ?? 1;
    const beside = own === null ? '' : ` (the incumbent with itself: ${own.toFixed(2)})`;
    // Without an A/A leg nobody knows what could be expected.
    const excess = (floor - other) * (own === null ? 0.9 : 1);
    if (excess > 0) found.push({ badness: excess, why: `${name} ${other.toFixed(2)}${beside}` });
  }
  const ratio = primary.durationMs > 0 ? shadow.durationMs / primary.durationMs : 1;
  if (Number.isFinite(ratio) && ratio > 1.5) {
    found.push({
      badness: Math.min(1, Math.log(ratio) / Math.log(SLOW)) / 2,
      why: `${ratio.toFixed(1)} times as slow`,
    });
  }
  return found.toSorted((a, b) => b.badness - a.badness)[0] ?? null;
}
