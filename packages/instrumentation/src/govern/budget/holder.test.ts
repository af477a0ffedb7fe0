import { describe, expect, it } from 'vitest';
import type { LeaseReply, LeaseRequest } from '../../experiment/budget/lease.js';
import { MOST_NANO_USD } from '../../experiment/budget/lease.js';
import { LeaseHolder } from './holder.js';
import { Scale } from './scale.js';

const REPLY: LeaseReply = {
  status: 'granted',
  reserved: 0,
  atRisk: 0,
  spent: 0,
  reservedByOthers: 0,
  least: 0,
  now: 0,
  pace: null,
};

function holding(atRisk: number): {
  holder: LeaseHolder;
  scale: Scale;
  pass(ms: number): void;
  ask(granted: Partial<LeaseReply>): LeaseRequest;
} {
  let now = 0;
  let leases = 0;
  const holder = new LeaseHolder({
    experiment: 'e',
    limit: 1_000_000,
    newLease: () => `lease-${(leases += 1)}`,
    now: () => now,
  });
  const ask = (granted: Partial<LeaseReply>): LeaseRequest => {
    const request = holder.request({ least: 1, reserve: 1000, atRisk: 1000 }, null);
    holder.answered(request, { ...REPLY, ...granted }, now);
    return request;
  };
  ask({ atRisk });
  return { holder, scale: new Scale(), pass: (ms) => void (now += ms), ask };
}

describe('a lease', () => {
  it('pays for nothing before the store has granted it', () => {
    const holder = new LeaseHolder({ experiment: 'e', limit: 10, newLease: () => 'a', now: () => 0 });
    expect(holder.hold(1, new Scale())).toBeNull();
    // It was asked for, so the next word asks for it.
    expect(holder.sizes(250).atRisk).toBeGreaterThanOrEqual(2);
  });

  it('pays for calls as long as what was spent and what is under way fit', () => {
    const { holder, scale, ask } = holding(100);
    const first = holder.hold(60, scale);
    expect(holder.hold(41, scale)).toBeNull();
    first?.settle(10);
    expect(holder.hold(90, scale)).not.toBeNull();
    expect(holder.hold(1, scale)).toBeNull();
    expect(ask({ atRisk: 100 })).toMatchObject({ settled: 10, inFlight: 90 });
    expect(holder.hold(10, scale)).not.toBeNull();
    expect(holder.hold(1, scale)).toBeNull();
  });

  it('counts a call whose cost nobody knows at the most it may have cost, and one that was not made not at all', () => {
    const { holder, scale, ask } = holding(100);
    holder.hold(60, scale)?.settle(null);
    holder.hold(30, scale)?.release();
    expect(ask({ atRisk: 100 })).toMatchObject({ settled: 60, inFlight: 0 });
  });

  it('counts a call once', () => {
    const { holder, scale, ask } = holding(100);
    const hold = holder.hold(60, scale);
    hold?.settle(50);
    hold?.settle(50);
    hold?.release();
    expect(ask({ atRisk: 100 })).toMatchObject({ settled: 50, inFlight: 0 });
  });

  it('ends by itself before the store ends it', () => {
    const { holder, scale, pass, ask } = holding(100);
    pass(8999);
    expect(holder.hold(1, scale)).not.toBeNull();
    pass(1);
    expect(holder.hold(1, scale)).toBeNull();
    ask({ atRisk: 100 });
    expect(holder.hold(1, scale)).not.toBeNull();
  });

  it("that is lost is followed by another, and calls of the one before are the store's to count", () => {
    const { holder, scale, ask } = holding(100);
    const before = holder.hold(60, scale);
    ask({ status: 'lost' });
    expect(holder.hold(1, scale)).toBeNull();
    expect(ask({ atRisk: 100 })).toMatchObject({ lease: 'lease-2', seq: 1, fresh: true, settled: 0, inFlight: 0 });
    const after = holder.hold(100, scale);
    before?.settle(60);
    expect(ask({ atRisk: 100 })).toMatchObject({ fresh: false, settled: 0, inFlight: 100 });
    after?.settle(1);
    expect(ask({ atRisk: 100 })).toMatchObject({ settled: 1, inFlight: 0 });
  });

  it('tells the store the most it ever said was spent', () => {
    const { ask } = holding(100);
    ask({ spent: 500 });
    ask({ spent: 20 });
    expect(ask({})).toMatchObject({ seen: 500 });
  });

  it('takes calls under way for more as soon as one has cost more than it could', () => {
    const { holder, scale, ask } = holding(1000);
    const one = holder.hold(10, scale);
    holder.hold(20, scale);
    expect(holder.inFlight).toBe(30);
    one?.settle(100);
    expect(holder.inFlight).toBe(200);
    expect(ask({ atRisk: 1000 })).toMatchObject({ settled: 100, inFlight: 200 });
    holder.hold(30, scale);
    expect(holder.inFlight).toBe(500);
    expect(holder.hold(51, scale)).toBeNull();
  });

  it('believes one answer so many times the most it may have cost, and says what it does not', () => {
    const { holder, scale, ask } = holding(1000);
    expect(holder.hold(5, scale)?.settle(500)).toBe(0);
    expect(ask({ atRisk: 10_000 })).toMatchObject({ settled: 500 });
    const other = new Scale();
    expect(holder.hold(5, other)?.settle(Number.MAX_SAFE_INTEGER)).toBe(Number.MAX_SAFE_INTEGER - 500);
    expect(holder.hold(5, other)?.settle(Infinity)).toBe(Infinity);
    expect(ask({})).toMatchObject({ settled: 1500 });
    expect(other.factor(0)).toBe(100);
  });

  it('has no sum that a store could not keep', () => {
    const { holder, scale, ask } = holding(MOST_NANO_USD);
    for (let call = 0; call < 3; call += 1) {
      holder.hold(MOST_NANO_USD, scale)?.settle(null);
      ask({ atRisk: MOST_NANO_USD });
    }
    for (const estimate of [Infinity, Number.NaN, 1e300]) holder.hold(estimate, scale);
    const sizes = holder.sizes(3000);
    expect(holder.request(sizes, null)).toMatchObject({ settled: MOST_NANO_USD, atRisk: MOST_NANO_USD });
  });

  it('is used up when the smallest call that was ever seen is not paid for, whatever came of late', () => {
    const { holder, scale, pass, ask } = holding(1000);
    holder.hold(5000, scale);
    pass(3_600_000);
    for (let call = 0; call < 4; call += 1) {
      holder.hold(60_000, scale);
      pass(31_000);
    }
    expect(ask({ spent: 950_000 })).toMatchObject({ smallest: 5000 });
    expect(holder.isSpent).toBe(false);
    // It may have come to another process.
    ask({ spent: 995_001, least: 4000 });
    expect(holder.isSpent).toBe(false);
    ask({ spent: 995_001, least: 6000 });
    expect(holder.isSpent).toBe(true);
  });

  it('is not used up while a tenth is left, though all calls are too dear, and is with a thousandth', () => {
    const { holder, scale, ask } = holding(1000);
    holder.hold(2_000_000, scale);
    ask({ spent: 900_000 });
    expect(holder.isSpent).toBe(false);
    ask({ spent: 900_001 });
    expect(holder.isSpent).toBe(true);
    const cheap = holding(1000);
    cheap.holder.hold(1, scale);
    cheap.ask({ spent: 999_000 });
    expect(cheap.holder.isSpent).toBe(false);
    cheap.ask({ spent: 999_001 });
    expect(cheap.holder.isSpent).toBe(true);
  });

  it('holds money for a call however long none has come', () => {
    const { holder, scale, pass } = holding(1000);
    expect(holder.sizes(250)).toMatchObject({ least: 0, atRisk: 1000 });
    holder.hold(40, scale)?.settle(1);
    pass(3_600_000);
    expect(holder.sizes(250)).toEqual({ least: 40, atRisk: 40, reserve: 40 });
  });
});

describe('what calls really cost', () => {
  it('is forgotten by halves, and bounded', () => {
    const scale = new Scale();
    expect(scale.factor(0)).toBe(1);
    scale.learn(10, 5, 0);
    expect(scale.factor(0)).toBe(1);
    scale.learn(10, 90, 0);
    expect(scale.factor(0)).toBe(9);
    expect(scale.factor(600_000)).toBe(5);
    scale.learn(10, 30, 600_000);
    expect(scale.factor(600_000)).toBe(5);
    scale.learn(0, 1, 600_000);
    expect(scale.factor(600_000)).toBe(100);
  });
});
