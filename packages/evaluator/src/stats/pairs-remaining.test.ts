import { expect, it } from 'vitest';
import { pairsRemaining } from './pairs-remaining.js';

it('goes on at the growth so far, from a tenth to twice of it', () => {
  // (2.9957 - 1) / .01 = 199.57.
  expect(pairsRemaining({ logLargest: 1, pairs: 100 }, Math.log(20))).toEqual({ low: 20, high: 400 });
});

it('is at least one pair', () => {
  expect(pairsRemaining({ logLargest: 5, pairs: 100 }, Math.log(20))).toEqual({ low: 1, high: 2 });
});

it('is unknown where nothing has grown', () => {
  for (const logLargest of [0, -1, Number.NaN]) expect(pairsRemaining({ logLargest, pairs: 100 }, 3)).toBeNull();
  expect(pairsRemaining({ logLargest: 1, pairs: 0 }, 3)).toBeNull();
});
