import { describe, expect, it } from 'vitest';
import { type CountKey, SliceCounts } from './slice-counts.js';
import type { RunId, SliceCount } from '../trial/trial.js';
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

  it('begins no slice again that is closed and forgotten: a late call would put its own counts in the place of all', () => {
    const counts = new SliceCounts(new Map([[run, 1000]]));
    for (let slice = 0; slice < 12; slice += 1) counts.eligible(key(slice));
    counts.finalise(1_000_000);
    counts.acknowledge(counts.rows());
    expect([0, 1, 2, 11, 12].map((slice) => counts.isFinal(run, slice))).toEqual([true, true, true, true, false]);
    counts.eligible(key(1));
    expect(counts.rows().map(({ slice }) => slice)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
});

describe('SliceCounts while the queue is away', () => {
  const SEGMENTS = 10;
  const ROWS_HELD = 20_000;
  const key = (slice: number, segment: number, of: RunId = run): CountKey => {
    return { run: of, slice, segment: `s${segment}`, arm: 'a', pi: 1 };
  };

  /** So many slices, of which each has a leg that waits. */
  function waiting(counts: SliceCounts, slices: number): readonly CountKey[] {
    return Array.from({ length: slices }, (_, slice) => {
      for (let segment = 0; segment < SEGMENTS; segment += 1) counts.eligible(key(slice, segment));
      counts.sampled(key(slice, 0));
      counts.admitted(key(slice, 0));
      return key(slice, 0);
    });
  }

  /** All that is told, batch after batch, once the queue is back. */
  function told(counts: SliceCounts, now: number): readonly SliceCount[] {
    const all = new Map<string, SliceCount>();
    for (;;) {
      counts.finalise(now);
      const rows = counts.rows();
      const before = all.size;
      for (const row of rows) all.set(JSON.stringify([row.run, row.slice, row.segment]), row);
      counts.acknowledge(rows);
      if (all.size === before) return [...all.values()];
    }
  }

  it('counts what is new in place of the oldest, however many legs of it wait, and tells it afterwards', () => {
    const counts = new SliceCounts(new Map([[run, 1000]]));
    const open = waiting(counts, 2500);
    for (let call = 0; call < 3000; call += 1) counts.eligible(key(2500 + (call % 300), 0));
    for (const each of open) counts.published(each);

    const rows = told(counts, 10_000_000);
    expect(rows).toHaveLength(ROWS_HELD);
    expect(rows.every(({ final, admitted, published }) => final && admitted === published)).toBe(true);
    const sum = (of: readonly SliceCount[]): number => of.reduce((total, { eligible }) => total + eligible, 0);
    expect(sum(rows.filter(({ slice }) => slice >= 2500))).toBe(3000);
    expect(Math.min(...rows.map(({ slice }) => slice))).toBe((2500 * SEGMENTS + 300 - ROWS_HELD) / SEGMENTS);
    expect(counts.totals()).toEqual({ admitted: 2500, published: 2500, dropped: 0 });
  });

  it('has all of its room again afterwards', () => {
    const counts = new SliceCounts(new Map([[run, 1000]]));
    for (let outage = 0; outage < 3; outage += 1) {
      const from = outage * 10_000;
      for (let slice = 0; slice < 4000; slice += 1) {
        for (let segment = 0; segment < SEGMENTS; segment += 1) counts.eligible(key(from + slice, segment));
      }
      const rows = told(counts, 100_000_000).filter(({ slice }) => slice >= from);
      expect(rows).toHaveLength(ROWS_HELD);
    }
  });

  it('counts nothing more in a slice that is forgotten, and its legs in the totals alone', () => {
    const counts = new SliceCounts(new Map([[run, 1000]]));
    const [first, second] = waiting(counts, 2001);
    if (first === undefined || second === undefined) throw new Error('no slices');
    expect([counts.isFinal(run, 0), counts.isFinal(run, 1)]).toEqual([true, false]);
    counts.published(first);
    counts.dropped(second, 'ring_full');
    counts.eligible(first);
    expect(counts.rows()[0]).toMatchObject({ slice: 1, eligible: 1, admitted: 1, dropped: { ring_full: 1 } });
    expect(counts.totals()).toEqual({ admitted: 2001, published: 1, dropped: 1 });
  });

  it('forgets what has arrived before anything that has not', () => {
    const other = 'fedcba9876543210' as RunId;
    const counts = new SliceCounts(new Map([run, other].map((each) => [each, 1000])));
    for (let slice = 3000; slice < 3005; slice += 1) counts.eligible(key(slice, 0, other));
    counts.finalise(10_000_000);
    counts.acknowledge(counts.rows());
    waiting(counts, 2000);
    expect(counts.isFinal(run, 0)).toBe(false);
    expect(counts.rows().some(({ run: of }) => of === other)).toBe(false);
  });

  it('forgets a slice that alone is more than can be held, and goes on with the next', () => {
    const counts = new SliceCounts(new Map([[run, 1000]]));
    for (let segment = 0; segment <= ROWS_HELD; segment += 1) counts.admitted(key(0, segment));
    counts.published(key(0, 0));
    expect(counts.isFinal(run, 0)).toBe(true);
    expect(counts.rows()).toEqual([]);
    expect(counts.totals()).toEqual({ admitted: ROWS_HELD + 1, published: 1, dropped: 0 });
    counts.eligible(key(1, 0));
    expect(counts.rows()).toHaveLength(1);
  });

  it('holds no more slices than a bound, and the newest', () => {
    const counts = new SliceCounts(new Map([[run, 1000]]));
    for (let slice = 0; slice < 6000; slice += 1) counts.admitted(key(slice, 0));
    expect([999, 1000, 5999].map((slice) => counts.isFinal(run, slice))).toEqual([true, false, false]);
  });
});
