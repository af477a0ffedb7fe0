import type { Scorer } from './scorer.js';

/** The length of the shorter answer over that of the longer, in UTF-16 code units; 1 where both are empty. */
export const length: Scorer = {
  name: 'length',
  applies: () => true,
  score: (primary, other) => {
    const longer = Math.max(primary.length, other.length);
    return longer === 0 ? 1 : Math.min(primary.length, other.length) / longer;
  },
};
