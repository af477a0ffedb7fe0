import { describe, expect, it } from 'vitest';
import { decodeConfusion, encodeConfusion } from './confusion-codec.js';
import {
  addLabels,
  cellsOf,
  type Confusion,
  emptyConfusion,
  labelAgreement,
  labelKappa,
  mergeConfusions,
  NO_LABEL,
  OTHER_LABEL,
} from './confusion.js';
import { TallyError } from './integers.js';

type Row = readonly [primary: number, other: number | null, times: number];

function matrixOf(rows: readonly Row[]): Confusion {
  const matrix = emptyConfusion();
  for (const [primary, other, times] of rows)
    for (let left = times; left > 0; left -= 1) addLabels(matrix, primary, other);
  return matrix;
}

const [YES, NO] = [17, 4];
const bytes = (matrix: Confusion): string => Buffer.from(encodeConfusion(matrix)).toString('hex');
/** Hashes spread over their range, in no order. */
const many = Array.from({ length: 500 }, (_, at) => (at * 104_729 * 1_000_003) % 2 ** 48);

describe('a matrix of labels', () => {
  it('gives the kappa of a published table', () => {
    const matrix = matrixOf([
      [YES, YES, 20],
      [YES, NO, 5],
      [NO, YES, 10],
      [NO, NO, 15],
    ]);
    expect(labelAgreement(matrix)).toBeCloseTo(0.7, 12);
    expect(labelKappa(matrix)).toBeCloseTo(0.4, 12);
    expect(cellsOf(matrix)[0]).toEqual({ primary: YES, other: YES, count: 20 });
  });

  it('counts an answer that is no label', () => {
    expect(cellsOf(matrixOf([[YES, null, 3]]))).toEqual([{ primary: YES, other: NO_LABEL, count: 3 }]);
  });

  it('says nothing of nothing, and 1 of one label alone', () => {
    expect([labelAgreement(emptyConfusion()), labelKappa(emptyConfusion())]).toEqual([null, null]);
    expect(labelKappa(matrixOf([[YES, YES, 4]]))).toBe(1);
  });

  it('stays small, and still knows how many were the same', () => {
    const matrix = decodeConfusion(encodeConfusion(matrixOf(many.map((label): Row => [label, label, 1]))));
    expect(cellsOf(matrix)).toHaveLength(63);
    expect(cellsOf(matrix)[0]).toEqual({ primary: OTHER_LABEL, other: OTHER_LABEL, count: 438 });
    expect([labelAgreement(matrix), labelKappa(matrix)]).toEqual([1, null]);
  });

  it('is the same bytes whatever the order and the split, of any number of labels', () => {
    const rows = many.map((label, at): Row => [label, many[(at * 7) % 500] ?? null, 1 + (at % 3)]);
    const whole = bytes(matrixOf(rows));
    expect(bytes(matrixOf(rows.toReversed()))).toBe(whole);
    const parts = Array.from({ length: 7 }, (_, part) => matrixOf(rows.filter((_row, at) => at % 7 === part)));
    const stored = parts.map((part) => decodeConfusion(encodeConfusion(part)));
    expect(bytes(stored.reduce(mergeConfusions))).toBe(whole);
    expect(bytes(stored.toReversed().reduce(mergeConfusions))).toBe(whole);
  });

  it.each([
    ['another version', (all: number[]) => [0x52, ...all.slice(1)]],
    ['a byte less', (all: number[]) => all.slice(0, -1)],
    ['a byte more', (all: number[]) => [...all, 0]],
    ['another sum', (all: number[]) => [all[0] ?? 0, (all[1] ?? 0) + 2, ...all.slice(2)]],
  ])('is refused with %s', (_what, change) => {
    const stored = change([...encodeConfusion(matrixOf([[YES, NO, 3]]))]);
    expect(() => decodeConfusion(Uint8Array.from(stored))).toThrow(TallyError);
  });
});
