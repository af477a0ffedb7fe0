import { expect, it } from 'vitest';
import { bestAssignment } from './assignment.js';

/** Every pairing there is. */
function byTrial(
  gains: readonly (readonly number[])[],
  row: number = 0,
  taken: ReadonlySet<number> = new Set(),
): number {
  const own = gains[row];
  if (own === undefined) return 0;
  let best = byTrial(gains, row + 1, taken);
  for (const [column, gain] of own.entries()) {
    if (!taken.has(column)) best = Math.max(best, gain + byTrial(gains, row + 1, new Set([...taken, column])));
  }
  return best;
}

it('finds the best of all pairings, whatever the shape', () => {
  let state = 5;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.round((state / 2 ** 32) * 8) / 8;
  };
  for (let round = 0; round < 300; round += 1) {
    const [rows, columns] = [1 + Math.floor(random() * 5), 1 + Math.floor(random() * 5)];
    const gains = Array.from({ length: rows }, () => Array.from({ length: columns }, random));
    expect(bestAssignment(gains)).toBeCloseTo(byTrial(gains), 9);
  }
});

it('pairs nothing with nothing', () => {
  expect(bestAssignment([])).toBe(0);
});
