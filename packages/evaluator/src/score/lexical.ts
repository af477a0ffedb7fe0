import { alignmentOf } from './alignment.js';
import { longestCommonSubsequence } from './longest-common-subsequence.js';
import type { Scorer } from './scorer.js';

/**
 * How much of two answers is the same words in the same order: 2 LCS / (n + m) over their n and m tokens; 1 where both are
 * empty. Of an answer of more than 65,536 characters or 8,192 tokens the middle is left out, which bounds a pair to a few milliseconds.
 * Example: `the cat sat` and `the dog sat` -> 2 * 2 / 6 = .667.
 */
export const lexical: Scorer = {
  name: 'lexical',
  applies: () => true,
  score: (primary, other) => {
    if (primary.raw === other.raw) return 1;
    const [a, b] = [primary.tokens, other.tokens];
    return a.length + b.length === 0
      ? 1
      : (2 * longestCommonSubsequence(alignmentOf(primary, other))) / (a.length + b.length);
  },
};
