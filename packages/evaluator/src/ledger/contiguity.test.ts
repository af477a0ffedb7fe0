import { describe, expect, it } from 'vitest';
import { contiguousThrough } from './contiguity.js';

const batch = (seq: number, watermark: number | null = seq * 10, stored_at = 1000) => ({ seq, watermark, stored_at });
const NOTHING = { contiguous: -1, watermark: null };

describe('contiguousThrough', () => {
  it('goes up to the first gap', () => {
    expect(contiguousThrough([batch(0), batch(1), batch(3)], NOTHING, 1000)).toEqual({ contiguous: 1, watermark: 10 });
    expect(contiguousThrough([batch(2), batch(3)], { contiguous: 1, watermark: 10 }, 1000)).toEqual({
      contiguous: 3,
      watermark: 30,
    });
    expect(contiguousThrough([batch(1)], NOTHING, 1000)).toEqual(NOTHING);
  });

  it('takes a batch that was put aside for no gap, and for no word', () => {
    expect(contiguousThrough([batch(0), batch(1, null)], NOTHING, 1000)).toEqual({ contiguous: 1, watermark: 0 });
  });

  it('never takes a watermark back', () => {
    expect(contiguousThrough([batch(0, 50), batch(1, 40)], NOTHING, 1000)).toEqual({ contiguous: 1, watermark: 50 });
  });

  it('takes a batch for lost that has not come for five minutes', () => {
    const pending = [batch(2, 20, 1000)];
    expect(contiguousThrough(pending, NOTHING, 300_999)).toEqual(NOTHING);
    expect(contiguousThrough(pending, NOTHING, 301_000)).toEqual({ contiguous: 2, watermark: 20 });
  });
});
