import type { ExperimentInput } from '@understudy/instrumentation/experiment';
import { describe, expect, it } from 'vitest';
import { type Pace, paceOf, withMeasured } from '../../packages/evaluator/src/plan/live-rates.js';
import { type Plan, planOf } from '../../packages/evaluator/src/plan/plan.js';
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
    expect(worse?.rates.win).toBeCloseTo(0.02, 3);
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
