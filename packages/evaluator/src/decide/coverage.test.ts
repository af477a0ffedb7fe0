import { describe, expect, it } from 'vitest';
import { coverageOf } from './coverage.js';

describe('coverageOf', () => {
  it('is of what the service records: its own sampling of traces is no gap', () => {
    const funnel = { sampled: 1000, admitted: 95, skipped: { not_recording: 900, concurrency_cap: 5 } };
    expect(coverageOf(funnel)).toEqual({ admitted: 95, skipped: 5, reasons: { concurrency_cap: 5 } });
  });

  it('names what is not recorded where nothing else is left', () => {
    const funnel = { sampled: 900, admitted: 0, skipped: { not_recording: 900 } };
    expect(coverageOf(funnel)).toEqual({ admitted: 0, skipped: 900, reasons: { not_recording: 900 } });
  });

  it('counts a reason it has never heard of, and says nothing before the first call', () => {
    expect(coverageOf({ sampled: 10, admitted: 4, skipped: { constructor: 6 } })).toMatchObject({ skipped: 6 });
    expect(coverageOf({ sampled: 0, admitted: 0, skipped: {} })).toBeNull();
  });
});
