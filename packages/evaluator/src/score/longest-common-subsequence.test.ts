import { expect, it } from 'vitest';
import { align } from './alignment.js';
import { longestCommonSubsequence } from './longest-common-subsequence.js';
import { randomPairs } from './sequences.test.support.js';

/** The textbook table, for comparison. */
function byTable(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, () => 0);
  for (const item of a) {
    const next = [0];
    for (const [j, other] of b.entries()) next.push(item === other ? row[j]! + 1 : Math.max(next[j]!, row[j + 1]!));
    row = next;
  }
  return row[b.length]!;
}

it('agrees with the textbook table on random sequences of every length across the words', () => {
  for (const [a, b] of randomPairs(7)) expect(longestCommonSubsequence(align(a, b))).toBe(byTable(a, b));
});

it('carries from word to word: one item repeated', () => {
  for (const [n, m] of [
    [31, 32],
    [32, 33],
    [64, 96],
    [97, 65],
  ] as const) {
    const a = ['x', ...Array.from({ length: n }, () => 'a'), 'y'];
    const b = ['z', ...Array.from({ length: m }, () => 'a'), 'w'];
    expect(longestCommonSubsequence(align(a, b))).toBe(Math.min(n, m));
  }
});

it('finds nothing in nothing', () => {
  expect(longestCommonSubsequence(align([], ['a']))).toBe(0);
  expect(longestCommonSubsequence(align([], []))).toBe(0);
});
