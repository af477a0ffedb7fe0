import type { Answer } from './answer.js';

/** What sequences are made of: a word, or the number that stands for it. */
export type Item = string | number;

/** Bits of a word of {@link Alignment.positions}. */
export const WORD = 32;

/** Two sequences, made ready to be compared with all positions of the first at once, 32 to a word. */
export interface Alignment {
  /** How many items both begin or end with; these are left out of what follows. An optimal alignment keeps them. */
  readonly common: number;
  /** Items of the first sequence. */
  readonly length: number;
  /** The row of each item of the first sequence; 0 where the second has none like it. */
  readonly ownRows: Int32Array;
  /** The row of each item of the second sequence; 0 where the first has none like it. */
  readonly rows: Int32Array;
  /** Words of a row. */
  readonly words: number;
  /** By row, one bit a position of the first sequence: set where it has that item. Row 0 is empty. */
  readonly positions: Uint32Array;
}

/** Linear in both, and in the words of the rows: one for each item that both have. */
export function align(a: readonly Item[], b: readonly Item[]): Alignment {
  const shorter = Math.min(a.length, b.length);
  let prefix = 0;
  while (prefix < shorter && a[prefix] === b[prefix]) prefix += 1;
  let suffix = 0;
  while (suffix < shorter - prefix && a[a.length - 1 - suffix] === b[b.length - 1 - suffix]) suffix += 1;
  const common = prefix + suffix;
  const [length, count] = [a.length - common, b.length - common];
  const words = Math.ceil(length / WORD);
  const numbers = new Map<Item, number>();
  const ofB = new Int32Array(count);
  for (let at = 0; at < count; at += 1) ofB[at] = numbered(numbers, b[prefix + at] ?? '');
  // Only what both have gets a row.
  const rowOf = new Int32Array(numbers.size);
  const ofA = new Int32Array(length);
  let rows = 0;
  for (let at = 0; at < length; at += 1) {
    const number = numbers.get(a[prefix + at] ?? '');
    if (number === undefined) continue;
    if (rowOf[number] === 0) rowOf[number] = rows += 1;
    ofA[at] = rowOf[number] ?? 0;
  }
  const positions = new Uint32Array((rows + 1) * words);
  for (let at = 0; at < length; at += 1) {
    const row = ofA[at] ?? 0;
    const word = row * words + (at >>> 5);
    if (row !== 0) positions[word] = (positions[word] ?? 0) | (1 << (at & 31));
  }
  return { common, length, ownRows: ofA, rows: ofB.map((number) => rowOf[number] ?? 0), words, positions };
}

function numbered(numbers: Map<Item, number>, item: Item): number {
  const known = numbers.get(item);
  if (known !== undefined) return known;
  numbers.set(item, numbers.size);
  return numbers.size - 1;
}

/** The last alignment of each answer: several scorers need the same. */
const made = new WeakMap<Answer, { readonly primary: Answer; readonly alignment: Alignment }>();

export function alignmentOf(primary: Answer, other: Answer): Alignment {
  const known = made.get(other);
  if (known?.primary === primary) return known.alignment;
  const alignment = align(primary.tokens, other.tokens);
  made.set(other, { primary, alignment });
  return alignment;
}
