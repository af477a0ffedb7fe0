import { describe, expect, it } from 'vitest';
import type { LeaseReply, Pace } from '../../experiment/budget/lease.js';
import { BudgetPace } from './pacing.js';

const HOUR = 3_600_000;
const WINDOW = { from: 0, until: 10 * HOUR };
const LIMIT = 1_000_000;
const reply = (now: number, spent: number, pace: Pace | null): LeaseReply => {
  return { status: 'granted', reserved: 0, atRisk: 0, spent, reservedByOthers: 0, least: 0, now, pace };
};
const paced = (range = { largest: 1, least: 1 / 1024 }): BudgetPace => new BudgetPace(() => WINDOW, range);

describe('the pace of a budget', () => {
  it('is the slowest until it is known how fast money goes', () => {
    const pace = paced();
    expect(pace.share).toBe(1 / 1024);
    expect(pace.next(reply(100, 0, null), LIMIT)).toEqual({ from: 0, halvings: 10 });
  });

  it('is fixed anew after a stretch, not before, and by nobody else meanwhile', () => {
    const pace = paced();
    const last = { at: 1000, spent: 0, halvings: 3 };
    expect(pace.next(reply(1000 + 59_999, 0, last), LIMIT)).toBeNull();
    expect(pace.next(reply(1000 + 60_000, 0, last), LIMIT)).toEqual({ from: 1000, halvings: 1 });
  });

  it('is what lasts for the rest of the window', () => {
    const pace = paced();
    // Half the window and half the money are left: 500,000 in 5 hours is 2778 in a stretch of 100 s.
    const now = 5 * HOUR;
    const next = (spentInStretch: number, halvings: number): unknown =>
      pace.next(reply(now, LIMIT / 2, { at: now - 100_000, spent: LIMIT / 2 - spentInStretch, halvings }), LIMIT);
    expect(next(10_000, 1)).toMatchObject({ halvings: 3 });
    expect(next(10_000, 0)).toMatchObject({ halvings: 2 });
    expect(next(10_000, 8)).toMatchObject({ halvings: 10 });
    expect(next(1000, 2)).toMatchObject({ halvings: 1 });
    expect(next(1, 3)).toMatchObject({ halvings: 1 });
    expect(next(0, 10)).toMatchObject({ halvings: 8 });
  });

  it('is the slowest where nothing is left, and never under the least probability', () => {
    const pace = paced({ largest: 0.5, least: 0.1 });
    pace.learn(reply(0, 0, { at: 0, spent: 0, halvings: 20 }));
    expect(pace.share).toBe(1 / 8);
    expect(pace.next(reply(HOUR, LIMIT, { at: 0, spent: 10, halvings: 0 }), LIMIT)).toMatchObject({ halvings: 3 });
  });

  it('spends the money over the window where there is more traffic than money, and takes all calls where there is less', () => {
    for (const [atFullRate, least] of [
      [50, 0.7],
      [7, 0.7],
      [0.5, 0.45],
    ] as const) {
      const pace = paced();
      let spent = 0;
      let fixed: Pace | null = null;
      const halfway: number[] = [];
      for (let now = 1; now < WINDOW.until; now += 1000) {
        spent = Math.min(LIMIT, spent + ((atFullRate * LIMIT) / (WINDOW.until / 1000)) * pace.share);
        const proposal = pace.next(reply(now, spent, fixed), LIMIT);
        if (proposal !== null) fixed = { at: now, spent, halvings: proposal.halvings };
        pace.learn(reply(now, spent, fixed));
        if (now > WINDOW.until / 2) halfway.push(spent);
      }
      expect(halfway[0]).toBeLessThan(0.7 * LIMIT);
      expect(spent).toBeGreaterThan(least * LIMIT);
      expect(spent).toBeLessThanOrEqual(LIMIT);
    }
  });
});
