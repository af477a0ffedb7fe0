import { expect, it } from 'vitest';
import { eBenjaminiHochberg } from './e-bh.js';

const logs = (values: readonly number[]): number[] => values.map(Math.log);

it('rejects the first two of the published example', () => {
  expect(eBenjaminiHochberg(logs([65, 38, 12, 4, 1.5, 0.7]), { alpha: 0.1, hypotheses: 6 })).toEqual([0, 1]);
});

it('counts what is not seen', () => {
  expect(eBenjaminiHochberg(logs([65, 38]), { alpha: 0.1, hypotheses: 6 })).toEqual([0, 1]);
  expect(eBenjaminiHochberg(logs([65, 38]), { alpha: 0.1, hypotheses: 8 })).toEqual([]);
  expect(eBenjaminiHochberg([], { alpha: 0.1, hypotheses: 20 })).toEqual([]);
});

it('rejects one below its own bar where the larger k reaches it', () => {
  // 1 * 25 / 2 is below 20, 2 * 25 / 2 is not.
  expect(eBenjaminiHochberg(logs([25, 26]), { alpha: 0.05, hypotheses: 2 })).toEqual([0, 1]);
});

it('takes infinity, and NaN as nothing', () => {
  expect(eBenjaminiHochberg([Number.NaN, Infinity, -Infinity], { alpha: 0.05, hypotheses: 3 })).toEqual([1]);
});

it('refuses fewer hypotheses than e-values, and no level', () => {
  expect(() => eBenjaminiHochberg([1, 2], { alpha: 0.05, hypotheses: 1 })).toThrow(RangeError);
  expect(() => eBenjaminiHochberg([1], { alpha: 0, hypotheses: 1 })).toThrow(RangeError);
});
