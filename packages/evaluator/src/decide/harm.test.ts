import { describe, expect, it } from 'vitest';
import type { Tally } from '../tally/tally.js';
import type { DecideInput } from './decide.js';
import type { Policy } from './policy.js';
import { tally, SAFE, HARMED, look, policy, health } from './decide.test.support.js';

describe('NO_GO', () => {
  it('is said of harm in the overall stream, whatever the health of the sample', () => {
    const verdict = look({
      streams: { _all: { ...SAFE, errors: HARMED } },
      health: health({ stale: 'the queue is away' }),
    });
    expect(verdict).toMatchObject({ state: 'no_go', reason: 'harm' });
    expect(verdict.sentence).toBe('NO_GO: errors 20.0 % against 0.0 % (at most 1 point more), after 2,000 pairs.');
    expect(verdict.transition).toMatchObject({ state: 'no_go', stream: '_all', pairs: 3000 });
  });

  it('is said of a critical segment though the overall numbers look fine', () => {
    const verdict = look({
      policy: policy({ critical: ['refunds'] }),
      streams: { _all: SAFE, refunds: { ...SAFE, errors: HARMED } },
    });
    expect(verdict).toMatchObject({ state: 'no_go', transition: { stream: 'refunds' } });
    expect(verdict.sentence).toContain('errors in refunds 20.0 %');
  });

  it('is not said of a segment that is not critical', () => {
    expect(look({ streams: { _all: SAFE, refunds: { errors: HARMED } } }).state).toBe('hold');
  });

  it('stays, once said, and is stored once', () => {
    const first = look({ streams: { _all: { ...SAFE, errors: HARMED } } });
    const transitions = first.transition === null ? [] : [first.transition];
    const later = look({ transitions });
    expect(later).toMatchObject({ state: 'no_go', sentence: first.sentence, transition: null });
    expect(later.holds).toEqual([]);
  });

  it('needs more evidence the more segments may stop the run, and the more gates share the claim', () => {
    const errors = (failed: number): Tally =>
      tally('errors', [
        [0, 0, failed],
        [0.5, 0, 1000 - failed],
      ]);
    const fewest = (some: Partial<Policy>, streams: (tally: Tally) => DecideInput['streams']): number => {
      let failed = 0;
      while (look({ policy: policy(some), streams: streams(errors(failed)) }).state !== 'no_go') failed += 1;
      return failed;
    };
    const alone = fewest({ gates: { errors: { margin: 0.01 } } }, (one) => ({ _all: { errors: one } }));
    const shared = fewest({}, (one) => ({ _all: { errors: one } }));
    const critical = fewest({ critical: ['a', 'b', 'c'], gates: { errors: { margin: 0.01 } } }, (one) => ({
      _all: { errors: one },
    }));
    expect(shared).toBeGreaterThan(alone);
    expect(critical).toBeGreaterThan(alone);
  });
});

describe('INVALID', () => {
  it('is said where the incumbent itself looks harmful, above all else, and stays', () => {
    const verdict = look({ noise: { errors: HARMED }, streams: { _all: { ...SAFE, errors: HARMED } } });
    expect(verdict).toMatchObject({ state: 'invalid', reason: 'noise_harm' });
    expect(verdict.sentence).toContain('errors 20.0 % against 0.0 %');
    const transitions = verdict.transition === null ? [] : [verdict.transition];
    expect(look({ transitions })).toMatchObject({ state: 'invalid', transition: null });
  });

  it('is not said of a sound A/A arm', () => {
    expect(look({ noise: { errors: SAFE.errors } }).state).toBe('go');
    expect(look({ noise: {} }).state).toBe('go');
  });
});

describe('HOLD', () => {
  it('says what is settled, what is not, and about how many pairs it takes', () => {
    const agreement = tally('agreement', [
      [1, 0, 20],
      [0.5, 1, 80],
      [0, 1, 16],
    ]);
    const verdict = look({ streams: { _all: { errors: SAFE.errors, agreement } }, policy: policy({ minPairs: 0 }) });
    expect(verdict).toMatchObject({ state: 'hold', reason: 'insufficient', pairs: 4000 });
    expect(verdict.sentence).toMatch(
      /^HOLD: 4,000 of about [\d,]+ to [\d,]+ pairs; settled: errors; not yet: agreement 0\.86 against/,
    );
    const gate = verdict.gates[1];
    // An agreement pair is one in 34 of the pairs: what it lacks is told in pairs of the run.
    expect(verdict.remaining?.low).toBeGreaterThan(30 * (gate?.remaining?.low ?? Infinity));
  });

  it('says so where the data do not favour GO, and gives no number', () => {
    const errors = tally('errors', [
      [0.5, 0, 960],
      [0, 0, 20],
      [1, 1, 2],
    ]);
    const verdict = look({ streams: { _all: { ...SAFE, errors } } });
    expect(verdict).toMatchObject({ state: 'hold', reason: 'inconclusive', remaining: null });
    expect(verdict.sentence).toContain('do not favour GO at this margin: errors 2.0 % against 0.2 %');
  });
});

describe('the level of the tests', () => {
  it('is shared by candidates and runs', () => {
    expect(look({ run: { k: 3, candidates: 2 } }).level).toBeCloseTo(0.05 / 24, 15);
    const few = { _all: { ...SAFE, errors: tally('errors', [[0.5, 0, 1100]]) } };
    expect(look({ streams: few }).state).toBe('go');
    expect(look({ streams: few, run: { k: 4, candidates: 3 } }).state).toBe('hold');
  });

  it.each([
    [{ k: 0, candidates: 1 }],
    [{ k: 1, candidates: 0 }],
    [{ k: -1, candidates: -1 }],
    [{ k: Number.NaN, candidates: 1 }],
    [{ k: 1.5, candidates: 1 }],
    [{ k: Infinity, candidates: 1 }],
  ])('is refused for %j: no verdict at all', (run) => expect(() => look({ run })).toThrow('policy: expected'));

  it.each([
    [{ alpha: 0 }],
    [{ alpha: 1 }],
    [{ alpha: Number.NaN }],
    [{ minPairs: Number.NaN }],
    [{ minPairs: Infinity }],
    [{ minCoverage: Number.NaN }],
    [{ gates: { errors: { margin: -1 } } }],
    [{ gates: { errors: { margin: 0.9 } } }],
    [{ gates: { agreement: { scorer: 'exact', margin: 0.05, insensitiveBelow: 0 } } }],
  ] satisfies [Partial<Policy>][])('is refused with the policy %j', (some) => {
    expect(() => look({ policy: policy(some) })).toThrow(RangeError);
  });

  it('is refused for evidence that was tested against another margin', () => {
    expect(() => look({ policy: policy({ gates: { errors: { margin: 0.05 } } }) })).toThrow(
      'was tested against m = 0.495',
    );
  });
});
