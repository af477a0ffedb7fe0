import { describe, expect, it } from 'vitest';
import { type CountKey, SliceCounts } from './slice-counts.js';
import { run } from './trial.test.support.js';

describe('SliceCounts', () => {
  const key = (slice: number, arm: string = 'a'): CountKey => ({ run, slice, segment: '_none', arm, pi: 1 });

  it('adds up whatever happens in whatever order', () => {
    let state = 7;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (state >>> 8) % below;
    };
    const counts = new SliceCounts(new Map([[run, 1000]]));
    const open: CountKey[] = [];
    for (let step = 0; step < 5000; step += 1) {
      const each = key(random(5), random(2) === 0 ? 'a' : 'aa');
      if (random(3) > 0) {
        counts.eligible(each);
        if (random(4) === 0) continue;
        counts.sampled(each);
        if (random(5) === 0) counts.skipped(each, 'concurrency_cap');
        else {
          counts.admitted(each);
          open.push(each);
        }
      } else {
        const [done] = open.splice(random(Math.max(1, open.length)), 1);
        if (done === undefined) continue;
        if (random(3) === 0) counts.dropped(done, 'leg_deadline');
        else counts.published(done);
      }
    }
    counts.finalise(10_000_000);
    expect(counts.rows().some(({ final }) => final)).toBe(false);
    for (const each of open) counts.published(each);
    counts.finalise(10_000_000);
    const rows = counts.rows();
    for (const row of rows) {
      expect(row.final).toBe(true);
      expect(row.sampled).toBe(row.admitted + (row.skipped['concurrency_cap'] ?? 0));
      expect(row.admitted).toBe(row.published + (row.dropped['leg_deadline'] ?? 0));
    }
    const sum = (count: (row: (typeof rows)[number]) => number): number =>
      rows.reduce((total, row) => total + count(row), 0);
    expect(counts.totals()).toEqual({
      admitted: sum((row) => row.admitted),
      published: sum((row) => row.published),
      dropped: sum((row) => row.dropped['leg_deadline'] ?? 0),
    });
  });

  it('is final only when the slice is over and nothing of it is open', () => {
    const counts = new SliceCounts(new Map([[run, 1000]]));
    counts.admitted(key(0));
    counts.finalise(5000);
    expect(counts.rows()[0]?.final).toBe(false);
    counts.published(key(0));
    counts.finalise(1999);
    expect(counts.rows()[0]?.final).toBe(false);
    counts.finalise(2000);
    expect(counts.rows()[0]?.final).toBe(true);
    expect(counts.isFinal(run, 0)).toBe(true);
  });

  it('repeats the last ten closed slices, and every one not known to have arrived', () => {
    const counts = new SliceCounts(new Map([[run, 1000]]));
    for (let slice = 0; slice < 30; slice += 1) counts.eligible(key(slice));
    counts.finalise(1_000_000);
    expect(counts.rows()).toHaveLength(30);
    counts.acknowledge(counts.rows().slice(0, 25));
    expect(counts.rows().map(({ slice }) => slice)).toEqual([
      25, 26, 27, 28, 29, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
    ]);
  });
});
