import { describe, expect, it } from 'vitest';
import type { Coverage } from './coverage.js';
import type { SegmentHealth } from './coverage-classes.js';
import { health, look, policy } from './decide.test.support.js';
import type { Health } from './health.js';

const covered = (admitted: number, skipped: number): Coverage => ({
  admitted,
  skipped,
  reasons: skipped > 0 ? { paused_primary: skipped, concurrency_cap: 1 } : {},
  share: admitted / (admitted + skipped),
  traffic: 10 * (admitted + skipped),
  weight: admitted + skipped,
});

const segment = (name: string, some: Partial<SegmentHealth> = {}): SegmentHealth => ({
  segment: name,
  critical: false,
  coverage: covered(1000, 0),
  losses: { admitted: 1000, lost: 0 },
  ...some,
});

const held = (some: Partial<Health>, fullDay = false) => look({ health: health(some), policy: policy({ fullDay }) });

describe('coverage of a class', () => {
  it('names the segment that was left out, and for what', () => {
    const verdict = held({ segments: [segment('search'), segment('refunds', { coverage: covered(150, 50) })] });
    expect(verdict).toMatchObject({ state: 'hold', reason: 'coverage' });
    expect(verdict.sentence).toBe(
      'HOLD: of the calls of refunds only 75.0 % were admitted (at least 90.0 % must be): 50 were paused_primary.',
    );
  });

  it('names the hour, and counts the others', () => {
    const hours = [14, 15, 23].map((hour) => ({ hour, evidence: 9, coverage: covered(100, hour === 23 ? 300 : 50) }));
    expect(held({ hours }).sentence).toMatch(
      /of the calls of 23:00-00:00 UTC only 25.0 % were admitted .+; 2 more such classes\.$/,
    );
  });

  it('is no finding of a few calls, and none of a class too small to move anything, but for a critical one', () => {
    const few = segment('few', { coverage: covered(1, 2) });
    expect(held({ segments: [segment('search'), few] }).state).toBe('go');
    const large = segment('search', { coverage: covered(100_000, 0) });
    const small = segment('small', { coverage: covered(0, 60) });
    expect(held({ segments: [large, small] }).state).toBe('go');
    expect(held({ segments: [large, { ...small, critical: true }] })).toMatchObject({ reason: 'coverage' });
  });

  it('is no finding of a class of which nothing was recorded', () => {
    const unrecorded = { admitted: 0, skipped: 0, reasons: {}, share: 0, traffic: 0, weight: 0 };
    expect(
      held({ segments: [segment('search'), segment('health', { coverage: unrecorded, critical: true })] }).state,
    ).toBe('go');
  });

  it('says nothing of a class beside the whole', () => {
    const segments = [segment('search'), segment('refunds', { coverage: covered(150, 50) })];
    const { holds } = held({ segments, coverage: { admitted: 500, skipped: 500 } });
    expect(holds.filter(({ reason }) => reason === 'coverage')).toHaveLength(1);
    // One segment is the whole.
    expect(held({ segments: [segment('_none', { coverage: covered(150, 50) })] }).state).toBe('go');
  });
});

describe('losses in a segment', () => {
  it('hold where the whole has hardly any', () => {
    const segments = [segment('search'), segment('_none', { losses: { admitted: 400, lost: 40 } })];
    const verdict = held({ segments, losses: { admitted: 100_000, lost: 40 } });
    expect(verdict).toMatchObject({ state: 'hold', reason: 'lossy' });
    expect(verdict.sentence).toBe(
      'HOLD: 40 of 400 admitted legs of calls without a segment were lost (at most 0.5 % may be).',
    );
  });

  it('are none where they are a few of many', () => {
    expect(held({ segments: [segment('search', { losses: { admitted: 10_000, lost: 40 } })] }).state).toBe('go');
  });
});

describe('a full day', () => {
  const hours = Array.from({ length: 22 }, (_, hour) => ({ hour, evidence: 1, coverage: covered(100, 0) }));

  it('is asked for by the policy alone', () => {
    expect(held({ hours }).state).toBe('go');
    const verdict = held({ hours: [...hours, { hour: 22, evidence: 0, coverage: covered(100, 0) }] }, true);
    expect(verdict).toMatchObject({ state: 'hold', reason: 'coverage' });
    expect(verdict.sentence).toBe(
      'HOLD: the policy asks for a full day, and no pair is yet of 2 of its 24 hours: 22:00-23:00 UTC, 23:00-00:00 UTC.',
    );
  });

  it('is full once each hour has had a pair, of whatever day', () => {
    const rest = [22, 23].map((hour) => ({ hour, evidence: 1, coverage: covered(100, 0) }));
    expect(held({ hours: [...hours, ...rest] }, true).state).toBe('go');
  });

  it('comes after what the evidence lacks', () => {
    const verdict = look({ health: health({ hours }), policy: policy({ fullDay: true, minPairs: 1e6 }) });
    expect(verdict.holds.map(({ reason }) => reason)).toEqual(['insufficient', 'coverage']);
  });
});

it('a primary that has drifted holds, and the sentence says what can be done', () => {
  const drift = { feature: 'length', day: 20_000, answers: 1200, before: 8000, index: 0.731 } as const;
  const verdict = held({ drift });
  expect(verdict).toMatchObject({ state: 'hold', reason: 'drift' });
  expect(verdict.sentence).toMatch(
    /changed in length on 2024-10-04 \(index 0.73, 1,200 answers against 8,000 of the week before\).+start a new run, or wait/,
  );
});
