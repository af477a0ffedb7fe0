import { describe, expect, it } from 'vitest';
import { cosine, roundedVector, type Vector } from './vector.js';

const rounded = (numbers: readonly number[]): Vector => roundedVector(numbers) ?? expect.unreachable();

/** Numbers in [-1, 1], the same in every run. */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

describe('cosine', () => {
  it.each([
    [[3, 4], [4, 3], 0.96],
    [[1, 0], [0, 1], 0],
    [[1, 2, 3], [2, 4, 6], 1],
    [[1, -1], [-1, 1], -1],
    [[1e-9, 0], [1e9, 0], 1],
  ])('of %j and %j is %d', (a, b, known) => {
    expect(cosine(rounded(a), rounded(b))).toBeCloseTo(known, 2);
  });

  it('is exactly 1 of a vector with itself, and the same both ways', () => {
    const random = randoms(1);
    const [a, b] = [0, 1].map(() => rounded(Array.from({ length: 1536 }, random))) as [Vector, Vector];
    expect(cosine(a, a)).toBe(1);
    expect(cosine(a, b)).toBe(cosine(b, a));
  });

  it('moves by less than 0.005 through rounding, from 256 dimensions on', () => {
    const random = randoms(2);
    for (let round = 0; round < 200; round += 1) {
      const length = [256, 1024, 3072][round % 3] ?? 256;
      const a = Array.from({ length }, random);
      const b = a.map((one) => one * random() + random() * (round % 5) * 0.2);
      const dot = (x: readonly number[], y: readonly number[]): number =>
        x.reduce((sum, one, at) => sum + one * (y[at] ?? 0), 0);
      const exact = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
      expect(Math.abs((cosine(rounded(a), rounded(b)) ?? 2) - exact)).toBeLessThan(0.005);
    }
  });

  it('is null of vectors of two lengths, and of one without a direction', () => {
    expect(cosine(rounded([1, 2]), rounded([1, 2, 3]))).toBeNull();
    expect(cosine(new Int8Array(2), rounded([1, 2]))).toBeNull();
  });
});

it.each([[[]], [[0, 0]], [[Number.NaN, 1]], [[Infinity, 1]]])('no direction is found in %j', (numbers) => {
  expect(roundedVector(numbers)).toBeNull();
});
