import { describe, expect, it } from 'vitest';
import { rateSequence } from './rate-sequence.js';

describe('the confidence sequence of a rate', () => {
  it.each([
    [700, 1000, 100, 0.651629, 0.745949],
    [15, 50, 50, 0.129556, 0.511896],
    [5, 50, 50, 0.013021, 0.269264],
    // Published with five digits: .13489.
    [1, 50, 50, 0, 0.1348916],
    [100, 200, 1, 0.328923, 0.671076],
    [0, 1, 1, 0, 1],
    [1, 1, 1, 0, 1],
  ])('gives the known interval of %i in %i with tOpt %i', (successes, trials, tOpt, lower, upper) => {
    const [low, high] = rateSequence(successes, trials, { tOpt });
    expect(Math.abs(low - lower)).toBeLessThan(1.5e-6);
    expect(Math.abs(high - upper)).toBeLessThan(1.5e-6);
  });

  it('knows nothing without trials', () => {
    expect(rateSequence(0, 0, { tOpt: 100 })).toEqual([0, 1]);
  });

  it('refuses a count that is none', () => {
    expect(() => rateSequence(2, 1, { tOpt: 100 })).toThrow(RangeError);
    expect(() => rateSequence(Number.NaN, 1, { tOpt: 100 })).toThrow(RangeError);
  });
});
