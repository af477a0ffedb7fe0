import { expect, it } from 'vitest';
import type { GateVerdict, Verdict } from '../decide/verdict.js';
import type { Plan } from '../plan/plan.js';
import type { Proposal } from '../plan/proposals.js';
import { renderPlan } from './render-plan.js';
import { gateRows } from './render-verdict.js';
import { styleFor } from './style.js';

const COST: GateVerdict = {
  gate: 'cost',
  stream: '_all',
  state: 'open',
  pairs: 1500,
  missing: 2,
  wins: 0,
  ties: 0,
  losses: 1498,
  reference: 0.006,
  candidate: 0.00312,
  margin: 1.2,
  thresholdMs: null,
  safeLogE: 1,
  harmLogE: -1,
  remaining: null,
  mostPerCall: 0.05,
  over: 0,
  unpriced: { incumbent: 0, candidate: 2 },
};

const VERDICT: Verdict = {
  v: 1,
  state: 'hold',
  reason: 'insufficient',
  sentence: 'HOLD: too few.',
  level: 0.025,
  pairs: 1498,
  remaining: null,
  holds: [],
  streams: [],
  gates: [],
  badSegments: [],
  suspectSegments: [],
  degrading: null,
  setup: [],
  transition: null,
};
const cells = (gate: GateVerdict): readonly string[] => gateRows({ ...VERDICT, gates: [gate] }, {})[0] ?? [];

it('shows levels as dollars a call, and what is allowed as a ratio', () => {
  expect(cells(COST)).toEqual([
    'cost',
    'all',
    'open',
    '1,500 (2 missing)',
    '$0.00312',
    '$0.006',
    'x1.2',
    '2.7',
    '0.37',
  ]);
  const tokens = { ...COST, gate: 'tokens', reference: 1234.5, candidate: 900 } as const;
  expect(cells(tokens).slice(4, 7)).toEqual(['900', '1,235', 'x1.2']);
});

it('marks a mean that was cut at the most one call may take', () => {
  expect(cells({ ...COST, over: 1204 })[4]).toBe('$0.00312 (over $0.05: 1,204)');
});

const PLAN: Plan = {
  v: 1,
  level: 0.025,
  power: 0.8,
  minPairs: 1000,
  have: 0,
  pairsPerDay: null,
  usdPerPair: null,
  gates: [],
  needed: null,
  remaining: null,
  slowest: null,
};
const PROPOSAL: Proposal = {
  gate: 'cost',
  ratio: 1.2,
  mostPerCall: 0.11,
  largest: 0.0538,
  because: 'absent',
  pairs: 1465,
};
const said = (some: Partial<Proposal>): string =>
  renderPlan('a run', PLAN, styleFor(false), [{ ...PROPOSAL, ...some }]).join('\n');

it.each([
  [
    {},
    'Cost is shown and not gated. `cost: { ratio: 1.2, mostPerCall: 0.11 }` (twice the largest call seen, $0.0538) gates it: at what was seen it takes about 1,465 pairs.',
  ],
  [
    { gate: 'tokens', mostPerCall: 9000, largest: 4500, pairs: null },
    'Tokens are shown and not gated. `tokens: { ratio: 1.2, mostPerCall: 9000 }` (twice the largest call seen, 4,500) gates them: at what was seen it would not be passed.',
  ],
  [
    { because: 'over' },
    'Shadows took more than cost.mostPerCall allows. `cost: { ratio: 1.2, mostPerCall: 0.11 }` (twice the largest call seen, $0.0538) holds them: at what was seen it takes about 1,465 pairs.',
  ],
] as const)('proposes in words: %j', (some, words) => {
  expect(said(some)).toContain(words);
});
