import { longestCommonSubsequence } from './longest-common-subsequence.js';
import type { Scorer } from './scorer.js';
import { tokensOf } from './tokens.js';

/** The most characters and tokens of one answer that are compared: half from its beginning, half from its end. */
const LIMITS = {
  characters: 262_144,
  tokens: 8_192,
};

/**
 * How much of two answers is the same words in the same order: 2 LCS / (n + m) over their n and m tokens; 1 where both are
 * empty. Of an answer beyond these limits the middle is left out, which bounds a pair to a few milliseconds.
 * Example: `the cat sat` and `the dog sat` -> 2 * 2 / 6 = .667.
 */
export const lexical: Scorer = {
  name: 'lexical',
  applies: () => true,
  score: (primary, other) => {
    if (primary.text === other.text) return 1;
    const a = bounded(primary.text);
    const b = bounded(other.text);
    return a.length + b.length === 0 ? 1 : (2 * longestCommonSubsequence(a, b)) / (a.length + b.length);
  },
};

function bounded(text: string): readonly string[] {
  const { characters, tokens } = LIMITS;
  const kept = text.length <= characters ? text : `${text.slice(0, characters / 2)} ${text.slice(-characters / 2)}`;
  const all = tokensOf(kept);
  return all.length <= tokens ? all : [...all.slice(0, tokens / 2), ...all.slice(-tokens / 2)];
}
