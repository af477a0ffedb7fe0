import { describe, expect, it } from 'vitest';
import type { GateName, Gates } from '../tally/gate-settings.js';
import { gatesOf } from '../tally/gates.js';
import { MISSING } from '../tally/observation.js';
import { addPair, emptyTally, type Tally } from '../tally/tally.js';
import { decide, type DecideInput } from './decide.js';
import type { Health } from './health.js';
import type { Policy } from './policy.js';
import type { Verdict } from './verdict.js';

const GATES: Gates = { errors: { margin: 0.01 }, agreement: { scorer: 'exact', margin: 0.05, insensitiveBelow: 0.3 } };

const HEALTH: Health = {
  coverage: { admitted: 5000, skipped: 0 },
  losses: { admitted: 5000, lost: 0 },
  primaries: { calls: 5000, failed: 0, aborted: 0 },
  stale: null,
  expired: false,
  exploratory: false,
};

const POLICY: Policy = { alpha: 0.05, minPairs: 1000, minCoverage: 0.9, gates: GATES, critical: [] };

/** `counts`: pairs by (x, the incumbent's level). */
function tally(
  gate: GateName,
  counts: readonly (readonly [x: number, reference: number, count: number])[],
  gates = GATES,
): Tally {
  const m = gatesOf(gates).find((one) => one.name === gate)?.m ?? 0.5;
  const made = emptyTally(m);
  for (const [x, reference, count] of counts) {
    const candidate = gate === 'agreement' ? reference + 2 * x - 1 : reference - 2 * x + 1;
    addPair(made, { safe: x, harm: x, reference, candidate }, 1, count);
  }
  return made;
}

const SAFE = {
  errors: tally('errors', [[0.5, 0, 4000]]),
  agreement: tally('agreement', [[0.5, 1, 3000]]),
};
const HARMED = tally('errors', [
  [0, 0, 400],
  [0.5, 0, 1600],
]);

function look(some: Partial<DecideInput>): Verdict {
  const verdict = decide({
    policy: POLICY,
    run: { k: 1, candidates: 1 },
    streams: { _all: SAFE },
    noise: {},
    thresholds: [],
    health: HEALTH,
    transitions: [],
    ...some,
  });
  // JSON writes NaN and infinities as null: a verdict has none, and no bigint.
  expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
  return verdict;
}

const policy = (some: Partial<Policy>): Policy => ({ ...POLICY, ...some });
const health = (some: Partial<Health>): Health => ({ ...HEALTH, ...some });

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

describe('the health of the sample', () => {
  it.each([
    ['exploratory', { exploratory: true }],
    ['stale', { stale: 'nothing was heard of p1 for 90 s' }],
    ['lossy', { losses: { admitted: 5000, lost: 60 } }],
    ['lossy', { losses: { admitted: 5000, lost: 5000 } }],
    ['lossy', { losses: { admitted: 10, lost: 5000 } }],
    ['lossy', { losses: null }],
    ['lossy', { losses: { admitted: Number.NaN, lost: 0 } }],
    ['coverage', { coverage: { admitted: 899, skipped: 101 } }],
    ['coverage', { coverage: { admitted: 0, skipped: 0 } }],
    ['coverage', { coverage: { admitted: 5, skipped: -5 } }],
    ['coverage', { coverage: null }],
    ['coverage', { coverage: { admitted: Number.NaN, skipped: 1 } }],
    ['coverage', { primaries: { calls: 1000, failed: 0, aborted: 51 } }],
    ['coverage', { primaries: null }],
    ['inconclusive', { primaries: { calls: 0, failed: 1, aborted: 0 } }],
  ] as const)('that is %s holds', (reason, some) => {
    const verdict = look({ health: health(some) });
    expect(verdict).toMatchObject({ state: 'hold', reason });
    expect(verdict.sentence).toMatch(/^HOLD: .+\.$/);
  });

  it('names what most calls were refused for, and the setting that helps', () => {
    const reasons = { not_recording: 2101, not_announced: 3 };
    expect(look({ health: health({ coverage: { admitted: 5, skipped: 2104, reasons } }) }).sentence).toMatch(
      /must be\): 2,101 were not_recording, without a recorded span: .+requireRecording: false/,
    );
    const verdict = look({ health: health({ coverage: { admitted: 5, skipped: 9, reasons: { memory_cap: 9 } } }) });
    expect(verdict.sentence).toMatch(/must be\): 9 were memory_cap\.$/);
  });

  it('is good enough at its limits', () => {
    const good = { coverage: { admitted: 900, skipped: 100 }, primaries: { calls: 1000, failed: 0, aborted: 50 } };
    expect(look({ health: health({ ...good, losses: { admitted: 5000, lost: 25 } }) }).state).toBe('go');
  });

  it('lets a GO stand that was reached before the window closed, and says what was not settled', () => {
    expect(look({ health: health({ expired: true }) }).state).toBe('go');
    const late = look({ health: health({ expired: true }), streams: { _all: { errors: SAFE.errors } } });
    expect(late).toMatchObject({ state: 'hold', reason: 'expired' });
  });
});

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
    expect(look({ streams: { _all: SAFE, refunds: { errors: HARMED } } }).state).toBe('go');
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
