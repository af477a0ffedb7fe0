import { expect, it } from 'vitest';
import { cohenKappa } from './kappa.js';

it.each([
  [
    [
      [20, 5],
      [10, 15],
    ],
    0.4,
  ],
  [
    [
      [45, 15],
      [25, 15],
    ],
    0.1304,
  ],
  [
    [
      [25, 35],
      [5, 35],
    ],
    0.2593,
  ],
  [
    [
      [0, 10],
      [10, 0],
    ],
    -1,
  ],
  [
    [
      [10, 0, 0],
      [0, 10, 0],
      [0, 0, 10],
    ],
    1,
  ],
])('of %j is %d', (counts, kappa) => expect(cohenKappa(counts)).toBeCloseTo(kappa, 4));

it('is unknown without pairs, and where there is but one class', () => {
  expect(
    cohenKappa([
      [0, 0],
      [0, 0],
    ]),
  ).toBeNull();
  expect(
    cohenKappa([
      [7, 0],
      [0, 0],
    ]),
  ).toBeNull();
});

it('refuses what is no table of counts', () => {
  expect(() => cohenKappa([[1, 2]])).toThrow(RangeError);
  expect(() =>
    cohenKappa([
      [1, -2],
      [0, 1],
    ]),
  ).toThrow(RangeError);
});
