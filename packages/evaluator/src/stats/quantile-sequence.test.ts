import { describe, expect, it } from 'vitest';
import { lnBetaBinomialMixture, mixtureBoundary } from './beta-binomial-mixture.js';
import { quantileRanks, quantileRatio } from './quantile-sequence.js';

describe('the ranks of a quantile', () => {
  it.each([
    [500, 456, 491],
    [1000, 926, 972],
    [5000, 4698, 4799],
  ])('of %i values are known', (n, lower, upper) => {
    expect(quantileRanks(n, 0.95, { alpha: 0.025 })).toEqual({ lower, upper });
  });

  it('have no upper end below about 200 values', () => {
    expect(quantileRanks(150, 0.95, { alpha: 0.025 }).upper).toBeNull();
    expect(quantileRanks(250, 0.95, { alpha: 0.025 }).upper).not.toBeNull();
    expect(quantileRanks(0, 0.95)).toEqual({ lower: null, upper: null });
    expect(quantileRanks(1, 0.5)).toEqual({ lower: null, upper: null });
  });

  it('are mirrored for the mirrored quantile', () => {
    const high = quantileRanks(1000, 0.9);
    const low = quantileRanks(1000, 0.1);
    expect(low.upper).toBe(1001 - (high.lower as number));
    expect(low.lower).toBe(1001 - (high.upper as number));
  });

  it('refuse what is no quantile and no count', () => {
    expect(() => quantileRanks(10, 1)).toThrow(RangeError);
    expect(() => quantileRanks(1.5, 0.5)).toThrow(RangeError);
  });
});

it('a boundary is where the mixture reaches the bar', () => {
  const mixture = { g: 0.3, h: 0.7, vOpt: 21, a: 0.05 };
  expect(lnBetaBinomialMixture(0, 0, mixture)).toBeCloseTo(0, 12);
  expect(lnBetaBinomialMixture(mixtureBoundary(40, 0.01, mixture), 40, mixture)).toBeCloseTo(Math.log(100), 9);
});

describe('the ratio of two quantiles', () => {
  it('sets the ends against each other', () => {
    const [lower, upper] = quantileRatio([90, 110], [80, 100]) ?? [];
    expect(lower).toBeCloseTo(0.9, 12);
    expect(upper).toBeCloseTo(1.375, 12);
  });
  it('is wider where the values are approximate', () => {
    const [lower, upper] = quantileRatio([100, 100], [100, 100], 0.01) ?? [];
    expect(lower).toBeCloseTo(0.99 / 1.01, 12);
    expect(upper).toBeCloseTo(1.01 / 0.99, 12);
  });
  it('has an open end where a rank is missing, and is none where both are', () => {
    expect(quantileRatio([90, Infinity], [100, 100])).toEqual([0.9, Infinity]);
    expect(quantileRatio([90, Infinity], [100, Infinity])).toEqual([0, Infinity]);
    expect(quantileRatio([Infinity, Infinity], [100, Infinity])).toBeNull();
    expect(quantileRatio([0, 0], [0, 0])).toBeNull();
  });
});
