import { describe, expect, it } from 'vitest';
import type { Amounts } from './amounts.js';
import type { Outcome, PairFacts, Tokens } from './facts.js';
import { checkGates, GateSettingsError } from './gate-settings.js';
import { gatesOf, type Gate } from './gates.js';
import { MISSING } from './observation.js';

const NANO = 1e9;
const R = 1.2;
/** The most one shadow may cost: 10 cents. */
const B = 0.1;

const counted: Tokens = { input: 100, output: 50 };
const ok = (tokens: Tokens | null = counted): Outcome => ({
  status: 'ok',
  durationMs: 1,
  ...(tokens !== null && { tokens }),
});
const failed = (type: string): Outcome => ({ status: 'error', type, durationMs: 5 });
const aborted: Outcome = { status: 'aborted', afterMs: 5 };
const missing: Outcome = { status: 'missing', reason: 'leg_deadline' };

function pair(amounts: Amounts, some: Partial<PairFacts> = {}): PairFacts {
  const notes = { primary: null, shadow: null, tools: null, classes: ['ok', 'ok'], amounts } as const;
  return { v: 1, pi: 1, primary: ok(), shadow: ok(), aa: null, scores: { ab: {}, aa: {} }, notes, ...some };
}

type Sides = readonly [primary: number | null, other: number | null];

/** In dollars; list prices as paid unless they are given. */
function priced(paid: Sides, some: Partial<PairFacts> = {}, list: Sides = paid): PairFacts {
  const nano = ([one, two]: Sides): Sides => [one === null ? null : one * NANO, two === null ? null : two * NANO];
  return pair({ paid_cost: nano(paid), list_cost: nano(list) }, some);
}

function gate(name: 'cost' | 'tokens', mostPerCall: number, ratio = R): Gate {
  const [one] = gatesOf({ [name]: { ratio, mostPerCall } });
  if (one === undefined) throw new Error('no gate');
  return one;
}

const cost = gate('cost', B);

describe('the gate on cost', () => {
  it.each([
    ['nothing against nothing', 0, 0, B / (2.2 * B)],
    ['nothing against the most', B, 0, 1],
    ['the most against nothing', 0, B, 0],
    ['the most on both sides', B, B, 1.2 / 2.2],
    ['exactly the ratio', 0.05, 0.06, 1 / 2.2],
    ['as much', 0.05, 0.05, (0.06 - 0.05 + 0.1) / 0.22],
  ])('sees %s', (_what, primary, shadow, x) => {
    const seen = cost.observe(priced([primary, shadow]), 0);
    expect(seen?.safe).toBeCloseTo(x, 12);
    expect(seen?.harm).toBeCloseTo(x, 12);
    expect(seen?.reference).toBeCloseTo(primary / B, 12);
    expect(seen?.candidate).toBeCloseTo(shadow / B, 12);
    expect(seen).not.toHaveProperty('mark');
  });

  it.each([
    [1.2, 1 / 2.2],
    [1, 0.5],
    [0.5, 1 / 1.5],
    [10, 1 / 11],
  ])('at a ratio of %d has its boundary at x of a shadow that costs just that', (ratio, m) => {
    const one = gate('cost', B, ratio);
    expect(one.m).toBeCloseTo(m, 15);
    const exact = one.observe(priced([0.004, 0.004 * ratio]), 0);
    expect(exact?.safe).toBeCloseTo(m, 12);
    expect(one.observe(priced([0.004, 0.0041 * ratio]), 0)?.safe).toBeLessThan(m);
    expect(one.observe(priced([0.004, 0.0039 * ratio]), 0)?.harm).toBeGreaterThan(m);
  });

  it('does not let a cap help a claim', () => {
    const dear = cost.observe(priced([B, 3 * B]), 0);
    expect(dear).toMatchObject({ safe: 0, reference: 1, candidate: 1, mark: 'over' });
    expect(dear?.harm).toBeCloseTo(1.2 / 2.2, 12);
    const spared = cost.observe(priced([3 * B, B]), 0);
    expect(spared).toMatchObject({ harm: 1, reference: 1, candidate: 1 });
    expect(spared?.safe).toBeCloseTo(1.2 / 2.2, 12);
    expect(spared).not.toHaveProperty('mark');
    expect(cost.observe(priced([5 * B, 5 * B]), 0)).toMatchObject({ safe: 0, harm: 1, mark: 'over' });
  });

  it('counts a failed shadow as having cost what the primary did', () => {
    const same = cost.observe(priced([0.05, 0.05]), 0);
    expect(cost.observe(priced([0.05, null], { shadow: failed('500') }), 0)).toEqual(same);
    const dear = cost.observe(priced([3 * B, null], { shadow: failed('500') }), 0);
    expect(dear).toMatchObject({ harm: 1, reference: 1, candidate: 1 });
    expect(dear?.safe).toBeCloseTo(1.2 / 2.2, 12);
    expect(dear).not.toHaveProperty('mark');
  });

  it.each(['timeout', 'TimeoutError', '504'])('has nothing of a shadow that was still at work: %s', (type) => {
    expect(cost.observe(priced([0.05, null], { shadow: failed(type) }), 0)).toBe(MISSING);
  });

  it.each([
    ['the primary failed', { primary: failed('500') }, null],
    ['the primary was aborted', { primary: aborted }, null],
    ['the primary is missing', { primary: missing }, MISSING],
    ['the shadow is missing', { shadow: missing }, MISSING],
    ['the shadow was aborted', { shadow: aborted }, MISSING],
    ['the primary failed and the shadow is missing', { primary: failed('500'), shadow: missing }, null],
  ])('where %s', (_what, some, expected) => {
    expect(cost.observe(priced([null, null], some), 0)).toBe(expected);
  });

  it.each([
    ['the incumbent', [null, 0.05], 'unpriced_incumbent'],
    ['the candidate', [0.05, null], 'unpriced_candidate'],
    ['both', [null, null], 'unpriced_both'],
  ] as const)('marks a pair without a price of %s, which proves neither claim', (_whose, paid, mark) => {
    expect(cost.observe(priced(paid), 0)).toEqual({ ...MISSING, mark });
  });

  it('does not take a call without a count of its tokens for one without a price', () => {
    expect(cost.observe(priced([0.05, null], { shadow: ok(null) }), 0)).toBe(MISSING);
    expect(cost.observe(priced([null, 0.05], { primary: ok({ input: 3 }) }), 0)).toBe(MISSING);
    expect(cost.observe({ ...priced([1, 1]), notes: undefined } as unknown as PairFacts, 0)).toMatchObject(MISSING);
    expect(cost.observe(priced([0.05, Number.NaN]), 0)).toMatchObject(MISSING);
    expect(cost.observe(priced([-1, 0.05]), 0)).toMatchObject(MISSING);
  });

  it('takes a failed shadow of an incumbent without a price for one without a price', () => {
    expect(cost.observe(priced([null, null], { shadow: failed('500') }), 0)).toEqual({
      ...MISSING,
      mark: 'unpriced_incumbent',
    });
  });

  describe('with a cache at the provider', () => {
    const of = (paid: Sides, list: Sides): readonly [number, number] => {
      const seen = cost.observe(priced(paid, {}, list), 0);
      const taken = (x: number): number => R * (paid[0] ?? 0) + B - x * (1 + R) * B;
      return [taken(seen?.safe ?? 0), taken(seen?.harm ?? 0)];
    };

    it('does not take the shadow for cheap that reads what its primary has just written', () => {
      const [safe, harm] = of([0.05, 0.004], [0.04, 0.04]);
      expect(safe).toBeCloseTo(0.05, 12);
      expect(harm).toBeCloseTo(0.004, 12);
    });

    it('does not take the shadow for dear whose cache is cold because it is a shadow', () => {
      const [safe, harm] = of([0.01, 0.04], [0.04, 0.04]);
      expect(safe).toBeCloseTo(0.04, 12);
      expect(harm).toBeCloseTo(0.01, 12);
    });

    it('reads one number where both have the same share of it', () => {
      const [safe, harm] = of([0.01, 0.02], [0.04, 0.08]);
      expect(safe).toBeCloseTo(0.02, 12);
      expect(harm).toBeCloseTo(0.02, 12);
    });
  });
});

describe('the gate on tokens', () => {
  const tokens = gate('tokens', 1000);
  const of = (primary: Tokens | null, shadow: Tokens | null): PairFacts =>
    pair({}, { primary: ok(primary), shadow: ok(shadow) });

  it('sums those of the input and of the output, and needs no price', () => {
    const seen = tokens.observe(of({ input: 300, output: 100 }, { input: 310, output: 190 }), 0);
    expect(seen?.safe).toBeCloseTo((1.2 * 400 - 500 + 1000) / 2200, 12);
    expect(seen).toMatchObject({ reference: 0.4, candidate: 0.5 });
  });

  it('has nothing of a call of which either kind was not counted', () => {
    expect(tokens.observe(of(counted, null), 0)).toBe(MISSING);
    expect(tokens.observe(of({ output: 3 }, counted), 0)).toBe(MISSING);
    expect(tokens.observe(of(counted, { input: Number.NaN, output: 1 }), 0)).toBe(MISSING);
  });

  it('counts a failed shadow as the primary, and marks one that took more than it may', () => {
    const primary = ok({ input: 300, output: 100 });
    expect(tokens.observe(pair({}, { primary, shadow: failed('500') }), 0)).toMatchObject({
      reference: 0.4,
      candidate: 0.4,
    });
    expect(tokens.observe(of({ input: 3, output: 1 }, { input: 3, output: 998 }), 0)).toMatchObject({
      safe: 0,
      mark: 'over',
    });
    expect(tokens.observe(of({ input: 3, output: 1 }, { input: 3, output: 997 }), 0)).not.toHaveProperty('mark');
  });
});

describe('the gate on timeouts', () => {
  const [timeouts] = gatesOf({ timeouts: { margin: 0.01 } });
  it.each([
    [ok(), failed('timeout'), 0],
    [ok(), failed('500'), 0.5],
    [failed('ETIMEDOUT'), failed('504'), 0.5],
    [failed('timeout'), ok(), 1],
    [failed('timeout'), failed('500'), 1],
  ])('of %o and %o', (primary, shadow, x) => {
    expect(timeouts?.observe(pair({}, { primary, shadow }), 0)).toMatchObject({ safe: x, harm: x });
  });
  it('leaves out what the user aborted, and counts what is missing', () => {
    expect(timeouts?.observe(pair({}, { primary: aborted }), 0)).toBeNull();
    expect(timeouts?.observe(pair({}, { shadow: missing }), 0)).toBe(MISSING);
  });
});

it.each([
  { ratio: 0.05, mostPerCall: 1 },
  { ratio: 1.2, mostPerCall: 0 },
  { ratio: 1.2, mostPerCall: Number.NaN },
])('refuses %o', (settings) => {
  expect(() => checkGates({ cost: settings })).toThrow(GateSettingsError);
  expect(() => checkGates({ tokens: settings })).toThrow(GateSettingsError);
});
