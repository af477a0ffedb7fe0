import { expect, it } from 'vitest';
import { logSampleRatio } from './sample-ratio.js';

const HALF = [0.5, 0.5];

it.each([
  [5200, 4800, 6.08],
  [5100, 4900, 0.62],
])('of %i and %i at one half is known', (a, b, logE) => {
  expect(logSampleRatio({ counts: [a, b], probabilities: HALF })).toBeCloseTo(logE, 2);
});

it('is no evidence without calls, and against a draw as declared', () => {
  expect(logSampleRatio({ counts: [0, 0], probabilities: HALF })).toBeCloseTo(0, 9);
  expect(logSampleRatio({ counts: [100, 900], probabilities: [0.1, 0.9] })).toBeLessThan(0);
});

it('has a mean of one under the declared draw', () => {
  // All of 2^12 outcomes of twelve calls.
  let mean = 0;
  for (let outcome = 0; outcome < 2 ** 12; outcome += 1) {
    const sampled = outcome.toString(2).replaceAll('0', '').length;
    const chance = 0.3 ** sampled * 0.7 ** (12 - sampled);
    mean += chance * Math.exp(logSampleRatio({ counts: [sampled, 12 - sampled], probabilities: [0.3, 0.7] }, 10));
  }
  expect(mean).toBeCloseTo(1, 9);
});

it.each([
  [[1], HALF],
  [
    [1, 1],
    [0.5, 0.4],
  ],
  [
    [1, 1],
    [1, 0],
  ],
  [[-1, 1], HALF],
  [[1.5, 1], HALF],
])('refuses %j at %j', (counts, probabilities) => {
  expect(() => logSampleRatio({ counts, probabilities })).toThrow(RangeError);
});
