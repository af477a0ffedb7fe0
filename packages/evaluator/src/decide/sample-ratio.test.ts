import { describe, expect, it } from 'vitest';
import { look, health, SAFE } from './decide.test.support.js';
import { sampleMismatch } from './sample-ratio.js';

const one = (counts: readonly (readonly [pi: number, draws: number, drawn: number])[], place = 1) => ({
  producer: 'p1',
  place,
  counts: counts.map(([pi, draws, drawn]) => ({ pi, draws, drawn })),
});

describe('the sample ratio', () => {
  it('is sound where nothing is known, and where what was declared was drawn', () => {
    expect(sampleMismatch([])).toBeNull();
    expect(sampleMismatch([one([])])).toBeNull();
    expect(sampleMismatch([one([[0.1, 0, 0]])])).toBeNull();
    expect(
      sampleMismatch([
        one([
          [0.1, 100_000, 10_100],
          [1, 500, 500],
          [0.5, 10_000, 4900],
        ]),
      ]),
    ).toBeNull();
  });

  it('adds up what speaks against it at several probabilities, and asks more of a later process', () => {
    // 5200 of 10,000 at .5 are 6.08; E >= 2000 is 7.60 and E >= 6000 is 8.70.
    const off = [0.5, 10_000, 5200] as const;
    expect(sampleMismatch([one([off])])).toBeNull();
    const both = [off, [0.25, 10_000, 2680]] as const;
    expect(sampleMismatch([one(both)])).toBe(
      'p1 declared to draw 25 % of its calls and has drawn 26.8 %: 2,680 of 10,000 traces or keys',
    );
    expect(sampleMismatch([one(both, 500)])).toBeNull();
    expect(sampleMismatch([one([off]), one([off], 2)])).toBeNull();
  });

  it('takes a few calls that were left out for losses where all were to be drawn, and more of them for proof', () => {
    expect(sampleMismatch([one([[1, 500, 499]])])).toBeNull();
    expect(sampleMismatch([one([[1, 1_000_000, 995_001]])])).toBeNull();
    expect(sampleMismatch([one([[1, 5000, 4900]])])).toContain('100 % of its calls and has drawn 98 %');
    expect(sampleMismatch([one([[1, 500, 600]])])).toBeNull();
  });

  it('makes a run invalid, for good, over whatever else is known of it', () => {
    const first = look({ health: health({ draws: [one([[0.5, 10_000, 4000]])], stale: 'nobody is there' }) });
    expect(first).toMatchObject({ state: 'invalid', reason: 'sample_ratio', transition: { reason: 'sample_ratio' } });
    expect(first.sentence).toMatch(/^INVALID: the sample is not what it is said to be.+40 %.+\.$/);
    const transitions = first.transition === null ? [] : [first.transition];
    const later = look({ streams: { _all: SAFE }, transitions });
    expect(later).toMatchObject({ state: 'invalid', reason: 'sample_ratio', transition: null });
  });
});
