import { distinctCount, distinctRatio, HASH_RANGE, SMALLEST_KEPT } from '../stats/distinct-outputs.js';
import { type AnswerShape, FEATURES, type FeatureName } from './answer-bins.js';

/**
 * What the answers of one role in one segment look like: counts over fixed bins, so that adding and merging in any order
 * give the same. Shown beside the verdict, never decided on.
 *
 * Made by {@link emptyDistribution}; only the functions of this folder change it.
 */
export interface Distribution {
  answers: number;
  /** By feature, in the order of {@link FEATURES}; counts of its bins. */
  readonly counts: readonly number[][];
  /** Answers with a hash, and the smallest of their distinct hashes, ascending. */
  hashed: number;
  smallest: readonly number[];
}

export function emptyDistribution(): Distribution {
  return {
    answers: 0,
    counts: FEATURES.map(({ bins }) => Array.from({ length: bins }, () => 0)),
    hashed: 0,
    smallest: [],
  };
}

/** Adds one answer. Changes the distribution. What is no length and no hash is not counted as one. */
export function addAnswer(distribution: Distribution, answer: AnswerShape): void {
  distribution.answers += 1;
  for (const [at, feature] of FEATURES.entries()) {
    const bin = feature.bin(answer);
    const counts = distribution.counts[at];
    if (bin !== null && counts !== undefined) counts[bin] = (counts[bin] ?? 0) + 1;
  }
  if (!isHash(answer.hash)) return;
  distribution.hashed += 1;
  distribution.smallest = smallestOf(distribution.smallest, [answer.hash]);
}

/** The distribution of both sets of answers. Neither argument changes. */
export function mergeDistributions(a: Distribution, b: Distribution): Distribution {
  return {
    answers: a.answers + b.answers,
    counts: a.counts.map((counts, at) => counts.map((count, bin) => count + (b.counts[at]?.[bin] ?? 0))),
    hashed: a.hashed + b.hashed,
    smallest: smallestOf(a.smallest, b.smallest),
  };
}

/** The counts of one feature's bins. */
export function countsOf(distribution: Distribution, name: FeatureName): readonly number[] {
  return distribution.counts[FEATURES.findIndex((feature) => feature.name === name)] ?? [];
}

/** Distinct answers of all whose hash is known, in (0, 1]; null with none. */
export function distinctShare({ smallest, hashed }: Distribution): number | null {
  return distinctRatio(distinctCount(smallest), hashed);
}

export function isHash(hash: number | null): hash is number {
  return Number.isSafeInteger(hash) && (hash as number) >= 0 && (hash as number) < HASH_RANGE;
}

function smallestOf(a: readonly number[], b: readonly number[]): readonly number[] {
  const last = a[SMALLEST_KEPT - 1];
  // Most answers of a large set change nothing.
  if (last !== undefined && b.every((hash) => hash >= last)) return a;
  return [...new Set([...a, ...b])].sort((left, right) => left - right).slice(0, SMALLEST_KEPT);
}
