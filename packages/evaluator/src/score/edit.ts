import { alignmentOf } from './alignment.js';
import { editDistance } from './edit-distance.js';
import type { Scorer } from './scorer.js';

/**
 * How little must be changed to make one answer of the other: 1 - d / max(n, m), with d the words, numbers and signs to be put
 * in, taken out or replaced; 1 where both are empty. Beside `lexical` it counts a replaced word once. Of long answers the two
 * ends, as `lexical` has it.
 * Example: `the cat sat` and `the dog sat` -> 1 - 1/3 = .667.
 */
export const edit: Scorer = {
  name: 'edit',
  applies: () => true,
  score: (primary, other) => {
    if (primary.raw === other.raw) return 1;
    const longer = Math.max(primary.tokens.length, other.tokens.length);
    return longer === 0 ? 1 : 1 - editDistance(alignmentOf(primary, other)) / longer;
  },
};
