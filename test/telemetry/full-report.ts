import type { Report } from '../../packages/evaluator/src/emit/ledger-metrics.js';
import { EMPTY_HEALTH } from '../../packages/evaluator/src/judge/trial/judge-health.js';
import { type JudgingState, NO_LABELS } from '../../packages/evaluator/src/ledger/judging-state.js';
import type { RunState } from '../../packages/evaluator/src/ledger/snapshot.js';
import type { PairNotes } from '../../packages/evaluator/src/tally/facts.js';
import { observe } from '../../packages/evaluator/src/tally/observed.js';
import type { StoredPair } from '../../packages/evaluator/src/tally/stored-pair.js';
import { arm, AT, errorsTally, funnel, report, run, runState } from '../evaluator/report.js';

/** A run of which every metric of the evaluator has something to say. */
export function fullRun(): RunState {
  const judging: JudgingState = {
    judge: 'abc',
    health: {
      ...EMPTY_HEALTH,
      canaries: { ...EMPTY_HEALTH.canaries, empty: { given: 100, detected: 98, falseWins: 2, tied: 0, abstained: 0 } },
      pairs: { ...EMPTY_HEALTH.pairs, agreed: 90, disagreed: 10 },
      positions: { first: 60, second: 50, tie: 90 },
      abstained: { timeout: 3 },
    },
    sensitivity: 0.9,
    unfit: null,
    waitsFor: null,
    waiting: 7,
    waitingSince: AT - 90_000,
    openSlices: { judgements: 1, labels: 0 },
  };
  const agreeing = [
    [9, 0, 1],
    [0, 0, 0],
    [1, 0, 9],
  ];
  const small = arm({
    streams: { _all: { errors: errorsTally(2, 60, 1) }, refunds: { errors: errorsTally(1, 20, 1) } },
    observed: observed(),
    judgements: [
      { segment: 'refunds', outcome: 'shadow', pairs: 30 },
      { segment: 'sales', outcome: 'abstained', pairs: 4 },
    ],
    labels: { ...NO_LABELS, offered: 20, answered: 20, table: agreeing },
    funnel: funnel({ admitted: 65, published: 65, stored: 65, scored: 65, evidence: 65, due: 65 }),
    outcomes: [
      { segment: 'refunds', primary: 'ok', shadow: 'ok', pairs: 20 },
      { segment: 'a "quoted"\nname \\', primary: 'ok', shadow: 'error', pairs: 45 },
    ],
  });
  return runState({
    run: run({ segments: { attribute: 'route', critical: ['refunds'] } }),
    arms: { small },
    judging,
    bounds: { enabled: true, rate: 0.1, window: { from: AT - 3_600_000, until: AT + 7_200_500 }, target: null },
    budget: { experiment: 'support', limit: 50e9, spent: 12.5e9, reserved: 0, least: 0, halvings: 0 },
  });
}

/** A look at it. */
export function fullReport(): Report {
  const asked = [
    { experiment: 'support', who: 'judge', outcome: 'answered', calls: 90, cost: 2e9 },
    { experiment: 'support', who: 'embeddings', outcome: 'refused', calls: 4, cost: 0 },
  ] as const;
  const misconfigured = [
    { cause: 'clock_skew', experiment: null, count: 3, found: 'x', firstAt: AT - 1000, lastAt: AT, by: [] } as const,
  ];
  const seen = report([fullRun()], { asked, misconfigured });
  return { ...seen, queue: { waiting: 2, active: 1, delayed: 0, drained: false, handledThrough: AT - 4_500 } };
}

function observed(): RunState['arms'][string]['observed'] {
  const ok = { status: 'ok', durationMs: 400 } as const;
  const quantities = ['input_tokens', 'output_tokens', 'cached_input_tokens', 'reasoning_tokens'] as const;
  const costs = { list_cost: [2e6, 1e6], paid_cost: [2e6, 1e6] } as const;
  const amounts = { ...Object.fromEntries(quantities.map((one) => [one, [100, 20] as const])), ...costs };
  const notes: PairNotes = { primary: null, shadow: null, tools: null, classes: ['ok', 'ok'], amounts };
  const evidence = [1, 0.55, 0].map((lexical, at): StoredPair => ({
    call: `${at}`,
    arm: 'small',
    producer: 'p',
    segment: 'refunds',
    cluster: `${at}`,
    facts: {
      v: 1,
      pi: 1,
      primary: ok,
      shadow: ok,
      aa: null,
      scores: { ab: { lexical, embedding: null }, aa: {} },
      notes,
    },
  }));
  return Object.fromEntries(observe(evidence, evidence).observed.map((one) => [one.stream, one]));
}
