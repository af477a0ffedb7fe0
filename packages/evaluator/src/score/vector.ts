/** The direction of a vector, each number rounded to one of 255 steps: 1.5 KB for 1,536 numbers. */
export type Vector = Int8Array;

const STEPS = 127;

/**
 * Rounds a vector for keeping and comparing; its length is lost. Both sides of a cosine are rounded alike, fresh from the model or kept, so
 * that a score does not depend on which. Of 256 numbers or more a cosine moves by less than 0.005.
 *
 * Null where there is no direction: no number, a number that is not finite, or zeros alone.
 */
export function roundedVector(numbers: readonly number[]): Vector | null {
  let largest = 0;
  for (const number of numbers) {
    if (!Number.isFinite(number)) return null;
    largest = Math.max(largest, Math.abs(number));
  }
  if (largest === 0) return null;
  const vector = new Int8Array(numbers.length);
  // `Int8Array.from` of a list takes thirty times as long.
  for (let at = 0; at < numbers.length; at += 1) vector[at] = Math.round(((numbers[at] ?? 0) / largest) * STEPS);
  return vector;
}

/**
 * Cosine of the angle between two vectors, in [-1, 1]: (a . b) / (|a| |b|). Sums of integers, so exactly symmetric, and 1 of a vector with
 * itself. Null where the two have not the same number of dimensions. Example: (3, 4) and (4, 3) -> 0.96.
 */
export function cosine(a: Vector, b: Vector): number | null {
  if (a.length !== b.length) return null;
  let [dot, ofA, ofB] = [0, 0, 0];
  for (let at = 0; at < a.length; at += 1) {
    const [x, y] = [a[at] ?? 0, b[at] ?? 0];
    dot += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return ofA === 0 || ofB === 0 ? null : Math.max(-1, Math.min(1, dot / Math.sqrt(ofA * ofB)));
}
