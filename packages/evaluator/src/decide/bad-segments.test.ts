import { describe, expect, it } from 'vitest';
import { snapshot, type Tally } from '../tally/tally.js';
import { HARMED, look, policy, SAFE, tally } from './decide.test.support.js';
import { otherSegments } from './bad-segments.js';
import { describeSegments } from './segment-states.js';

const ONE_GATE = { gates: { errors: { margin: 0.01 } }, minPairs: 0 };
const WORSE: Tally = tally('errors', [
  [0, 0, 40],
  [0.5, 0, 600],
]);

/** Failures alone, so many that the e-value of harm is about what is asked for. */
function errorsOf(e: number): Tally {
  for (let failed = 0; ; failed += 1) {
    const made = tally('errors', [[0, 0, failed]]);
    if (snapshot(made).harm.logE >= Math.log(e)) return made;
  }
}

const errors = (...es: readonly number[]): Record<string, { errors: Tally }> =>
  Object.fromEntries(es.map((e, at) => [`s${at}`, { errors: errorsOf(e) }]));

describe('a segment that is not critical and does worse', () => {
  it('holds a verdict that would be GO, and is named with the gate that is worst in it', () => {
    const verdict = look({ streams: { _all: SAFE, mail: { ...SAFE, errors: WORSE } } });
    expect(verdict).toMatchObject({ state: 'hold', reason: 'segment', transition: null });
    expect(verdict.sentence).toBe(
      'HOLD: a segment does worse: errors in mail 6.3 % against 0.0 % (at most 1 point more) over 640 pairs.',
    );
    expect(verdict.badSegments).toMatchObject([{ stream: 'mail', gate: { gate: 'errors', stream: 'mail' } }]);
  });

  it('is not latched: without what speaks against it the verdict is GO', () => {
    expect(look({ streams: { _all: SAFE, mail: SAFE } })).toMatchObject({ state: 'go', badSegments: [] });
  });

  it('is below a NO_GO of the whole, and is listed beside it', () => {
    const verdict = look({ streams: { _all: { ...SAFE, errors: HARMED }, mail: { ...SAFE, errors: WORSE } } });
    expect(verdict).toMatchObject({ state: 'no_go', reason: 'harm', badSegments: [{ stream: 'mail' }] });
  });

  it('may be the overflow, and calls without a segment', () => {
    for (const stream of ['_other', '_none']) {
      const streams = { _all: SAFE, mail: SAFE, [stream]: { errors: HARMED } };
      expect(look({ streams })).toMatchObject({ reason: 'segment' });
    }
  });

  it('is not said of calls without one where none has one: they are all calls', () => {
    const verdict = look({ streams: { _all: { ...SAFE, errors: HARMED }, _none: { ...SAFE, errors: HARMED } } });
    expect(verdict).toMatchObject({ state: 'no_go', badSegments: [], suspectSegments: [] });
  });

  it('may be called like a property of every object', () => {
    const streams = Object.fromEntries(['constructor', '__proto__'].map((name) => [name, { errors: HARMED }]));
    const { badSegments } = look({ streams: { ...streams, _all: SAFE } });
    expect(badSegments.map(({ stream }) => stream)).toEqual(['__proto__', 'constructor']);
  });

  it('says how many there are where they are too many to name', () => {
    const streams = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, { errors: HARMED }]));
    const { sentence, badSegments } = look({ streams: { ...streams, _all: SAFE } });
    expect(badSegments).toHaveLength(5);
    expect(sentence).toMatch(/^HOLD: 5 segments do worse: errors in a .*; errors in b .*; errors in c .*; 2 more\.$/);
  });
});

describe('a segment that would stop the run if it alone had been asked about', () => {
  const GATE = policy({ ...ONE_GATE, maxSegments: 20 });

  it('holds nothing up, and is told of where a verdict says GO', () => {
    const verdict = look({ policy: GATE, streams: { ...errors(400), _all: SAFE } });
    expect(verdict).toMatchObject({ state: 'go', badSegments: [], suspectSegments: [{ stream: 's0' }] });
    expect(verdict.sentence).toMatch(
      /^GO: .*\. Worse than allowed if taken alone, not critical, and perhaps chance among many segments: errors in s0 100\.0 % against 0\.0 % \(.*\) over \d+ pairs\.$/,
    );
    expect(describeSegments({ verdict, transitions: [] })).toEqual(['segments that do worse if taken alone: s0']);
  });

  it('is none of little evidence, and none that is on the list or critical', () => {
    const of = (streams: object): unknown => look({ policy: GATE, streams: { ...streams, _all: SAFE } });
    expect(of(errors(20))).toMatchObject({ state: 'go', suspectSegments: [] });
    expect(of({ a: { errors: HARMED } })).toMatchObject({ badSegments: [{ stream: 'a' }], suspectSegments: [] });
    const critical = policy({ critical: ['s0'] });
    expect(look({ policy: critical, streams: { ...errors(400), _all: SAFE } }).suspectSegments).toEqual([]);
  });
});

describe('the list', () => {
  it('is that of e-BH over all segments there may be, at the level of the run: (65, 38, 12, ...) of 6 at .1', () => {
    // A first run at alpha .2 tests at .1; 4 named segments, `_other` and `_none` are 6.
    const of = policy({ ...ONE_GATE, alpha: 0.2, maxSegments: 4 });
    const streams = errors(65, 38, 12, 4, 1.5, 0.7);
    const { level, badSegments } = look({ policy: of, streams: { ...streams, _all: SAFE } });
    expect(level).toBeCloseTo(0.1);
    expect(badSegments.map(({ stream }) => stream)).toEqual(['s0', 's1']);
  });

  it('is shorter the more segments there may be, whether or not anybody has seen them', () => {
    const found = (maxSegments: number): number =>
      look({ policy: policy({ ...ONE_GATE, maxSegments }), streams: { ...errors(400), _all: SAFE } }).badSegments
        .length;
    expect(found(5)).toBe(1);
    expect(found(20)).toBe(0);
  });

  it('has none that is critical: those are decided on by themselves, and take no place on it', () => {
    expect(otherSegments({ maxSegments: 20, critical: ['a', 'b', 'a', '_all'] })).toBe(20);
    expect(otherSegments({ maxSegments: 2, critical: ['a', 'b'] })).toBe(2);
    const verdict = look({
      policy: policy({ critical: ['refunds'] }),
      streams: { _all: SAFE, refunds: { errors: WORSE } },
    });
    expect(verdict.badSegments).toEqual([]);
  });

  it('counts the mean over the gates of a segment, so that more of them take more', () => {
    const alone = policy({ ...ONE_GATE, maxSegments: 5 });
    const beside = policy({ maxSegments: 5, minPairs: 0 });
    const streams = { ...errors(400), _all: SAFE };
    expect(look({ policy: alone, streams }).badSegments).toHaveLength(1);
    expect(look({ policy: beside, streams }).badSegments).toHaveLength(0);
  });
});
