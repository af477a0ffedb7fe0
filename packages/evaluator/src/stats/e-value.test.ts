import { describe, expect, it } from 'vitest';
import { BETS, UNIT } from './bets.js';
import { logEValue, logLargest, logMeanExp } from './e-value.js';

const sums = (log: number): bigint[] => Array.from({ length: BETS }, () => BigInt(Math.floor(log * UNIT)));

describe('the e-value', () => {
  it('is one without evidence', () => {
    expect(logEValue(sums(0))).toBe(0);
    expect(logLargest(sums(0))).toBe(0);
  });

  it('is the mean capital, not the largest', () => {
    const capital = sums(-1000);
    capital[7] = BigInt(Math.floor(Math.log(32) * UNIT));
    expect(logEValue(capital)).toBeCloseTo(0, 9);
    expect(logLargest(capital)).toBeCloseTo(Math.log(32), 9);
  });

  it('neither overflows nor underflows', () => {
    expect(logEValue(sums(1e6))).toBeCloseTo(1e6, 3);
    expect(logEValue(sums(-1e6))).toBeCloseTo(-1e6, 3);
  });
});

describe('the mean of e-values given as logarithms', () => {
  it('is the mean', () => expect(logMeanExp([0, Math.log(3)])).toBeCloseTo(Math.log(2), 12));
  it('survives values that cannot be raised', () => expect(logMeanExp([1e5, 0])).toBeCloseTo(1e5 - Math.log(2), 6));
  it('is no evidence where there is nothing', () => {
    expect(logMeanExp([])).toBe(-Infinity);
    expect(logMeanExp([-Infinity, -Infinity])).toBe(-Infinity);
  });
});
