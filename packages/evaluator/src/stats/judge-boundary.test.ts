import { expect, it } from 'vitest';
import { judgeBoundary, judgeSensitivity } from './judge-boundary.js';

it('moves the boundary by what the judge is certain to see', () => {
  const sensitivity = judgeSensitivity({ detectionLower: 0.85, falseWinsUpper: 0.05 });
  expect(sensitivity).toBeCloseTo(0.8, 12);
  expect(judgeBoundary(0.05, sensitivity)?.safe).toBeCloseTo(0.46, 12);
  expect(judgeBoundary(0.05, 1)?.safe).toBeCloseTo(0.45, 12);
  expect(judgeBoundary(0.05, sensitivity)?.harm).toBeCloseTo(0.45, 12);
});

it.each([0.499, 0, -1, Number.NaN, 1.01])('has no boundary at a sensitivity of %d', (sensitivity) => {
  expect(judgeBoundary(0.05, sensitivity)).toBeNull();
});

it('has one from one half on', () => expect(judgeBoundary(0.05, 0.5)?.safe).toBeCloseTo(0.475, 12));

it('refuses what is no bound and no margin', () => {
  expect(() => judgeSensitivity({ detectionLower: Number.NaN, falseWinsUpper: 0 })).toThrow(RangeError);
  expect(() => judgeBoundary(0, 0.9)).toThrow(RangeError);
  expect(() => judgeBoundary(0.5, 0.9)).toThrow(RangeError);
});
