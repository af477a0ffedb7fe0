import { describe, expect, it } from 'vitest';
import { Ring, trialBytes } from './ring.js';
import { trial } from './trial.test.support.js';

describe('Ring', () => {
  it('holds up to its count and its bytes, on both sides of each', () => {
    const byCount = new Ring<number>({ maxTrials: 2, maxBytes: 100 });
    expect([byCount.push(1, 1), byCount.isFull, byCount.push(2, 1), byCount.isFull, byCount.push(3, 1)]).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
    const byBytes = new Ring<number>({ maxTrials: 9, maxBytes: 100 });
    expect([byBytes.push(1, 99), byBytes.push(2, 2), byBytes.push(3, 1), byBytes.isFull]).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it('gives the first ones, whole batches, and one that is larger than a batch alone', () => {
    const ring = new Ring<string>({ maxTrials: 9, maxBytes: 1000 });
    for (const [item, bytes] of [
      ['a', 10],
      ['b', 10],
      ['c', 10],
      ['large', 90],
      ['d', 10],
    ] as const)
      ring.push(item, bytes);
    expect([ring.take(2, 50), ring.take(9, 50), ring.take(9, 50), ring.take(9, 50)]).toEqual([
      ['a', 'b'],
      ['c'],
      ['large'],
      ['d'],
    ]);
    expect([ring.count, ring.bytes]).toEqual([0, 0]);
  });

  it('takes a trial for about as large as it is, never for much smaller', () => {
    for (const length of [0, 100, 10_000, 1_000_000]) {
      const each = trial('x'.repeat(length));
      const actual = JSON.stringify(each).length;
      expect(trialBytes(each)).toBeGreaterThan(actual * 0.9);
      expect(trialBytes(each)).toBeLessThan(actual * 2.5 + 2000);
    }
  });
});
