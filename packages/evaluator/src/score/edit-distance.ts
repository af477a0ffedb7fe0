import { type Item, middlesOf, positionsOf, WORD } from './bit-positions.js';

/**
 * How many items must be put in, taken out or replaced to make one sequence of the other (Levenshtein's distance).
 *
 * Serves: edit similarity. The textbook table has a row for each item of `a` and a column for each of `b`; two neighbours in it
 * differ by -1, 0 or 1. A column is kept as two bits a row, where it grows (`more`) and where it falls (`less`) from the row
 * above, 32 rows to a word; a word hands the difference at its lower edge on to the next.
 * Source: Myers, "A fast bit-vector algorithm for approximate string matching based on dynamic programming", J. ACM 46 (1999);
 * the form of Hyyro, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances" (2003), where the
 * first row counts up, since both sequences are compared whole.
 * Cost: |b| ceil(|a| / 32) steps; a row of ceil(|a| / 32) words for each distinct item common to both.
 * Example: `k i t t e n` and `s i t t i n g` -> 3.
 */
export function editDistance(a: readonly Item[], b: readonly Item[]): number {
  const middles = middlesOf(a, b);
  return middles.a.length === 0 || middles.b.length === 0
    ? Math.max(middles.a.length, middles.b.length)
    : bitParallel(middles.a, middles.b);
}

function bitParallel(a: readonly Item[], b: readonly Item[]): number {
  const positions = positionsOf(a, b);
  const words = Math.ceil(a.length / WORD);
  const column: Column = {
    more: new Int32Array(words).fill(-1),
    less: new Int32Array(words),
    lastRow: 1 << ((a.length - 1) % WORD),
  };
  const none = new Uint32Array(words);
  let distance = a.length;
  for (const item of b) distance += step(column, positions.get(item) ?? none);
  return distance;
}

interface Column {
  readonly more: Int32Array;
  readonly less: Int32Array;
  /** The bit of the last row, in the last word. */
  readonly lastRow: number;
}

/** Makes the next column of this one; how much its last row is above that of this one. */
function step({ more, less, lastRow }: Column, mask: Uint32Array): number {
  const last = more.length - 1;
  // The difference between the columns at the upper edge of the word: the first row counts up.
  let edge = 1;
  for (let word = 0; word <= last; word += 1) {
    const up = more[word] ?? 0;
    const down = less[word] ?? 0;
    const fallsIn = edge < 0 ? 1 : 0;
    const equal = mask[word] ?? 0;
    const vertical = equal | down;
    const matched = equal | fallsIn;
    const horizontal = (((matched & up) + up) ^ up) | matched;
    let rises = down | ~(horizontal | up);
    let falls = up & horizontal;
    const bottom = word === last ? lastRow : 1 << 31;
    const next = (rises & bottom) !== 0 ? 1 : (falls & bottom) !== 0 ? -1 : 0;
    rises = (rises << 1) | (edge > 0 ? 1 : 0);
    falls = (falls << 1) | fallsIn;
    more[word] = falls | ~(vertical | rises);
    less[word] = rises & vertical;
    edge = next;
  }
  return edge;
}
