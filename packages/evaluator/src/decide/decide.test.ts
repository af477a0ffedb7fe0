import { describe, expect, it } from 'vitest';
import type { Gates } from '../tally/gate-settings.js';
import { MISSING } from '../tally/observation.js';
import { addPair, emptyTally } from '../tally/tally.js';
import { tally, SAFE, look, policy, health } from './decide.test.support.js';

describe('GO', () => {
  it('is said where every gate of every stream is passed, with the numbers', () => {
    const verdict = look({});
    expect(verdict).toMatchObject({
      state: 'go',
      reason: 'safe',
      level: 0.025,
      pairs: 4000,
      holds: [],
      remaining: null,
    });
    expect(verdict.sentence).toBe(
      "GO: after 4,000 pairs every gate is passed: errors 0.0 % against 0.0 % (at most 1 point more), agreement 1.00 against the incumbent's 1.00 with itself (at most 0.05 less).",
    );
  });

  it('needs one gate more than none', () => {
    expect(look({ policy: policy({ gates: {} }) })).toMatchObject({ state: 'hold', reason: 'insufficient', gates: [] });
    expect(look({ policy: policy({ gates: { errors: undefined } }) }).state).toBe('hold');
  });

  it('needs data in every gate', () => {
    expect(look({ streams: {} })).toMatchObject({ state: 'hold', reason: 'insufficient', pairs: 0, remaining: null });
    expect(look({ streams: { _all: { errors: SAFE.errors } } })).toMatchObject({
      state: 'hold',
      reason: 'insufficient',
    });
    const missing = emptyTally(0.475);
    addPair(missing, MISSING, 1, 5000);
    expect(look({ streams: { _all: { errors: SAFE.errors, agreement: missing } } }).state).toBe('hold');
  });

  it('needs every critical segment', () => {
    const critical = policy({ critical: ['refunds', 'refunds', '_all'] });
    const verdict = look({ policy: critical });
    expect(verdict).toMatchObject({ state: 'hold', reason: 'insufficient' });
    expect(verdict.sentence).toContain('errors in refunds has no pairs');
    expect(verdict.streams.map((one) => one.stream)).toEqual(['_all', 'refunds']);
    expect(look({ policy: critical, streams: { _all: SAFE, refunds: SAFE } }).state).toBe('go');
    expect(look({ policy: policy({ critical: ['constructor'] }) }).state).toBe('hold');
  });

  it('needs the pairs the policy asks for, counting only those that are known', () => {
    expect(look({ policy: policy({ minPairs: 4001 }) })).toMatchObject({
      state: 'hold',
      reason: 'insufficient',
      remaining: { low: 1, high: 1 },
    });
    const errors = tally('errors', [[0.5, 0, 4000]]);
    addPair(errors, MISSING, 1, 10);
    expect(look({ policy: policy({ minPairs: 4001 }), streams: { _all: { ...SAFE, errors } } }).state).toBe('hold');
  });

  it('must hold at the evidence of this look', () => {
    expect(look({}).state).toBe('go');
    const errors = tally('errors', [
      [0.5, 0, 4000],
      [0, 0, 45],
    ]);
    expect(look({ streams: { _all: { ...SAFE, errors } } }).state).toBe('hold');
  });

  it('is not said of latency before its threshold is frozen', () => {
    const gates: Gates = { latency_p95: { ratio: 1.2 } };
    const streams = { _all: { latency_p95: tally('latency_p95', [[1, 1, 500]], gates) } };
    expect(look({ policy: policy({ gates, minPairs: 0 }), streams })).toMatchObject({
      state: 'hold',
      gates: [{ state: 'waiting' }],
    });
    const thresholds = [{ stream: '_all', metric: 'latency_p95', value: 800, fromSlice: 3 }] as const;
    expect(look({ policy: policy({ gates, minPairs: 0 }), streams, thresholds }).state).toBe('go');
    expect(
      look({ policy: policy({ gates, minPairs: 0 }), streams, thresholds: [{ ...thresholds[0], stream: 'chat' }] })
        .state,
    ).toBe('hold');
  });

  it('is not said against an incumbent that fails itself', () => {
    const errors = tally('errors', [[1, 1, 4000]]);
    expect(look({ streams: { _all: { ...SAFE, errors } } })).toMatchObject({ state: 'hold', reason: 'inconclusive' });
    const calls = { calls: 100, failed: 51, aborted: 0 };
    expect(look({ health: health({ primaries: calls }) })).toMatchObject({ state: 'hold', reason: 'inconclusive' });
  });

  it('is not said by a scorer that cannot tell answers apart', () => {
    const agreement = tally('agreement', [[0.5, 0, 3000]]);
    const verdict = look({ streams: { _all: { ...SAFE, agreement } } });
    expect(verdict).toMatchObject({ state: 'hold', reason: 'insensitive' });
    expect(verdict.gates[1]).toMatchObject({ state: 'insensitive', reference: 0 });
    expect(verdict.gates[1]?.safeLogE).toBeGreaterThan(Math.log(40));
    const edge = (repeats: number): string =>
      look({
        streams: {
          _all: {
            ...SAFE,
            agreement: tally('agreement', [
              [0.5, 1, repeats],
              [0.5, 0, 10_000 - repeats],
            ]),
          },
        },
      }).state;
    expect([edge(2999), edge(3001)]).toEqual(['hold', 'go']);
  });

  it('survives e-values that no number can hold', () => {
    const agreement = tally('agreement', [[0.75, 0.5, 1_000_000]]);
    const verdict = look({ streams: { _all: { ...SAFE, agreement } } });
    expect(verdict.state).toBe('go');
    expect(verdict.gates[1]?.safeLogE).toBeGreaterThan(1e4);
  });
});
