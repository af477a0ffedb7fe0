import { describe, expect, it } from 'vitest';
import { SAFE, look, health } from './decide.test.support.js';

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
