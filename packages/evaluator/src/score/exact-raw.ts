import type { Scorer } from './scorer.js';

/** 1 where both answers are the same code units, else 0. */
export const exactRaw: Scorer = {
  name: 'exact_raw',
  applies: () => true,
  score: (primary, other) => Number(primary.raw === other.raw),
};
