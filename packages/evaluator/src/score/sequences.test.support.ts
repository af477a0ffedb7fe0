/** Whole numbers from 0, below what is asked for: the same for the same seed. */
export function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** 600 pairs of sequences of up to 139 items, of few kinds and of many. */
export function* randomPairs(seed: number): Iterable<readonly [readonly string[], readonly string[]]> {
  const random = generator(seed);
  for (let round = 0; round < 600; round += 1) {
    const letters = 1 + random(12);
    const sequence = (): string[] => Array.from({ length: random(140) }, () => String(random(letters)));
    yield [sequence(), sequence()];
  }
}
