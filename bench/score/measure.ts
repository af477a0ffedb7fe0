function microseconds(work: () => void, times: number): number {
  const before = performance.now();
  for (let time = 0; time < times; time += 1) work();
  return ((performance.now() - before) * 1000) / times;
}

/** Of one measurement, in milliseconds: what takes long needs fewer rounds. */
const LONGEST_MS = 1_500;

/** Microseconds: the best of several rounds, after one that warms up. What else runs on the machine can only add to a round, which is short. */
export function best(work: () => void, times: number, rounds: number): number {
  microseconds(work, times);
  let least = Infinity;
  const end = performance.now() + LONGEST_MS;
  for (let round = 0; round < rounds && (round < 3 || performance.now() < end); round += 1)
    least = Math.min(least, microseconds(work, times));
  return least;
}

export const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |\n`;
