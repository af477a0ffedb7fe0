import { type Alignment, WORD } from './alignment.js';

/**
 * The length of the longest common subsequence of two sequences.
 *
 * Serves: lexical similarity. One bit a position of `a`: V starts as all ones, and each item of `b`, with M the positions
 * where `a` has it, makes V := (V + (V & M)) | (V & ~M); the zeros of V count the answer. The addition carries from word to
 * word.
 * Source: Crochemore, Iliopoulos, Pinzon, Reid, "A fast and practical bit-vector algorithm for the longest common
 * subsequence problem" (2001); the form of Hyyro, "Bit-parallel LCS-length computation revisited" (2004).
 * Cost: |b| ceil(|a| / 32) steps.
 * Example: `a b c d` and `a c b d` -> 3.
 */
export function longestCommonSubsequence({ common, rows, words, positions }: Alignment): number {
  const v = new Uint32Array(words).fill(0xffffffff);
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at] as number;
    if (row !== 0) step(v, positions, row * words);
  }
  return common + zeros(v);
}

function step(v: Uint32Array, positions: Uint32Array, from: number): void {
  let carry = 0;
  for (let word = 0; word < v.length; word += 1) {
    const bits = v[word] as number;
    const matched = positions[from + word] as number;
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
