import { expect, it } from 'vitest';
import { align } from './alignment.js';
import { longestCommonSubsequence } from './longest-common-subsequence.js';

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

function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

it('agrees with the textbook table on random sequences of every length across the words', () => {
  const random = generator(7);
  for (let round = 0; round < 600; round += 1) {
    const letters = 1 + random(12);
    const sequence = (): string[] => Array.from({ length: random(140) }, () => String(random(letters)));
    const [a, b] = [sequence(), sequence()];
    expect(longestCommonSubsequence(align(a, b))).toBe(byTable(a, b));
  }
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
