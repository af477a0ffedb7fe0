import { describe, expect, it } from 'vitest';
import { decodeTally, encodeTally } from './codec.js';
import { betTerms } from '../stats/bets.js';
import { readInteger, TallyError } from './integers.js';
import { mergeStored } from './merge-stored.js';
import { MISSING, type Observation } from './observation.js';
import { addPair, emptyTally, mergeTallies, snapshot, sumsOf, type Tally } from './tally.js';

const M = 0.475;

/** Deterministic, with many different values of x, as a similarity has. */
const OBSERVATIONS: readonly (readonly [Observation, number])[] = Array.from({ length: 600 }, (_, at) => {
  const reference = ((at * 7919) % 1000) / 999;
  const candidate = ((at * 104729) % 1000) / 999;
  const x = (candidate - reference + 1) / 2;
  const weight = at % 3 === 0 ? 0.04 : 1;
  return at % 17 === 0 ? [MISSING, weight] : [{ safe: x, harm: x, reference, candidate }, weight];
});

function tallyOf(observations: typeof OBSERVATIONS): Tally {
  const tally = emptyTally(M);
  for (const [observation, weight] of observations) addPair(tally, observation, weight);
  return tally;
}

const split = (parts: number): Tally[] =>
  Array.from({ length: parts }, (_, part) => tallyOf(OBSERVATIONS.filter((_pair, at) => at % parts === part)));

const bytes = (tally: Tally): string => Buffer.from(encodeTally(tally)).toString('hex');

describe('a tally', () => {
  it('has the same bytes whatever the order of the pairs', () => {
    expect(bytes(tallyOf(OBSERVATIONS.toReversed()))).toBe(bytes(tallyOf(OBSERVATIONS)));
  });

  it.each([0.001, 1 / 2.2, 0.999])('sums many different values as integers do, at m = %d', (m) => {
    const tally = emptyTally(m);
    const expected = Array.from({ length: 32 }, () => 0n);
    for (let at = 0; at < 5000; at += 1) {
      const x = at % 3 === 0 ? 1 : 1 - at / 5000;
      const count = 1 + (at % 6);
      addPair(tally, { safe: x, harm: x, reference: x, candidate: x }, 1, count);
      for (const [g, term] of betTerms(x, m, 1).entries())
        expected[g] = (expected[g] ?? 0n) + BigInt(term) * BigInt(count);
    }
    expect(sumsOf(tally).safe).toEqual(expected);
  });

  it.each([1e-9, 1 - 1e-9])('has the same bytes in any order where the boundary is next to an end, at m = %d', (m) => {
    const values = Array.from({ length: 3000 }, (_, at) => (at % 1500) * 1e-9);
    const filled = (order: readonly number[]): Tally => {
      const tally = emptyTally(m);
      for (const one of order) {
        const x = m < 0.5 ? 1 - one : one;
        addPair(tally, { safe: x, harm: x, reference: x, candidate: x }, 1, 3);
      }
      return tally;
    };
    expect(bytes(filled(values.toReversed()))).toBe(bytes(filled(values)));
  });

  it('counts marks, each by itself and beside the others', () => {
    const tally = emptyTally(M);
    for (const mark of ['over', 'failed', 'unpriced_incumbent', 'unpriced_candidate', 'unpriced_both'] as const)
      addPair(tally, { ...MISSING, mark }, 1, 3);
    addPair(tally, MISSING);
    const read = snapshot(mergeTallies(decodeTally(encodeTally(tally)), tally));
    expect(read).toMatchObject({ pairs: 32, missing: 32, marked: 12, unpriced: { incumbent: 12, candidate: 12 } });
  });

  it('has the same bytes however the pairs are split and merged', () => {
    const whole = bytes(tallyOf(OBSERVATIONS));
    for (const parts of [1, 2, 3, 7, 600]) {
      expect(bytes(split(parts).reduce(mergeTallies))).toBe(whole);
      expect(bytes(split(parts).reduceRight((a, b) => mergeTallies(b, a)))).toBe(whole);
    }
    const [a, b, c] = split(3) as [Tally, Tally, Tally];
    expect(bytes(mergeTallies(a, mergeTallies(b, c)))).toBe(bytes(mergeTallies(mergeTallies(c, a), b)));
  });

  it('is unchanged by merging nothing, and by being looked at', () => {
    const tally = tallyOf(OBSERVATIONS);
    const before = bytes(tally);
    snapshot(tally);
    expect(bytes(mergeTallies(tally, emptyTally(M)))).toBe(before);
    expect(bytes(tally)).toBe(before);
  });

  it('counts equal pairs at once as it does one by one', () => {
    const one = emptyTally(M);
    const many = emptyTally(M);
    for (let at = 0; at < 500; at += 1) addPair(one, MISSING, 0.5);
    addPair(many, MISSING, 0.5, 500);
    expect(bytes(many)).toBe(bytes(one));
  });

  it('refuses to merge evidence on different boundaries', () => {
    expect(() => mergeTallies(emptyTally(0.475), emptyTally(0.45))).toThrow(RangeError);
  });

  it('proves neither claim with missing pairs', () => {
    const tally = emptyTally(M);
    addPair(tally, MISSING, 1, 1000);
    const { pairs, missing, safe, harm, reference } = snapshot(tally);
    expect([pairs, missing, reference]).toEqual([1000, 1000, null]);
    expect(safe.logLargest).toBeLessThan(0);
    expect(harm.logLargest).toBeLessThan(0);
  });

  it('says GO after 879 pairs without a failure at a margin of one point, level .05', () => {
    const tie: Observation = { safe: 0.5, harm: 0.5, reference: 0, candidate: 0 };
    const logEAfter = (count: number): number => {
      const tally = emptyTally(0.495);
      addPair(tally, tie, 1, count);
      return snapshot(tally).safe.logE;
    };
    expect(logEAfter(878)).toBeLessThan(Math.log(20));
    expect(logEAfter(879)).toBeGreaterThanOrEqual(Math.log(20));
  });

  it('shows the levels of the known pairs, each weighted', () => {
    const tally = emptyTally(M);
    addPair(tally, { safe: 1, harm: 1, reference: 0, candidate: 1 }, 1);
    addPair(tally, { safe: 0, harm: 0, reference: 1, candidate: 0 }, 0.25);
    addPair(tally, MISSING, 1);
    expect(snapshot(tally)).toMatchObject({ pairs: 3, missing: 1, wins: 1, ties: 0, losses: 1 });
    expect(snapshot(tally).reference).toBeCloseTo(0.2, 9);
    expect(snapshot(tally).candidate).toBeCloseTo(0.8, 9);
  });

  it('keeps its logarithm finite after ten million wins', () => {
    const tally = emptyTally(M);
    addPair(tally, { safe: 1, harm: 1, reference: 0, candidate: 1 }, 1, 10_000_000);
    const read = snapshot(decodeTally(encodeTally(tally)));
    expect(read.pairs).toBe(10_000_000);
    expect(Number.isFinite(read.safe.logE)).toBe(true);
    expect(Number.isFinite(read.harm.logE)).toBe(true);
  });

  it.each([
    [{ safe: Number.NaN, harm: 0, reference: 0, candidate: 0 }, 1],
    [{ safe: 1.5, harm: 0, reference: 0, candidate: 0 }, 1],
    [{ safe: 0, harm: 0, reference: 0, candidate: Infinity }, 1],
    [{ safe: 0, harm: 0, reference: 0, candidate: 0 }, 0],
    [{ safe: 0, harm: 0, reference: 0, candidate: 0 }, 2],
    [{ safe: 0, harm: 0, reference: 0, candidate: 0 }, Number.NaN],
  ])('refuses %o with weight %d, and stays as it was', (observation, weight) => {
    const tally = emptyTally(M);
    expect(() => addPair(tally, observation, weight)).toThrow(RangeError);
    expect(bytes(tally)).toBe(bytes(emptyTally(M)));
  });
});

describe('the bytes of a tally', () => {
  it('are read without marks where they are from before there were any, and written with them', () => {
    const whole = encodeTally(tallyOf(OBSERVATIONS));
    const reader = { bytes: whole, at: 9 };
    for (let number = 0; number < 8; number += 1) readInteger(reader);
    // Three marks of 0, a byte each.
    const unmarked = Uint8Array.from([1, ...whole.slice(1, reader.at), ...whole.slice(reader.at + 3)]);
    expect(decodeTally(unmarked)).toEqual(decodeTally(whole));
    expect(mergeStored(unmarked, whole)).toEqual(mergeStored(whole, whole));
    expect(mergeStored(whole, unmarked)).toEqual(mergeStored(whole, whole));
  });

  it('give the tally back', () => {
    const tally = tallyOf(OBSERVATIONS);
    const read = decodeTally(encodeTally(tally));
    expect(sumsOf(read)).toEqual(sumsOf(tally));
    expect(read.m).toBe(M);
    expect(encodeTally(tally).length).toBeLessThan(700);
  });

  it('are read from the middle of a larger buffer, as a database driver hands them out', () => {
    const encoded = encodeTally(tallyOf(OBSERVATIONS));
    const larger = new Uint8Array(encoded.length + 20);
    larger.set(encoded, 13);
    expect(bytes(decodeTally(larger.subarray(13, 13 + encoded.length)))).toBe(bytes(tallyOf(OBSERVATIONS)));
  });

  it('are refused where they are not a tally', () => {
    const encoded = encodeTally(tallyOf(OBSERVATIONS));
    const changed = (change: (copy: Uint8Array) => void): Uint8Array => {
      const copy = Uint8Array.from(encoded);
      change(copy);
      return copy;
    };
    expect(() => decodeTally(new Uint8Array())).toThrow(TallyError);
    expect(() => decodeTally(encoded.subarray(0, 5))).toThrow(TallyError);
    expect(() => decodeTally(encoded.subarray(0, encoded.length - 1))).toThrow(TallyError);
    expect(() => decodeTally(Uint8Array.from([...encoded, 0]))).toThrow(TallyError);
    expect(() => decodeTally(changed((copy) => copy.fill(1, 0, 1)))).toThrow(TallyError);
    expect(() => decodeTally(changed((copy) => copy.fill(0xff, 1, 9)))).toThrow(TallyError);
    expect(() => decodeTally(changed((copy) => copy.fill(0xff, 9, 60)))).toThrow(TallyError);
    expect(() => decodeTally(changed((copy) => copy.fill(0, 9, 11)))).toThrow(TallyError);
  });
});
