import { describe, expect, it } from 'vitest';
import { freezeThreshold } from './threshold.js';

const upTo = (n: number): number[] => Array.from({ length: n }, (_, at) => n - at);

describe('freezing a threshold', () => {
  it('takes the nearest rank, in any order', () => {
    expect(freezeThreshold(upTo(1000), 0.95, 500)).toBe(950);
    expect(freezeThreshold(upTo(1000), 0.5, 500)).toBe(500);
  });

  it('waits for enough durations that are numbers', () => {
    expect(freezeThreshold(upTo(499), 0.95, 500)).toBeNull();
    expect(freezeThreshold(upTo(500), 0.95, 500)).toBe(475);
    expect(freezeThreshold([...upTo(499), Infinity, Number.NaN, -1], 0.95, 500)).toBeNull();
    expect(freezeThreshold([], 0.95, 0)).toBeNull();
  });

  it('never freezes zero', () =>
    expect(
      freezeThreshold(
        Array.from({ length: 500 }, () => 0),
        0.95,
        500,
      ),
    ).toBeNull());
  it('refuses a quantile outside (0,1)', () => expect(() => freezeThreshold([1], 1, 0)).toThrow(RangeError));
});
