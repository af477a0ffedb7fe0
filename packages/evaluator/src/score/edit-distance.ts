import { type Alignment, WORD } from './alignment.js';
import { fewEdits } from './few-edits.js';

/** So many changes are looked for from one to the next, which takes less than the table where there are no more. */
const FEW = 32;

/**
 * How many items must be put in, taken out or replaced to make one sequence of the other (Levenshtein's distance).
 *
 * Serves: edit similarity. The textbook table has a row for each item of `a` and a column for each of `b`; two neighbours in it
 * differ by -1, 0 or 1. A column is kept as two bits a row, where it grows (`more`) and where it falls (`less`) from the row
 * above, 32 rows to a word; a word hands the difference at its lower edge on to the next.
 * Source: Myers, "A fast bit-vector algorithm for approximate string matching based on dynamic programming", J. ACM 46 (1999);
 * the form of Hyyro, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances" (2003), where the
 * first row counts up, since both sequences are compared whole.
 * Cost: |b| ceil(|a| / 32) steps.
 * Example: `k i t t e n` and `s i t t i n g` -> 3.
 */
export function editDistance({ length, ownRows, rows, words, positions }: Alignment): number {
  if (length === 0 || rows.length === 0) return Math.max(length, rows.length);
  const few = fewEdits(ownRows, rows, Math.min(FEW, Math.max(length, rows.length)));
  if (few !== null) return few;
  const column: Column = {
    more: new Int32Array(words).fill(-1),
    less: new Int32Array(words),
    lastRow: 1 << ((length - 1) % WORD),
  };
  let distance = length;
  for (let at = 0; at < rows.length; at += 1) distance += step(column, positions, (rows[at] as number) * words);
  return distance;
}

interface Column {
  readonly more: Int32Array;
  readonly less: Int32Array;
  /** The bit of the last row, in the last word. */
  readonly lastRow: number;
}

/** Makes the next column of this one; how much its last row is above that of this one. */
function step({ more, less, lastRow }: Column, positions: Uint32Array, from: number): number {
  const last = more.length - 1;
  // The difference between the columns at the upper edge of the word: the first row counts up.
  let edge = 1;
  for (let word = 0; word <= last; word += 1) {
    const up = more[word] as number;
    const down = less[word] as number;
    const fallsIn = edge < 0 ? 1 : 0;
    const equal = positions[from + word] as number;
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
