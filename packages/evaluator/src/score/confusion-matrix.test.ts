import { expect, it } from 'vitest';
import { ConfusionMatrix, NO_LABEL, OTHER_LABEL } from './confusion-matrix.js';

function matrixOf(rows: readonly (readonly [primary: string, other: string | null, times: number])[]): ConfusionMatrix {
  const matrix = new ConfusionMatrix();
  for (const [primary, other, times] of rows) matrix.add(primary, other, times);
  return matrix;
}

it('gives the kappa of a published table', () => {
  const matrix = matrixOf([
    ['yes', 'yes', 20],
    ['yes', 'no', 5],
    ['no', 'yes', 10],
    ['no', 'no', 15],
  ]);
  expect(matrix.agreement()).toBeCloseTo(0.7, 12);
  expect(matrix.kappa()).toBeCloseTo(0.4, 12);
});

it('counts the same whatever the order', () => {
  const [a, b] = [
    matrixOf([['x', 'y', 2]]),
    matrixOf([
      ['x', 'x', 3],
      ['y', null, 1],
    ]),
  ];
  const [ab, ba] = [new ConfusionMatrix(), new ConfusionMatrix()];
  for (const each of [a, b]) ab.merge(each);
  for (const each of [b, a]) ba.merge(each);
  expect(ab.cells()).toEqual(ba.cells());
  expect(ab.cells()[0]).toEqual({ primary: 'x', other: 'x', count: 3 });
  expect(ab.cells()).toContainEqual({ primary: 'y', other: NO_LABEL, count: 1 });
});

it('stays small, and takes labels it tells apart no more for unequal', () => {
  const matrix = new ConfusionMatrix();
  for (let label = 0; label < 1000; label += 1) matrix.add(`l${label}`, `l${label}`);
  expect(matrix.cells().length).toBeLessThanOrEqual(65);
  expect(matrix.cells()[0]).toMatchObject({ primary: OTHER_LABEL, other: OTHER_LABEL });
  expect(matrix.agreement()).toBeLessThan(0.07);
});

it('says nothing of nothing, and 1 of one label alone', () => {
  expect([new ConfusionMatrix().agreement(), new ConfusionMatrix().kappa()]).toEqual([null, null]);
  expect(matrixOf([['x', 'x', 4]]).kappa()).toBe(1);
});
