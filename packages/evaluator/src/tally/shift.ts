import { decileGroups } from '../stats/decile-groups.js';
import { jensenShannon } from '../stats/jensen-shannon.js';
import { kolmogorovSmirnov } from '../stats/kolmogorov-smirnov.js';
import { stabilityIndex } from '../stats/stability-index.js';
import { FEATURES, type Feature, type FeatureName } from './answer-bins.js';
import { countsOf, type Distribution } from './distribution.js';

/** How far the answers of one set are from those of another in one feature. Null where one of them has none. */
export interface Shift {
  readonly feature: FeatureName;
  /** Answers counted on either side. */
  readonly reference: number;
  readonly current: number;
  /** Population stability index; of an ordered feature over the deciles of the reference. */
  readonly stability: number | null;
  /** Jensen-Shannon divergence, bits. */
  readonly divergence: number | null;
  /** Kolmogorov-Smirnov distance; null for a feature without an order. */
  readonly distance: number | null;
}

/** The stability index above which answers are of another kind, by custom. */
const SHIFTED = 0.25;

/** Answers on each side below which an index of .25 may be chance. */
const ENOUGH = 200;

/**
 * The shift of each feature from a reference: the candidate from the primary of the same calls, or the primary from its own
 * past week (drift: what was compared is no longer what is compared).
 */
export function shiftsBetween(reference: Distribution, current: Distribution): readonly Shift[] {
  return FEATURES.map((feature) =>
    shiftOf(feature, countsOf(reference, feature.name), countsOf(current, feature.name)),
  );
}

/** The features that shifted: index above .25, and at least 200 answers on each side. */
export function shiftedFeatures(shifts: readonly Shift[]): readonly FeatureName[] {
  return shifts
    .filter(({ stability, reference, current }) => Math.min(reference, current) >= ENOUGH && (stability ?? 0) > SHIFTED)
    .map(({ feature }) => feature);
}

function shiftOf({ name, ordered }: Feature, reference: readonly number[], current: readonly number[]): Shift {
  const groups = ordered ? decileGroups(reference) : null;
  const grouped = (counts: readonly number[]): readonly number[] => (groups === null ? counts : sumBy(groups, counts));
  return {
    feature: name,
    reference: sum(reference),
    current: sum(current),
    stability: stabilityIndex(grouped(reference), grouped(current)),
    divergence: jensenShannon(reference, current),
    distance: ordered ? kolmogorovSmirnov(reference, current) : null,
  };
}

function sumBy(groups: readonly number[], counts: readonly number[]): readonly number[] {
  const sums = Array.from({ length: (groups.at(-1) ?? -1) + 1 }, () => 0);
  for (const [at, count] of counts.entries()) {
    const group = groups[at] ?? 0;
    sums[group] = (sums[group] ?? 0) + count;
  }
  return sums;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
