import type { ExperimentInput } from '@understudy/instrumentation/experiment';
import { describe, expect, it } from 'vitest';
import { type Pace, paceOf, withMeasured } from '../../packages/evaluator/src/plan/live-rates.js';
import { type Plan, planOf } from '../../packages/evaluator/src/plan/plan.js';
import { proposalsOf } from '../../packages/evaluator/src/plan/proposals.js';
import { closeSlice } from '../../packages/evaluator/src/tally/close-slice.js';
import type { Outcome } from '../../packages/evaluator/src/tally/facts.js';
import { gatesOf } from '../../packages/evaluator/src/tally/gates.js';
import type { Standing } from '../../packages/evaluator/src/decide/standing.js';
import { facts, pair } from '../simulation/world.js';
import { ASSUMED, type PlannedGate, plannedGates } from '../../packages/evaluator/src/plan/planned-gate.js';
import { arm, AT, errorsTally, funnel, report, run, runState } from './report.js';

const DAY = 86_400_000;

/** A run whose ledger has so many pairs of errors, over a day. */
function live(
  [wins, ties, losses]: readonly [number, number, number],
  change: { readonly experiment?: Partial<ExperimentInput>; readonly spent?: number } = {},
): { readonly gates: readonly PlannedGate[]; readonly pace: Pace } {
  const pairs = wins + ties + losses;
  const spent = change.spent ?? 0;
  const state = runState({
    run: run(change.experiment),
    arms: {
      small: arm({
        streams: { _all: { errors: errorsTally(wins, ties, losses) } },
        funnel: funnel({ evidence: pairs }),
      }),
    },
    firstSliceAt: AT - DAY,
    closedThrough: AT,
    budget: { experiment: 'support', limit: 1e11, spent, reserved: 0, least: 0, halvings: 0 },
  });
  const { snapshot, standings } = report([state]);
  const [standing] = standings;
  if (standing === undefined) throw new Error('no standing');
  const gates = withMeasured(plannedGates(state.run.definition, ASSUMED), standing);
  return { gates, pace: paceOf(snapshot, state, standing) };
}

const planned = (gates: readonly PlannedGate[], pace: Partial<Pace> = {}, have = 0): Plan =>
  planOf({ gates, level: 0.025, power: 0.8, minPairs: 100, have, pairsPerDay: null, usdPerPair: null, ...pace });

describe('a plan from the ledger', () => {
  it('takes the rate at which pairs differ, and neither side of them', () => {
    const [worse, better] = [live([10, 960, 30]).gates[0], live([30, 960, 10]).gates[0]];
    expect(worse).toMatchObject({ gate: 'errors', measured: true, m: 0.45 });
    expect(worse?.rates).toEqual(better?.rates);
    expect(worse?.rates).toMatchObject({ win: expect.closeTo(0.02, 3) });
    expect(worse?.basis).toMatch(/^base rate 1 %, 4\.\d+ % differ$/);
  });

  it('assumes what too few pairs have shown', () => {
    expect(live([0, 99, 0]).gates[0]).toMatchObject({ measured: false, basis: 'base rate 1 %' });
    expect(live([0, 100, 0]).gates[0]).toMatchObject({ measured: true });
  });

  it('reads the pace and the price of a pair off the ledger', () => {
    const { gates, pace } = live([10, 1980, 10], { spent: 4e9 });
    expect(pace).toEqual({ pairsPerDay: 2000, usdPerPair: 0.002 });
    const plan = planned(gates, pace, 60);
    const pairs = plan.needed?.pairs ?? 0;
    expect(plan.needed).toMatchObject({ days: pairs / 2000, usd: pairs * 0.002 });
    expect(plan.remaining).toEqual({ pairs: pairs - 60, days: (pairs - 60) / 2000, usd: (pairs - 60) * 0.002 });
    expect(planned(gates, pace, 1e6).remaining).toEqual({ pairs: 0, days: 0, usd: 0 });
  });

  it('knows no price where nothing was paid, and no pace without evidence', () => {
    expect(live([0, 0, 0]).pace).toEqual({ pairsPerDay: null, usdPerPair: null });
  });

  it('scales a gate that sees a share of the pairs, and waits for a threshold to be frozen', () => {
    const policy = { gates: { similarity: {}, latency_p50: {} } };
    const gates = plannedGates(run({ policy, noise: { rate: 0.1 } }).definition, ASSUMED);
    expect(gates).toMatchObject([
      { gate: 'similarity', share: 0.1 },
      { gate: 'latency_p50', before: 500, share: 1 },
    ]);
    const [similarity, latency] = planned(gates).gates;
    const [whole] = planned(gates.map((gate) => ({ ...gate, share: 1 }))).gates;
    expect(similarity?.needed?.pairs).toBeCloseTo(10 * (whole?.needed?.pairs ?? 0), -2);
    expect(latency?.needed?.pairs).toBeGreaterThan(500);
  });

  it('names no number where a gate cannot be passed, whatever the others need', () => {
    const [errors] = live([10, 980, 10]).gates;
    if (errors === undefined) throw new Error('no gate');
    const never = { ...errors, rates: { win: 0, loss: 0.3 } };
    expect(planned([errors, never])).toMatchObject({ needed: null, remaining: null, slowest: null });
    expect(planned([{ ...errors, share: 0 }]).needed).toBeNull();
  });
});

/** Where a run stands of whose calls one of two cost a dollar for the incumbent, `times` that for the candidate, and the other a tenth of it. */
function spent(times: number, policy: NonNullable<ExperimentInput['policy']>): Standing {
  const counted = (cost: number): Outcome => ({
    status: 'ok',
    durationMs: 1,
    tokens: { input: 1000 * cost, output: 0 },
  });
  const pairs = Array.from({ length: 300 }, (_, at) => {
    const own = at % 2 === 0 ? 1 : 0.1;
    const sides = [own * 1e9, times * own * 1e9] as const;
    const amounts = {
      paid_cost: sides,
      list_cost: sides,
      input_tokens: [1000 * own, 1000 * own * times],
      output_tokens: [0, 0],
    } as const;
    const notes = { primary: null, shadow: null, tools: null, classes: ['ok', 'ok'], amounts } as const;
    return pair(facts({ primary: counted(own), shadow: counted(own * times), notes }), { arm: 'small' });
  });
  const registered = run({ policy });
  const closed = closeSlice({
    slice: 1,
    gates: gatesOf(registered.definition.policy.gates),
    piMin: 1,
    pairs,
    admitted: [],
    seen: new Map(),
    thresholds: [],
    latencies: [],
  });
  const all = closed.tallies.filter(({ stream }) => stream === '_all');
  const observed = closed.observed.find(({ stream }) => stream === '_all');
  const streams = { _all: Object.fromEntries(all.map(({ metric, tally }) => [metric, tally])) };
  const small = arm({
    streams,
    observed: observed === undefined ? {} : { _all: observed },
    funnel: funnel({ evidence: 300 }),
  });
  const [standing] = report([runState({ run: registered, arms: { small } })]).standings;
  if (standing === undefined) throw new Error('no standing');
  return standing;
}

describe('a plan of what calls take', () => {
  const options = { level: 0.025, power: 0.8 };
  const policy = { gates: { errors: {} } };

  it('proposes twice the largest call of either side, and says how many pairs that takes', () => {
    const [cost, tokens, none] = proposalsOf(spent(0.5, policy), options);
    expect(none).toBeUndefined();
    expect(cost).toMatchObject({ gate: 'cost', ratio: 1.2, because: 'absent' });
    // To within a fifth: 1 to 1.19 dollars were seen.
    expect(cost?.largest).toBeGreaterThanOrEqual(1);
    expect(cost?.largest).toBeLessThan(1.2);
    expect(cost?.mostPerCall).toBeCloseTo(2 * (cost?.largest ?? 0), 0);
    expect(tokens).toMatchObject({ gate: 'tokens', mostPerCall: expect.closeTo(2400, -3) });
    const dearer = proposalsOf(spent(1, policy), options)[0];
    expect(dearer?.pairs).toBeGreaterThan(2 * (cost?.pairs ?? Infinity));
    expect(proposalsOf(spent(3, policy), options)[0]).toMatchObject({ pairs: null });
    expect(proposalsOf(spent(3, policy), options)[0]?.largest).toBeGreaterThanOrEqual(3);
  });

  it('proposes nothing where the policy has it, unless shadows took more', () => {
    const cost = (mostPerCall: number) => ({ gates: { cost: { ratio: 1.5, mostPerCall } } });
    expect(proposalsOf(spent(1, cost(2)), options).map(({ gate }) => gate)).toEqual(['tokens']);
    const [proposal] = proposalsOf(spent(1, cost(0.5)), options);
    expect(proposal).toMatchObject({ gate: 'cost', ratio: 1.5, because: 'over' });
  });

  it('plans a gate on cost by what was measured', () => {
    const standing = spent(0.8, { gates: { cost: { mostPerCall: 4 } } });
    const [gate] = withMeasured(plannedGates(standing.run.definition, ASSUMED), standing);
    expect(gate).toMatchObject({ measured: true, basis: '$0.44 a call against $0.55', margin: 1.2 });
    // x = (1.2 P - .8 P + 4) / 8.8 with P of a dollar and of ten cents.
    expect(gate?.rates).toMatchObject({
      mean: expect.closeTo(4.22 / 8.8, 4),
      variance: expect.closeTo((0.18 / 8.8) ** 2, 4),
    });
    expect(planned(gate === undefined ? [] : [gate]).needed?.pairs).toBeGreaterThan(100);
  });

  it('assumes a tenth of the most where nothing was seen, and a cheaper candidate where it has to be one', () => {
    const of = (ratio: number): PlannedGate | undefined =>
      plannedGates(run({ policy: { gates: { cost: { ratio, mostPerCall: 1 } } } }).definition, ASSUMED)[0];
    expect(of(1.2)?.basis).toBe('a call at a tenth of the most');
    expect(of(0.8)?.basis).toBe('a call at a tenth of the most, of the candidate at half of what is allowed');
    for (const ratio of [0.8, 1, 1.2]) expect(planned([of(ratio) as PlannedGate]).needed?.pairs).toBeGreaterThan(100);
  });
});
