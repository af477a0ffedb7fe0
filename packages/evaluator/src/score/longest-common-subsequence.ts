type Item = string | number;

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
  const ends = commonEnds(a, b);
  const middleA = a.slice(ends.prefix, a.length - ends.suffix);
  const middleB = b.slice(ends.prefix, b.length - ends.suffix);
  return ends.prefix + ends.suffix + bitParallel(middleA, middleB);
}

/** An optimal subsequence keeps equal beginnings and endings: most pairs of like answers are mostly that. */
function commonEnds(a: readonly Item[], b: readonly Item[]): { prefix: number; suffix: number } {
  const shorter = Math.min(a.length, b.length);
  let prefix = 0;
  while (prefix < shorter && a[prefix] === b[prefix]) prefix += 1;
  let suffix = 0;
  while (suffix < shorter - prefix && a[a.length - 1 - suffix] === b[b.length - 1 - suffix]) suffix += 1;
  return { prefix, suffix };
}

const WORD = 32;

function bitParallel(a: readonly Item[], b: readonly Item[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  const words = Math.ceil(a.length / WORD);
  const positions = positionsOf(a, b, words);
  const v = new Uint32Array(words).fill(0xffffffff);
  for (const item of b) {
    const mask = positions.get(item);
    if (mask !== undefined) step(v, mask);
  }
  return zeros(v);
}

/** For each item of `a` that `b` has too: the bits of its positions in `a`. */
function positionsOf(a: readonly Item[], b: readonly Item[], words: number): Map<Item, Uint32Array> {
  const wanted = new Set(b);
  const positions = new Map<Item, Uint32Array>();
  for (const [index, item] of a.entries()) {
    if (!wanted.has(item)) continue;
    let mask = positions.get(item);
    if (mask === undefined) positions.set(item, (mask = new Uint32Array(words)));
    const word = index >>> 5;
    mask[word] = (mask[word] ?? 0) | (1 << (index & 31));
  }
  return positions;
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
