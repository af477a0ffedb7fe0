/**
 * Whole numbers in [0, 2^32), the same for the same seed on every machine: mulberry32 (Tommy Ettinger, 2017; 32 bits of state, period 2^32).
 * Not for secrets.
 *
 * @example mulberry32(1)() // 2693262067
 */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** The same as numbers in [0, 1). */
export function fractions(seed: number): () => number {
  const next = mulberry32(seed);
  return () => next() / 2 ** 32;
}
