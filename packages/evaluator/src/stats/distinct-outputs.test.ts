import { expect, it } from 'vitest';
import { distinctCount, distinctRatio, HASH_RANGE, SMALLEST_KEPT } from './distinct-outputs.js';

it('counts few values exactly', () => {
  expect(distinctCount([])).toBe(0);
  expect(distinctCount([5, 6, 7])).toBe(3);
});

it('estimates many from how dense the smallest lie', () => {
  const spread = Array.from({ length: SMALLEST_KEPT }, (_, at) => Math.round(((at + 1) * HASH_RANGE) / 10_000));
  expect(distinctCount(spread) / 10_000).toBeCloseTo(63 / 64, 3);
});

it('is a share of all answers', () => {
  expect(distinctRatio(10, 50)).toBe(0.2);
  expect(distinctRatio(52.7, 50)).toBe(1);
  expect(distinctRatio(0, 0)).toBeNull();
});
