import { describe, expect, it } from 'vitest';
import { HARMED, look } from './decide.test.support.js';
import { withSuccess } from './success.js';
import type { Verdict } from './verdict.js';

function counters(pairs: number, primary: number, shadow: number, name = 'list_cost'): Map<string, bigint> {
  return new Map([
    [`amount ${name} both`, BigInt(pairs)],
    [`amount ${name} both primary`, BigInt(pairs * primary)],
    [`amount ${name} both shadow`, BigInt(pairs * shadow)],
  ]);
}

const go = look({});
const wins = (candidate: number): Verdict => ({
  ...go,
  gates: go.gates.map((gate) => ({ ...gate, gate: 'win_rate' as const, pairs: 100, missing: 0, candidate })),
});

describe('why one would switch', () => {
  it('is said after the verdict, with the means of both sides', () => {
    expect(withSuccess(go, 'cheaper', counters(100, 6_000_000, 3_120_000)).sentence).toBe(
      `${go.sentence} Why switch: cheaper, $0.00312 a call against $0.006 (x0.52).`,
    );
    expect(withSuccess(go, 'faster', counters(100, 900_000, 450_000, 'latency')).sentence).toContain(
      'Why switch: faster, 450 ms a call against 900 ms (x0.5).',
    );
    expect(withSuccess(wins(0.56), 'better', undefined).sentence).toContain(
      'Why switch: better, preferred in 56.0 % of pairs, a tie half.',
    );
  });

  it('says so where it is not reached, and changes no state', () => {
    const dear = withSuccess(go, 'cheaper', counters(100, 3_000_000, 6_000_000));
    expect(dear.sentence).toContain('Why switch: not cheaper, $0.006 a call against $0.003 (x2).');
    expect({ ...dear, sentence: go.sentence }).toEqual(go);
    expect(withSuccess(wins(0.5), 'better', undefined).sentence).toContain('not better');
  });

  it('takes what was paid before what is listed', () => {
    const both = new Map([...counters(100, 5, 5), ...counters(100, 2_000_000_000, 1_000_000_000, 'paid_cost')]);
    expect(withSuccess(go, 'cheaper', both).sentence).toContain('$1 a call against $2');
  });

  it('is not said where nobody has asked, of what is not known, nor of what stopped the run', () => {
    expect(withSuccess(go, undefined, counters(100, 2, 1))).toBe(go);
    expect(withSuccess(go, 'cheaper', undefined)).toBe(go);
    expect(withSuccess(go, 'cheaper', counters(29, 2, 1))).toBe(go);
    expect(withSuccess(go, 'better', undefined)).toBe(go);
    const stopped = look({ streams: { _all: { errors: HARMED } } });
    expect(stopped.state).toBe('no_go');
    expect(withSuccess(stopped, 'cheaper', counters(100, 2, 1))).toBe(stopped);
  });
});
