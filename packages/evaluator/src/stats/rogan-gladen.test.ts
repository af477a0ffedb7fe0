import { expect, it } from 'vitest';
import { roganGladen } from './rogan-gladen.js';

const JUDGED = { rate: 0.4, judged: 1000, specificity: 0.7, negatives: 200, sensitivity: 0.9, positives: 200 };

it('gives the known interval', () => {
  const { point, lower, upper } = roganGladen(JUDGED) as { point: number; lower: number; upper: number };
  expect(point).toBeCloseTo(1 / 6, 12);
  expect(lower).toBeCloseTo(0.0564, 4);
  expect(upper).toBeCloseTo(0.2627, 4);
});

it('is the rate itself with a perfect judge', () => {
  expect(roganGladen({ ...JUDGED, specificity: 1, sensitivity: 1 })?.point).toBeCloseTo(0.4, 12);
});

it('stays within [0,1]', () => {
  expect(roganGladen({ ...JUDGED, rate: 0.1 })).toMatchObject({ point: 0, lower: 0 });
  expect(roganGladen({ ...JUDGED, rate: 1 })).toMatchObject({ point: 1, upper: 1 });
});

it('has nothing where the judge is no better than a coin', () => {
  expect(roganGladen({ ...JUDGED, specificity: 0.1 })).toBeNull();
});

it('refuses a rate that is none, and no canaries', () => {
  expect(() => roganGladen({ ...JUDGED, rate: Number.NaN })).toThrow(RangeError);
  expect(() => roganGladen({ ...JUDGED, negatives: 0 })).toThrow(RangeError);
});
