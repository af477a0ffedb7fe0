import { describe, expect, it } from 'vitest';
import type { ExperimentInput } from '@understudy/instrumentation/experiment';
import { estimateOf } from '../../packages/evaluator/src/decide/estimate-bounds.js';
import type { Standing } from '../../packages/evaluator/src/decide/standing.js';
import { EMPTY_HEALTH } from '../../packages/evaluator/src/judge/trial/judge-health.js';
import { gatesOf } from '../../packages/evaluator/src/tally/gates.js';
import type { GateName } from '../../packages/evaluator/src/tally/gate-settings.js';
import { addPair, emptyTally } from '../../packages/evaluator/src/tally/tally.js';
import { addPreference, emptyWinRate } from '../../packages/evaluator/src/tally/win-rate.js';
import { arm, report, run, runState } from '../evaluator/report.js';

const GATES: NonNullable<NonNullable<ExperimentInput['policy']>['gates']> = {
  errors: { margin: 0.1 },
  validity: { margin: 0.1 },
  language: { margin: 0.1, floor: 0.8 },
  similarity: { margin: 0.1 },
  latency_p95: { ratio: 1.2, thresholdMs: 800 },
  cost: { ratio: 1.2, mostPerCall: 0.01 },
};

/** [incumbent's level, candidate's] of a pair that speaks for the candidate, and of one that speaks against it. */
const LEVELS: Readonly<Partial<Record<GateName, readonly [better: readonly number[], worse: readonly number[]]>>> = {
  errors: [
    [1, 0],
    [0, 1],
  ],
  validity: [
    [0, 1],
    [1, 0],
  ],
  language: [
    [0.8, 1],
    [0.8, 0],
  ],
  similarity: [
    [0.5, 1],
    [0.5, 0],
  ],
  latency_p95: [
    [1, 0],
    [0, 1],
  ],
  cost: [
    [0.5, 0.1],
    [0.5, 0.9],
  ],
};

const definition = run({ policy: { gates: GATES }, noise: { rate: 0.5 } });
const gates = gatesOf(definition.definition.policy.gates);

function xOf(name: GateName, reference: number, candidate: number): number {
  if (name === 'cost') return (1.2 * reference - candidate + 1) / 2.2;
  if (name === 'language') return candidate;
  return name === 'validity' || name === 'similarity'
    ? (candidate - reference + 1) / 2
    : (reference - candidate + 1) / 2;
}

/** `good` of 100 pairs speak for the candidate. */
function standing(good: number, pairs: number): Standing {
  const tallies = gates.map((gate) => {
    const tally = emptyTally(gate.m);
    for (const [at, levels] of (LEVELS[gate.name] ?? []).entries()) {
      const [reference = 0, candidate = 0] = levels;
      const x = xOf(gate.name, reference, candidate);
      const share = at === 0 ? good : 100 - good;
      addPair(tally, { safe: x, harm: x, reference, candidate }, 1, (pairs * share) / 100);
    }
    return [gate.name, tally] as const;
  });
  const state = arm({ streams: { _all: Object.fromEntries(tallies) } });
  const [seen] = report([runState({ run: definition, arms: { small: state } })]).standings;
  if (seen === undefined) throw new Error('expected a standing');
  return seen;
}

describe('an estimate', () => {
  it.each(gates.map(({ name }) => name))('of %s passes its margin when its gate is passed, and not before', (name) => {
    const states = new Set<string>();
    for (const [good, pairs] of [
      [50, 100],
      [60, 200],
      [70, 100],
      [70, 400],
      [80, 1000],
      [100, 40],
      [100, 300],
      [20, 300],
    ] as const) {
      const of = standing(good, pairs);
      const gate = of.verdict.gates.find((one) => one.gate === name);
      const estimate = gate === undefined ? null : estimateOf(gate, of);
      if (gate === undefined || estimate === null) throw new Error('expected an estimate');
      const { point, lower, upper, margin } = estimate;
      const isAtMost = !['validity', 'language', 'similarity'].includes(name);
      states.add(gate.state);
      if (lower === null || upper === null) throw new Error('expected bounds');
      expect(lower).toBeLessThanOrEqual(point + 1e-9);
      expect(upper).toBeGreaterThanOrEqual(point - 1e-9);
      expect(isAtMost ? upper <= margin + 1e-9 : lower >= margin - 1e-9).toBe(gate.state === 'safe');
    }
    expect([...states]).toEqual(expect.arrayContaining(['safe', 'open']));
  });

  it('is compared with the margin on its own scale', () => {
    const of = standing(50, 100);
    const margins = of.verdict.gates.map((gate) => [gate.gate, Number(estimateOf(gate, of)?.margin.toFixed(9))]);
    expect(Object.fromEntries(margins)).toEqual({
      errors: 0.1,
      validity: -0.1,
      language: -0.1,
      similarity: -0.1,
      latency_p95: 0,
      // A fifth of the 0.005 dollars that the incumbent takes.
      cost: 0.001,
    });
  });

  it('of the win rate is bounded by labels where people are asked', () => {
    const judged = run({
      judge: { model: 'other/judge', apiKey: { env: 'KEY' }, labels: { rate: 0.5 } },
      policy: { gates: { errors: { margin: 0.1 } } },
    });
    const rate = emptyWinRate({ m: 0.45, offered: 0.5 });
    addPreference(rate, { status: 'judged', verdict: 1, label: 1 }, 1, 150);
    addPreference(rate, { status: 'judged', verdict: 1, label: 'not_offered' }, 1, 150);
    addPreference(rate, { status: 'judged', verdict: 0, label: 0 }, 1, 30);
    const judging = {
      judge: 'abc',
      health: EMPTY_HEALTH,
      sensitivity: 0.9,
      unfit: null,
      waitsFor: null,
      waiting: 0,
      openSlices: { judgements: 0, labels: 0 },
    };
    const state = arm({ preferences: { _all: { judged: null, labelled: rate } } });
    const [of] = report([runState({ run: judged, judging, arms: { small: state } })]).standings;
    const gate = of?.verdict.gates.find((one) => one.gate === 'win_rate');
    const estimate = of === undefined || gate === undefined ? null : estimateOf(gate, of);
    expect(gate?.state).toBe('safe');
    expect(estimate?.margin).toBeCloseTo(-0.1, 9);
    expect(estimate?.lower).toBeGreaterThan(-0.1);
    expect(estimate?.lower).toBeLessThan(estimate?.point ?? 0);
    expect(estimate?.upper).toBeGreaterThan(estimate?.point ?? 1);
  });
});
