/** What sequences are made of: a word, or the number that stands for it. */
export type Item = string | number;

/** Bits of a word of {@link Positions}. */
export const WORD = 32;

/** For each item, one bit a position in the sequence, 32 to a word. */
export type Positions = ReadonlyMap<Item, Uint32Array>;

/** Two sequences without their equal beginnings and endings. */
export interface Middles {
  readonly a: readonly Item[];
  readonly b: readonly Item[];
  /** How many items both begin or end with. */
  readonly common: number;
}

/** An optimal alignment keeps equal beginnings and endings: most pairs of like answers are mostly that. */
export function middlesOf(a: readonly Item[], b: readonly Item[]): Middles {
  const shorter = Math.min(a.length, b.length);
  let prefix = 0;
  while (prefix < shorter && a[prefix] === b[prefix]) prefix += 1;
  let suffix = 0;
  while (suffix < shorter - prefix && a[a.length - 1 - suffix] === b[b.length - 1 - suffix]) suffix += 1;
  return {
    a: a.slice(prefix, a.length - suffix),
    b: b.slice(prefix, b.length - suffix),
    common: prefix + suffix,
  };
}

/** Where `a` has each item that `b` has too. */
export function positionsOf(a: readonly Item[], b: readonly Item[]): Positions {
  const words = Math.ceil(a.length / WORD);
  const wanted = new Set(b);
  const positions = new Map<Item, Uint32Array>();
  for (let index = 0; index < a.length; index += 1) {
    const item = a[index] ?? '';
    if (!wanted.has(item)) continue;
    let mask = positions.get(item);
    if (mask === undefined) positions.set(item, (mask = new Uint32Array(words)));
    const word = index >>> 5;
    mask[word] = (mask[word] ?? 0) | (1 << (index & 31));
  }
  return positions;
}
