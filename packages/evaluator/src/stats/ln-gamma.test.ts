import { describe, expect, it } from 'vitest';
import { lnBeta, lnGamma } from './ln-gamma.js';

describe('ln Gamma', () => {
  it.each([
    [1, 0],
    [2, 0],
    [0.5, Math.log(Math.PI) / 2],
    [5, Math.log(24)],
    [171, 706.5730622457874],
    [1e5, 1051287.708973657],
  ])('of %d', (x, expected) =>
    expect(Math.abs(lnGamma(x) - expected)).toBeLessThanOrEqual(1e-13 * Math.max(1, expected)),
  );

  it('follows its recurrence', () => {
    for (const x of [0.01, 0.3, 3.7, 11.9, 12.1, 400.5])
      expect(lnGamma(x + 1) - lnGamma(x)).toBeCloseTo(Math.log(x), 10);
  });

  it('refuses what is not above zero', () => expect(() => lnGamma(0)).toThrow(RangeError));
});

it('ln B(2, 3) is -ln 12', () => expect(lnBeta(2, 3)).toBeCloseTo(-Math.log(12), 12));
