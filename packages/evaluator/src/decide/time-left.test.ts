import { describe, expect, it } from 'vitest';
import { HARMED, look, SAFE, tally } from './decide.test.support.js';
import { spanText, withTimeLeft } from './time-left.js';

const HOUR = 3_600_000;

describe('how long a verdict may take', () => {
  it.each([
    [0, '0 s'],
    [40_000, '40 s'],
    [25 * 60_000, '25 min'],
    [59.7 * 60_000, '60 min'],
    [3 * HOUR + 21 * 60_000, '3 h 20 min'],
    [23.99 * HOUR, '24 h'],
    [52 * HOUR, '2 d 4 h'],
    [30 * 24 * HOUR, '30 d'],
  ])('is said of %d ms as %s', (ms, text) => {
    expect(spanText(ms)).toBe(text);
  });

  const few = look({ streams: { _all: { ...SAFE, errors: tally('errors', [[0.5, 0, 500]]) } } });

  it('is stated as a range at the rate so far, where pairs are all that is missing', () => {
    const { low, high } = few.remaining ?? { low: 0, high: 0 };
    expect(high).toBeGreaterThan(low);
    const verdict = withTimeLeft(few, { pairs: 500, ms: HOUR });
    expect(verdict.timeLeftMs).toEqual({ low: (low * HOUR) / 500, high: (high * HOUR) / 500 });
    expect(verdict.sentence).toBe(
      few.sentence.replace(
        /\.$/,
        `; about ${spanText((low * HOUR) / 500)} to ${spanText((high * HOUR) / 500)} at the rate so far.`,
      ),
    );
    expect({ ...verdict, sentence: '', timeLeftMs: null }).toEqual({ ...few, sentence: '', timeLeftMs: null });
  });

  it('is not said of few pairs, of a short time, or where it is not pairs that are missing', () => {
    expect(withTimeLeft(few, { pairs: 29, ms: HOUR })).toBe(few);
    expect(withTimeLeft(few, { pairs: 500, ms: 59_000 })).toBe(few);
    for (const other of [look({}), look({ streams: { _all: { errors: HARMED } } })])
      expect(withTimeLeft(other, { pairs: 500, ms: HOUR })).toBe(other);
  });
});
