import { describe, expect, it } from 'vitest';
import { decileGroups } from './decile-groups.js';
import { jensenShannon } from './jensen-shannon.js';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.js';
import { stabilityIndex } from './stability-index.js';

describe('the groups of the deciles', () => {
  it('are ten of ten equal bins, and one on either side', () => {
    expect(decileGroups([0, ...Array.from({ length: 10 }, () => 7), 0])).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ]);
  });
  it('leave a value whole that holds more than a tenth', () => {
    expect(decileGroups([90, 1, 9])).toEqual([0, 1, 1]);
    expect(decileGroups([0, 0, 100, 0])).toEqual([0, 0, 1, 2]);
  });
  it('join fine bins', () => {
    const groups = decileGroups(Array.from({ length: 100 }, () => 3));
    for (let group = 0; group < 10; group += 1) expect(groups.filter((one) => one === group).length).toBe(10);
  });
  it('are one without a reference', () => expect(decileGroups([0, 0])).toEqual([0, 0]));
});

describe('the population stability index', () => {
  it('is known', () => {
    expect(stabilityIndex([50, 50], [60, 40])).toBeCloseTo(psiByHand(), 12);
    expect(stabilityIndex([50, 50], [50, 50])).toBe(0);
  });
  it('is finite where a bin is empty, and does not depend on bins both leave empty', () => {
    const index = stabilityIndex([100, 0], [0, 100]);
    expect(index).toBeGreaterThan(5);
    expect(Number.isFinite(index)).toBe(true);
    expect(stabilityIndex([50, 0, 50], [60, 0, 40])).toBe(stabilityIndex([50, 50], [60, 40]));
  });
});

/** (p - q) ln(p / q) over [50.5, 50.5] / 101 and [60.5, 40.5] / 101. */
function psiByHand(): number {
  return (60.5 / 101 - 0.5) * Math.log(60.5 / 50.5) + (40.5 / 101 - 0.5) * Math.log(40.5 / 50.5);
}

describe('the Jensen-Shannon divergence', () => {
  it('is known', () => {
    // The square of the distance .46450140 in nats.
    expect(jensenShannon([1, 0], [1, 1])).toBeCloseTo(0.46450140402245893 ** 2 / Math.LN2, 12);
    expect(jensenShannon([3, 0], [0, 9])).toBe(1);
    expect(jensenShannon([1, 2], [10, 20])).toBeCloseTo(0, 12);
  });
  it('is symmetric', () =>
    expect(jensenShannon([1, 5, 3], [4, 4, 1])).toBeCloseTo(jensenShannon([4, 4, 1], [1, 5, 3]) ?? 9, 12));
});

describe('the Kolmogorov-Smirnov distance', () => {
  it('is the largest difference of the cumulative shares', () => {
    expect(kolmogorovSmirnov([1, 1, 0], [0, 1, 1])).toBe(0.5);
    expect(kolmogorovSmirnov([1, 0, 0], [0, 0, 5])).toBe(1);
    expect(kolmogorovSmirnov([1, 2, 1], [2, 4, 2])).toBe(0);
  });
});

it.each([stabilityIndex, jensenShannon, kolmogorovSmirnov])(
  '%o has nothing where one side is empty, and refuses other bins',
  (distance) => {
    expect(distance([0, 0], [1, 1])).toBeNull();
    expect(distance([1, 1], [0, 0])).toBeNull();
    expect(() => distance([1], [1, 1])).toThrow(RangeError);
    expect(() => distance([1, Number.NaN], [1, 1])).toThrow(RangeError);
  },
);
