import { type Item, middlesOf, positionsOf, WORD } from './bit-positions.js';

/**
 * The length of the longest common subsequence of two sequences.
 *
 * Serves: lexical similarity. One bit a position of `a`: V starts as all ones, and each item of `b`, with M the positions
 * where `a` has it, makes V := (V + (V & M)) | (V & ~M); the zeros of V count the answer. The addition carries from word to
 * word.
 * Source: Crochemore, Iliopoulos, Pinzon, Reid, "A fast and practical bit-vector algorithm for the longest common
 * subsequence problem" (2001); the form of Hyyro, "Bit-parallel LCS-length computation revisited" (2004).
 * Cost: |b| ceil(|a| / 32) steps; a row of ceil(|a| / 32) words for each distinct item common to both.
 * Example: `a b c d` and `a c b d` -> 3.
 */
export function longestCommonSubsequence(a: readonly Item[], b: readonly Item[]): number {
  const middles = middlesOf(a, b);
  return middles.common + bitParallel(middles.a, middles.b);
}

function bitParallel(a: readonly Item[], b: readonly Item[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  const positions = positionsOf(a, b);
  const v = new Uint32Array(Math.ceil(a.length / WORD)).fill(0xffffffff);
  for (const item of b) {
    const mask = positions.get(item);
    if (mask !== undefined) step(v, mask);
  }
  return zeros(v);
}

function step(v: Uint32Array, mask: Uint32Array): void {
  let carry = 0;
  for (let word = 0; word < v.length; word += 1) {
    const bits = v[word] ?? 0;
    const matched = mask[word] ?? 0;
    const sum = bits + ((bits & matched) >>> 0) + carry;
    carry = sum > 0xffffffff ? 1 : 0;
    v[word] = sum | (bits & ~matched);
  }
}

/** The bits past the end of `a` stay ones: nothing matches there. */
function zeros(v: Uint32Array): number {
  let ones = 0;
  for (const word of v) ones += bitCount(word);
  return v.length * WORD - ones;
}

/** Ones in a word of 32 bits, by adding neighbouring fields. */
function bitCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
