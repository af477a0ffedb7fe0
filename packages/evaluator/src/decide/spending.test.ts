import { describe, expect, it } from 'vitest';
import { MISSING, type Mark } from '../tally/observation.js';
import { addPair, emptyTally, type Tally } from '../tally/tally.js';
import { look, policy } from './decide.test.support.js';
import type { Verdict } from './verdict.js';

/** The incumbent takes 4 cents a call, and one may take 10. */
const B = 0.1;
const P = 0.04;

/** So many pairs at `times` the incumbent's cost, and so many with a mark. */
function costs(times: number, count: number, marks: readonly (readonly [Mark, number])[] = []): Tally {
  const made = emptyTally(1 / 2.2);
  const x = (1.2 * P - times * P + B) / (2.2 * B);
  addPair(made, { safe: x, harm: x, reference: P / B, candidate: (times * P) / B }, 1, count);
  for (const [mark, pairs] of marks) addPair(made, { ...MISSING, mark }, 1, pairs);
  return made;
}

const gates = { cost: { ratio: 1.2, mostPerCall: B } };
const of = (cost: Tally): Verdict => look({ policy: policy({ gates }), streams: { _all: { cost } } });

describe('a verdict with a gate on cost', () => {
  it('is GO at totals within the ratio, in dollars a call', () => {
    const verdict = of(costs(1, 2000));
    expect(verdict).toMatchObject({ state: 'go', holds: [] });
    expect(verdict.sentence).toBe(
      'GO: after 2,000 pairs every gate is passed: cost $0.04 a call against $0.04 (x1.00, at most x1.2).',
    );
    const [gate] = verdict.gates;
    expect(gate).toMatchObject({ margin: 1.2, mostPerCall: B, over: 0, unpriced: { incumbent: 0, candidate: 0 } });
    expect(gate?.reference).toBeCloseTo(P, 9);
  });

  it('is NO_GO at totals beyond it', () => {
    expect(of(costs(2, 2000))).toMatchObject({ state: 'no_go', reason: 'harm' });
    expect(of(costs(2, 2000)).sentence).toContain('cost $0.08 a call against $0.04 (x2.00, at most x1.2)');
  });

  it('speaks of tokens as such', () => {
    const tokens = emptyTally(1 / 2.2);
    addPair(tokens, { safe: 0.48, harm: 0.48, reference: 0.1, candidate: 0.1 }, 1, 3000);
    const verdict = look({
      policy: policy({ gates: { tokens: { ratio: 1.2, mostPerCall: 20_000 } } }),
      streams: { _all: { tokens } },
    });
    expect(verdict.sentence).toContain('tokens 2,000 a call against 2,000 (x1.00, at most x1.2)');
    expect(verdict.gates[0]).not.toHaveProperty('unpriced');
  });

  it.each([
    ['unpriced_incumbent', "no price is known of the incumbent's model in 1 of 5,001 pairs"],
    ['unpriced_candidate', "no price is known of the candidate's model in 1 of 5,001 pairs"],
    ['unpriced_both', "of the incumbent's model in 1 and of the candidate's model in 1 of 5,001 pairs"],
  ] as const)('holds at a single pair that is %s, though its gate is passed', (mark, words) => {
    const verdict = of(costs(0.5, 5000, [[mark, 1]]));
    expect(verdict).toMatchObject({ state: 'hold', reason: 'unpriced', gates: [{ state: 'safe' }] });
    expect(verdict.sentence).toContain(words);
    expect(verdict.sentence).toContain('`budget.prices`');
  });

  it('holds where nothing has a price', () => {
    const verdict = of(costs(1, 0, [['unpriced_candidate', 3000]]));
    expect(verdict).toMatchObject({ state: 'hold', reason: 'unpriced', gates: [{ state: 'empty' }] });
  });

  it('holds at a shadow that took more than one may, and says how much that is', () => {
    const cost = costs(0.5, 5000);
    addPair(cost, { safe: 0, harm: 0.5, reference: 0.4, candidate: 1, mark: 'over' });
    const verdict = of(cost);
    expect(verdict).toMatchObject({ state: 'hold', reason: 'over_limit', gates: [{ state: 'safe', over: 1 }] });
    expect(verdict.sentence).toContain(
      '1 of 5,001 shadows took more than the policy allows one to take (cost.mostPerCall: $0.1)',
    );
  });

  it('is not said to be biased because the incumbent is no cheaper than itself', () => {
    const cost = emptyTally(1 / 1.5);
    addPair(cost, { safe: 0.6, harm: 0.6, reference: 0.4, candidate: 0.4 }, 1, 5000);
    const half = { policy: policy({ gates: { cost: { ratio: 0.5, mostPerCall: B } } }), noise: { cost } };
    expect(look({ ...half, streams: {} }).state).toBe('hold');
    const dear = emptyTally(1 / 2.2);
    addPair(dear, { safe: 0.3, harm: 0.3, reference: 0.2, candidate: 0.6 }, 1, 5000);
    expect(look({ policy: policy({ gates }), noise: { cost: dear } }).state).toBe('invalid');
  });
});
