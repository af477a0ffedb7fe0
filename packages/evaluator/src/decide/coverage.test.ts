import { describe, expect, it } from 'vitest';
import { uncoveredClass } from './coverage-hold.js';
import { classCoverage, coverageOf } from './coverage.js';

/** Nothing is known of the traffic behind the calls. */
const NO_TRAFFIC = { covered: 0, uncovered: {} };

describe('coverageOf', () => {
  it('is of what the service records: its own sampling of traces is no gap', () => {
    const skipped = { not_recording: 900, concurrency_cap: 5 };
    const funnel = {
      sampled: 1000,
      admitted: 95,
      skipped,
      covered: 950,
      uncovered: { ...skipped, concurrency_cap: 50 },
    };
    expect(coverageOf(funnel)).toEqual({
      admitted: 95,
      skipped: 5,
      reasons: { concurrency_cap: 5 },
      share: 0.95,
      traffic: 1000,
      weight: 100,
    });
  });

  it('names what is not recorded where nothing else is left', () => {
    const skipped = { not_recording: 900 };
    const funnel = { sampled: 900, admitted: 0, skipped, covered: 0, uncovered: skipped };
    expect(coverageOf(funnel)).toEqual({
      admitted: 0,
      skipped: 900,
      reasons: skipped,
      share: 0,
      traffic: 900,
      weight: 900,
    });
  });

  it('is nothing of a class of which nothing was recorded', () => {
    const skipped = { not_recording: 12 };
    const funnel = { sampled: 12, admitted: 0, skipped, covered: 0, uncovered: { not_recording: 120 } };
    expect(coverageOf(funnel)).toMatchObject({ skipped: 12, share: 0, traffic: 120 });
    expect(classCoverage(funnel)).toEqual({ admitted: 0, skipped: 0, reasons: {}, share: 0, traffic: 0, weight: 0 });
  });

  it('counts a reason it has never heard of, and says nothing before the first call', () => {
    const unheard = { sampled: 10, admitted: 4, skipped: { constructor: 6 }, ...NO_TRAFFIC };
    expect(coverageOf(unheard)).toMatchObject({ skipped: 6, share: 0.4 });
    expect(coverageOf({ sampled: 0, admitted: 0, skipped: {}, ...NO_TRAFFIC })).toBeNull();
  });

  it('counts what a class stands for and not how often it was drawn', () => {
    // Nine tenths of the traffic are drawn once in a hundred, and all of that refused.
    const skipped = { below_pi_min: 9 };
    const funnel = { sampled: 109, admitted: 100, skipped, covered: 100, uncovered: { below_pi_min: 900 } };
    expect(coverageOf(funnel)).toMatchObject({ admitted: 100, skipped: 9, share: 0.1 });
  });

  it('takes few calls that stand for many for few', () => {
    // 2,000 calls that are all drawn, and 20 of a thousand times as many, of which 3 were refused and 2 not recorded.
    const skipped = { concurrency_cap: 3, not_recording: 2 };
    const uncovered = { concurrency_cap: 3000, not_recording: 2000 };
    const squared = { '': 2000 + 15e6, concurrency_cap: 3e6, not_recording: 2e6 };
    const funnel = { sampled: 2020, admitted: 2015, skipped, covered: 17_000, uncovered, squared };
    const coverage = classCoverage(funnel);
    expect(coverage).toMatchObject({ share: 0.85, traffic: 20_000 });
    expect(coverage?.weight).toBeCloseTo(22.2, 1);
    const classes = coverage === null ? [] : [{ name: 'calls', coverage, critical: true }];
    expect(uncoveredClass({ minCoverage: 0.9 }, classes)).toBeNull();
    const alike = classes.map((one) => ({ ...one, coverage: { ...one.coverage, weight: 2018 } }));
    expect(uncoveredClass({ minCoverage: 0.9 }, alike)).not.toBeNull();
  });
});
