import { align, WORD } from '../score/alignment.js';

/** A stretch of words: in both texts, only in the first, or only in the second. */
export interface Piece {
  readonly kind: 'both' | 'first' | 'second';
  readonly text: string;
}

/** In UTF-16 code units: what is beyond is not compared. */
const MOST_COMPARED = 4000;

/** Words as Unicode has them, so that a script without spaces has some, too. White space is none. */
const WORDS = new Intl.Segmenter('en', { granularity: 'word' });

/**
 * What two texts have in common and where they differ, word by word. Pure.
 *
 * The words in common are a longest common subsequence, read off the rows of the same bit-parallel recurrence that
 * `score/longest-common-subsequence.ts` counts with; of several it is the one that differs as early as it can. White space is one space.
 * Cost: words of the second text times words of the first over 32, in time and memory. Texts are cut at 4,000 code units.
 * Example: `the cat sat` and `the dog sat` -> both `the`, first `cat`, second `dog`, both `sat`.
 */
export function wordDiff(first: string, second: string): readonly Piece[] {
  const [a, b] = [wordsOf(first), wordsOf(second)];
  const steps = compared(
    a.map(({ word }) => word),
    b.map(({ word }) => word),
  );
  const pieces: { kind: Piece['kind']; text: string }[] = [];
  for (const { kind, at } of steps) {
    const { word = '', spaced = false } = (kind === 'first' ? a : b)[at] ?? {};
    const last = pieces.at(-1);
    const text = spaced && pieces.length > 0 ? ` ${word}` : word;
    if (last?.kind === kind) last.text += text;
    else pieces.push({ kind, text });
  }
  return pieces;
}

/** A word, or a sign, and whether white space is before it. */
interface Word {
  readonly word: string;
  readonly spaced: boolean;
}

function wordsOf(text: string): readonly Word[] {
  const words: Word[] = [];
  let spaced = false;
  const cut = text.length > MOST_COMPARED;
  for (const { segment } of WORDS.segment(cut ? text.slice(0, MOST_COMPARED).toWellFormed() : text.toWellFormed())) {
    const word = segment.trim();
    if (word !== '') words.push({ word, spaced });
    spaced = word === '' || segment !== segment.trimEnd();
  }
  return cut ? [...words, { word: '…', spaced: false }] : words;
}

/** One word that is taken: `at` is its place in the second text, or in the first where only that has it. */
interface Step {
  readonly kind: Piece['kind'];
  readonly at: number;
}

function compared(a: readonly string[], b: readonly string[]): readonly Step[] {
  const { length, rows, words, positions } = align(a, b);
  const count = rows.length;
  // What both begin and end with was left out.
  const shorter = Math.min(a.length, b.length);
  let prefix = 0;
  while (prefix < shorter && a[prefix] === b[prefix]) prefix += 1;
  const table = tableOf(rows, words, positions);
  const steps: Step[] = [];
  for (let at = b.length - 1; at >= prefix + count; at -= 1) steps.push({ kind: 'both', at });
  let [i, j] = [length, count];
  while (i > 0 || j > 0) {
    // A zero at `i` in row `j`: of the first `i` words the last one adds to what the first `j` have in common.
    if (i > 0 && (j === 0 || isSet(table, j * words, i - 1))) {
      i -= 1;
      steps.push({ kind: 'first', at: prefix + i });
    } else {
      j -= 1;
      const isCommon = i > 0 && isSet(table, j * words, i - 1);
      if (isCommon) i -= 1;
      steps.push({ kind: isCommon ? 'both' : 'second', at: prefix + j });
    }
  }
  for (let at = prefix - 1; at >= 0; at -= 1) steps.push({ kind: 'both', at });
  return removedFirst(steps.toReversed());
}

/** Row j: the vector of the recurrence after j items of the second text. */
function tableOf(rows: Int32Array, words: number, positions: Uint32Array): Uint32Array {
  const table = new Uint32Array((rows.length + 1) * words).fill(0xffffffff);
  for (let at = 0; at < rows.length; at += 1) {
    const [from, to, row] = [at * words, (at + 1) * words, (rows[at] ?? 0) * words];
    let carry = 0;
    for (let word = 0; word < words; word += 1) {
      const bits = table[from + word] ?? 0;
      // The row of what the first text has not is empty: nothing is added.
      const matched = positions[row + word] ?? 0;
      const sum = bits + ((bits & matched) >>> 0) + carry;
      carry = sum > 0xffffffff ? 1 : 0;
      table[to + word] = sum | (bits & ~matched);
    }
  }
  return table;
}

function isSet(table: Uint32Array, row: number, bit: number): boolean {
  return ((table[row + Math.floor(bit / WORD)] ?? 0) & (1 << (bit % WORD))) !== 0;
}

/** Between two words in common, what only the first has comes before what only the second has. */
function removedFirst(steps: readonly Step[]): readonly Step[] {
  const sorted: Step[] = [];
  let added: Step[] = [];
  for (const step of steps) {
    if (step.kind === 'second') {
      added.push(step);
      continue;
    }
    if (step.kind === 'both') {
      sorted.push(...added);
      added = [];
    }
    sorted.push(step);
  }
  return [...sorted, ...added];
}
