import { expect, it } from 'vitest';
import { mcNemar } from './mcnemar.js';

it('gives the known values of 794 / 150 / 86 / 570', () => {
  const { p, chiSquare, corrected } = mcNemar(150, 86);
  expect(chiSquare).toBeCloseTo(17.3559, 4);
  expect(corrected).toBeCloseTo(16.8178, 4);
  expect(p / 1e-5).toBeCloseTo(3.716, 3);
  expect(mcNemar(86, 150).p).toBe(p);
});

it('is the binomial test, by enumeration', () => {
  // 2 (1 + 10 + 45) / 1024.
  expect(mcNemar(2, 8).p).toBeCloseTo(112 / 1024, 12);
  expect(mcNemar(0, 1).p).toBeCloseTo(1, 12);
  expect(mcNemar(5, 5).p).toBe(1);
});

it('says nothing without discordant pairs, and survives many', () => {
  expect(mcNemar(0, 0)).toEqual({ p: 1, chiSquare: 0, corrected: 0 });
  expect(mcNemar(1e6, 1e6 + 1000).p).toBeCloseTo(0.4798, 3);
});

it('refuses what is no count', () => expect(() => mcNemar(1.5, 0)).toThrow(RangeError));
