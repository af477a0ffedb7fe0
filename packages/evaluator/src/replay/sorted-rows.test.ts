import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ShuffledRows } from './shuffled.js';
import { type Row, SortedRows } from './sorted-rows.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sorted-rows-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Keys that repeat, texts of every length, and letters of several bytes. */
const ROWS: readonly Row[] = Array.from({ length: 2000 }, (_, at) => ({
  key: (at * 7919) % 97,
  text: `${(at * 104_729) % 1009} é ${'😀'.repeat(at % 5)}`,
}));
const inOrder = (rows: readonly Row[]): readonly Row[] =>
  rows.toSorted((a, b) => a.key - b.key || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));

function sorted(rows: readonly Row[], inMemory: number): readonly Row[] {
  const all = new SortedRows({ inMemory, folder });
  try {
    for (const row of rows) all.add(row);
    return [...all.sorted()];
  } finally {
    all.close();
  }
}

describe('SortedRows', () => {
  it.each([1, 500, 5000, 1_000_000])('gives every row in order, with %i characters in memory', (inMemory) => {
    const rows = inMemory === 1 ? ROWS.slice(0, 200) : ROWS;
    expect(sorted(rows, inMemory)).toEqual(inOrder(rows));
    expect(sorted(rows.toReversed(), inMemory)).toEqual(inOrder(rows));
  });

  it('holds rows that are longer than a block of a file', () => {
    const rows = [5, 3, 4].map((key) => ({ key, text: String(key).repeat(700_000) }));
    expect(sorted(rows, 100)).toEqual(inOrder(rows));
  });

  it('leaves nothing behind', () => {
    const all = new SortedRows({ inMemory: 1000, folder });
    for (const row of ROWS) all.add(row);
    expect(readdirSync(folder)).toHaveLength(1);
    all.close();
    expect(readdirSync(folder)).toEqual([]);
    expect(sorted([], 10)).toEqual([]);
  });
});

describe('ShuffledRows', () => {
  it('gives the same rows in another order, which its seed decides', () => {
    const shuffle = (seed: number): readonly Row[] => {
      const rows = new ShuffledRows(seed, { folder });
      for (const row of ROWS) rows.add(row);
      return [...rows.shuffled()];
    };
    expect(shuffle(1)).toEqual(shuffle(1));
    expect(shuffle(1)).not.toEqual(shuffle(2));
    expect(shuffle(1)).not.toEqual(ROWS);
    expect(inOrder(shuffle(1))).toEqual(inOrder(ROWS));
  });
});
