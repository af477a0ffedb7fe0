import { describe, expect, it } from 'vitest';
import { type AnswerShape, FEATURES, lengthBin } from './answer-bins.js';
import { decodeDistribution, encodeDistribution } from './distribution-codec.js';
import {
  addAnswer,
  countsOf,
  type Distribution,
  distinctShare,
  emptyDistribution,
  mergeDistributions,
} from './distribution.js';
import { TallyError } from './integers.js';
import { shiftedFeatures, shiftsBetween } from './shift.js';

/** Deterministic answers; `scale` stretches their lengths. */
function answers(count: number, scale = 1, some: Partial<AnswerShape> = {}): readonly AnswerShape[] {
  return Array.from({ length: count }, (_, at) => ({
    length: Math.floor(scale * (200 + ((at * 7919) % 1000))),
    language: ['en', 'de', 'xx', null][at % 4] ?? null,
    structure: at % 3 === 0 ? ['lists', 'code'] : [],
    finish: at % 10 === 0 ? 'length' : 'stop',
    refused: at % 50 === 0,
    hash: (at * 104_729 * 1_000_003) % 2 ** 48,
    ...some,
  }));
}

function distributionOf(list: readonly AnswerShape[]): Distribution {
  const distribution = emptyDistribution();
  for (const answer of list) addAnswer(distribution, answer);
  return distribution;
}

const bytes = (distribution: Distribution): string => Buffer.from(encodeDistribution(distribution)).toString('hex');

describe('the bin of a length', () => {
  it('never decreases, and is at most an eighth wide', () => {
    expect([0, 7, 8, 15, 16, 17, 18, 1000].map(lengthBin)).toEqual([0, 7, 8, 15, 16, 16, 17, 63]);
    const first: number[] = [];
    for (let length = 0; length <= 70_000; length += 1) {
      const bin = lengthBin(length);
      expect(bin === first.length || bin === first.length - 1).toBe(true);
      if (bin === first.length) first.push(length);
      const start = first[bin] ?? 0;
      expect(length - start < Math.max(1, start / 8)).toBe(true);
    }
  });
  it('is the last one for what is longer than any answer', () => {
    expect(lengthBin(2 ** 40)).toBe(lengthBin(Infinity));
    expect(lengthBin(2 ** 24)).toBe((FEATURES[0]?.bins ?? 0) - 1);
    expect(lengthBin(2 ** 24 - 1)).toBe((FEATURES[0]?.bins ?? 0) - 2);
  });
});

describe('a distribution', () => {
  const all = answers(900);

  it('has the same bytes whatever the order and the split', () => {
    const whole = bytes(distributionOf(all));
    expect(bytes(distributionOf(all.toReversed()))).toBe(whole);
    for (const parts of [2, 3, 16]) {
      const split = Array.from({ length: parts }, (_, part) =>
        distributionOf(all.filter((_answer, at) => at % parts === part)),
      );
      expect(bytes(split.reduce(mergeDistributions))).toBe(whole);
      expect(bytes(split.reduceRight((a, b) => mergeDistributions(b, a), emptyDistribution()))).toBe(whole);
    }
  });

  it('counts each answer once in each feature, unknown words and unknown answers among them', () => {
    const distribution = distributionOf(all);
    for (const { name } of FEATURES) {
      expect(countsOf(distribution, name).reduce((sum, count) => sum + count, 0)).toBe(900);
    }
    const languages = countsOf(distribution, 'language');
    expect(languages.slice(-2)).toEqual([225, 225]);
    expect(countsOf(distribution, 'refusal')).toEqual([882, 18, 0, 0]);
  });

  it('leaves out a length and a hash that are none', () => {
    const [answer] = answers(1);
    const distribution = emptyDistribution();
    for (const wrong of [null, Number.NaN, -1])
      addAnswer(distribution, { ...(answer as AnswerShape), length: wrong, hash: wrong });
    addAnswer(distribution, { ...(answer as AnswerShape), hash: 2 ** 48 });
    expect(distribution).toMatchObject({ answers: 4, hashed: 0, smallest: [] });
    expect(countsOf(distribution, 'length').reduce((sum, count) => sum + count, 0)).toBe(1);
  });

  it('knows how many answers are distinct', () => {
    expect(distinctShare(emptyDistribution())).toBeNull();
    expect(distinctShare(distributionOf(answers(500, 1, { hash: 77 })))).toBe(1 / 500);
    expect(distinctShare(distributionOf([...answers(50), ...answers(50)]))).toBe(0.5);
    const share = distinctShare(distributionOf(answers(5000))) ?? 0;
    expect(share).toBeGreaterThan(0.6);
  });

  it('comes back from its bytes', () => {
    const distribution = distributionOf(all);
    expect(decodeDistribution(encodeDistribution(distribution))).toEqual(distribution);
    expect(encodeDistribution(distribution).length).toBeLessThan(1024);
    expect(encodeDistribution(emptyDistribution()).length).toBeLessThan(320);
  });

  it('is not read from bytes that are none', () => {
    const encoded = encodeDistribution(distributionOf(all));
    for (const wrong of [
      new Uint8Array(),
      encoded.subarray(0, 100),
      Uint8Array.from([...encoded, 0]),
      Uint8Array.from([1, ...encoded.subarray(1)]),
      // One answer less than hashes; then a negative count.
      Uint8Array.from([encoded[0] ?? 0, 2, ...encoded.subarray(3)]),
      Uint8Array.from([encoded[0] ?? 0, 1, ...encoded.subarray(3)]),
    ]) {
      expect(() => decodeDistribution(wrong)).toThrow(TallyError);
    }
  });
});

describe('the shift between two sets of answers', () => {
  const week = distributionOf(answers(2000));
  const of = (current: Distribution, feature: string): ReturnType<typeof shiftsBetween>[number] | undefined =>
    shiftsBetween(week, current).find((shift) => shift.feature === feature);

  it('is none where they are alike', () => {
    const shifts = shiftsBetween(week, distributionOf(answers(1000)));
    expect(shiftedFeatures(shifts)).toEqual([]);
    for (const { stability } of shifts) expect(stability ?? 9).toBeLessThan(0.05);
  });

  it('is found in the feature that shifted', () => {
    const longer = distributionOf(answers(1000, 2));
    expect(shiftedFeatures(shiftsBetween(week, longer))).toEqual(['length']);
    expect(of(longer, 'length')?.distance ?? 0).toBeGreaterThan(0.4);
    const refusing = distributionOf(answers(1000, 1, { refused: true, structure: [] }));
    expect(shiftedFeatures(shiftsBetween(week, refusing))).toEqual(['structure', 'refusal']);
    expect(of(refusing, 'refusal')).toMatchObject({ distance: null, reference: 2000, current: 1000 });
    expect(of(refusing, 'refusal')?.divergence ?? 0).toBeGreaterThan(0.5);
  });

  it('is not claimed of a handful, and not known of nothing', () => {
    expect(shiftedFeatures(shiftsBetween(week, distributionOf(answers(100, 2))))).toEqual([]);
    expect(of(emptyDistribution(), 'length')).toMatchObject({ stability: null, divergence: null, distance: null });
  });
});
