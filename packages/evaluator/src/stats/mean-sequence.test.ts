import { expect, it } from 'vitest';
import { meanHalfWidth, meanHalfWidthOneSided, meanSequence } from './mean-sequence.js';

it('is the formula, written out', () => {
  const rho2 = (-2 * Math.log(0.05) + Math.log(-2 * Math.log(0.05) + 1)) / 1000;
  const half =
    0.5 * Math.sqrt(((2 * (1000 * rho2 + 1)) / (1000 ** 2 * rho2)) * Math.log(Math.sqrt(1000 * rho2 + 1) / 0.05));
  expect(meanHalfWidth(0.25, 1000)).toBeCloseTo(half, 12);
});

it('is narrowest for its size at nOpt', () => {
  for (const nOpt of [100, 1000, 10_000]) {
    const at = meanHalfWidth(1, 1000, { nOpt: 1000 });
    expect(meanHalfWidth(1, 1000, { nOpt })).toBeGreaterThanOrEqual(at * 0.999);
  }
});

it('spends less on one side', () => {
  expect(meanHalfWidthOneSided(0.25, 1000)).toBeLessThan(meanHalfWidth(0.25, 1000));
  expect(meanHalfWidthOneSided(0.25, 1000)).toBeGreaterThan(meanHalfWidth(0.25, 1000, { alpha: 0.1 }) * 0.99);
});

it('lies around the mean, within [0,1]', () => {
  const [low, high] = meanSequence({ n: 1000, sum: 500, squares: 500 });
  expect((low + high) / 2).toBeCloseTo(0.5, 12);
  expect(meanSequence({ n: 5, sum: 5, squares: 5 })).toEqual([expect.any(Number), 1]);
  expect(meanSequence({ n: 0, sum: 0, squares: 0 })).toEqual([0, 1]);
});

it('refuses moments of no values in [0,1], and a level that is none', () => {
  expect(() => meanSequence({ n: 1, sum: 2, squares: 1 })).toThrow(RangeError);
  expect(() => meanSequence({ n: Number.NaN, sum: 0, squares: 0 })).toThrow(RangeError);
  expect(() => meanHalfWidth(1, 10, { alpha: 1 })).toThrow(RangeError);
  expect(() => meanHalfWidth(1, 10, { nOpt: 0 })).toThrow(RangeError);
});
