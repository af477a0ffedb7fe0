/** Where nothing leads to. */
const NOWHERE = -0x40000000;

/**
 * Levenshtein's distance of two sequences where it is at most `most`, else null.
 *
 * Serves: edit similarity of answers that are nearly the same. Diagonal by diagonal of the textbook table, how far down one gets with so many
 * changes: equal items cost nothing, so the table itself is never filled in.
 * Source: Ukkonen, "Algorithms for approximate string matching", Information and Control 64 (1985).
 * Cost: |a| + d^2 steps, d the distance or `most`.
 * Example: `1 2 3` and `1 3` -> 1.
 *
 * @param a Numbers that are equal where the items are. @param b So too; 0 where `a` has none like it.
 */
export function fewEdits(a: Int32Array, b: Int32Array, most: number): number | null {
  const [goal, width] = [b.length - a.length, 2 * most + 3];
  if (Math.abs(goal) > most || strangersOf(b, most) > most) return null;
  // Of each diagonal (the place in `b` less that in `a`) the furthest place in `a`, with one change fewer and now.
  let before = new Int32Array(width).fill(NOWHERE);
  let now = new Int32Array(width).fill(NOWHERE);
  for (let changes = 0; changes <= most; changes += 1) {
    for (let diagonal = -changes; diagonal <= changes; diagonal += 1) {
      const at = diagonal + most + 1;
      const replaced = (before[at] as number) + 1;
      const putIn = before[at - 1] as number;
      const takenOut = (before[at + 1] as number) + 1;
      let place = changes === 0 ? 0 : Math.max(replaced, putIn, takenOut);
      place = Math.min(place, a.length, b.length - diagonal);
      while (place >= 0 && place < a.length && a[place] === b[place + diagonal] && a[place] !== 0) place += 1;
      if (diagonal === goal && place === a.length) return changes;
      now[at] = place;
    }
    [before, now] = [now, before];
  }
  return null;
}

/** Each of them is put in or replaces something. More than `most` are not counted. */
function strangersOf(b: Int32Array, most: number): number {
  let strangers = 0;
  for (let at = 0; at < b.length && strangers <= most; at += 1) if (b[at] === 0) strangers += 1;
  return strangers;
}
