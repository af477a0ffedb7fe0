import { AA_ARM } from '@understudy/instrumentation/trial';
import type { StoredPair } from './stored-pair.js';

/** How many legs one producer admitted in the slice, for one segment, arm and probability of inclusion. */
export interface AdmittedCount {
  readonly producer: string;
  readonly segment: string;
  readonly arm: string;
  readonly pi: number;
  readonly admitted: number;
}

/** Legs that were admitted and are not stored. */
export interface MissingLegs {
  readonly segment: string;
  readonly arm: string;
  readonly pi: number;
  readonly legs: number;
  /** Those of them that may have had an A/A leg beside them: what is missing from a gate tested against the noise floor. */
  readonly noiseLegs: number;
}

/**
 * Missing = admitted - stored, in each group on its own: one producer's surplus (its last count was lost) must not hide
 * what another producer lost.
 *
 * A lost candidate leg is missing from the noise gates only where its call had an A/A leg. Of the calls with one, the
 * ledger lacks at most (A/A legs admitted - stored pairs that have one), and no more than the lost legs.
 */
export function missingLegs(stored: readonly StoredPair[], admitted: readonly AdmittedCount[]): readonly MissingLegs[] {
  const pairs = new Map<string, number>();
  const withNoise = new Map<string, number>();
  for (const { producer, segment, arm, facts } of stored) {
    const key = keyOf({ producer, segment, arm, pi: facts.pi });
    pairs.set(key, (pairs.get(key) ?? 0) + 1);
    if (facts.aa !== null) withNoise.set(key, (withNoise.get(key) ?? 0) + 1);
  }
  const counts = new Map<string, AdmittedCount>();
  for (const count of admitted) {
    const key = keyOf(count);
    const known = counts.get(key);
    counts.set(key, known ? { ...known, admitted: known.admitted + count.admitted } : count);
  }
  return [...counts.entries()].flatMap(([key, count]) => {
    const legs = Math.max(0, count.admitted - (pairs.get(key) ?? 0));
    if (!(legs > 0)) return [];
    const { segment, arm, pi } = count;
    const noise = arm === AA_ARM ? 0 : (counts.get(keyOf({ ...count, arm: AA_ARM }))?.admitted ?? 0);
    const noiseLegs = Math.min(legs, Math.max(0, noise - (withNoise.get(key) ?? 0)));
    return [{ segment, arm, pi, legs, noiseLegs }];
  });
}

function keyOf({ producer, segment, arm, pi }: Omit<AdmittedCount, 'admitted'>): string {
  return JSON.stringify([producer, segment, arm, pi]);
}
