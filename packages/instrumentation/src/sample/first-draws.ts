/** Marks remembered at most: about half a megabyte. */
const PLACES = 16_384;

/** Tells the first draw of a key from those that repeat it, in bounded memory. */
export interface FirstDraws {
  /** Whether the draw with this mark in [0, 1) is counted: true once at most for each mark, ever. */
  isFirst(mark: number): boolean;
}

/**
 * All calls of a trace, a conversation or a user are drawn or none: they are one draw, and counted as many an honest sample looks like a broken
 * one. So each mark counts once. Forgetting one would let it count again; instead, once `places` are taken, marks from half of the range on
 * are neither counted any more nor remembered, then those from a quarter on, and so on. Marks say nothing of draws, so that what is left out is no choice.
 *
 * (Adaptive sampling of distinct values: Wegman, described by Flajolet, "On adaptive sampling", Computing 43, 1990.)
 */
export function createFirstDraws(places: number = PLACES): FirstDraws {
  const known = new Set<number>();
  let bound = 1;
  return {
    isFirst(mark) {
      if (mark >= bound || known.has(mark)) return false;
      known.add(mark);
      while (known.size > places) {
        bound /= 2;
        for (const one of known) if (one >= bound) known.delete(one);
      }
      return true;
    },
  };
}
