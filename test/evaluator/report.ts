import { resolveExperiment, runOf, type ExperimentInput } from '@understudy/instrumentation/experiment';
import { standingsOf } from '../../packages/evaluator/src/decide/standing.js';
import type { Report } from '../../packages/evaluator/src/emit/ledger-metrics.js';
import { NO_LABELS } from '../../packages/evaluator/src/ledger/judging-state.js';
import type { RegisteredRun } from '../../packages/evaluator/src/ledger/ledger.js';
import type { ArmState, FunnelState, LedgerSnapshot, RunState } from '../../packages/evaluator/src/ledger/snapshot.js';
import type { Observation } from '../../packages/evaluator/src/tally/observation.js';
import { addPair, emptyTally, type Tally } from '../../packages/evaluator/src/tally/tally.js';

/** Epoch ms of everything in these reports. */
export const AT: number = Date.UTC(2026, 10, 21, 12);

const WIN: Observation = { safe: 1, harm: 1, reference: 1, candidate: 0 };
const TIE: Observation = { safe: 0.5, harm: 0.5, reference: 0, candidate: 0 };
const LOSS: Observation = { safe: 0, harm: 0, reference: 0, candidate: 1 };

/** A tally of error pairs at margin .1: the incumbent alone failed, both or neither, the candidate alone. */
export function errorsTally(wins: number, ties: number, losses: number): Tally {
  const tally = emptyTally(0.45);
  addPair(tally, WIN, 1, wins);
  addPair(tally, TIE, 1, ties);
  addPair(tally, LOSS, 1, losses);
  return tally;
}

export function funnel(change: Partial<FunnelState> = {}): FunnelState {
  return {
    eligible: 1000,
    sampled: 1000,
    skipped: {},
    admitted: 1000,
    published: 1000,
    dropped: {},
    stored: 1000,
    late: 0,
    scored: 1000,
    evidence: 1000,
    aside: 0,
    lost: 0,
    pending: 0,
    due: 0,
    covered: 0,
    uncovered: {},
    ...change,
  };
}

export function arm(change: Partial<ArmState> = {}): ArmState {
  return {
    streams: { _all: { errors: errorsTally(0, 1000, 0) } },
    preferences: {},
    evidenceDays: [],
    observed: {},
    judgements: [],
    labels: NO_LABELS,
    quarantine: null,
    funnel: funnel(),
    segments: {},
    hours: [],
    outcomes: [{ segment: '_none', primary: 'ok', shadow: 'ok', pairs: 1000 }],
    transitions: [],
    ...change,
  };
}

export function run(change: Partial<ExperimentInput> = {}, k = 1): RegisteredRun {
  const experiment = resolveExperiment({
    name: 'support',
    candidates: { small: { model: 'small' } },
    policy: { gates: { errors: { margin: 0.1 } } },
    ...change,
  });
  return { ...runOf(experiment), k, registeredAt: AT - 3_600_000 };
}

export function runState(change: Partial<RunState> = {}): RunState {
  return {
    run: run(),
    arms: { small: arm() },
    producers: ['p1'],
    draws: [],
    bounds: null,
    control: null,
    budget: null,
    judging: null,
    days: [],
    labelNames: new Map(),
    thresholds: [],
    firstSliceAt: AT - 3_600_000,
    closedThrough: AT - 60_000,
    open: [],
    openCount: 0,
    closedCount: { complete: 58, deadline: 0 },
    ...change,
  };
}

export function report(runs: readonly RunState[], change: Partial<LedgerSnapshot> = {}): Report {
  const snapshot: LedgerSnapshot = {
    at: AT,
    handledThrough: AT,
    runs,
    producers: [
      {
        id: 'p1',
        state: 'alive',
        startedAt: AT - 3_600_000,
        lastSeen: AT - 1000,
        lastSentAt: AT - 1000,
        contiguousSeq: 9,
        lastSeq: 9,
        watermark: AT - 2000,
      },
    ],
    rejected: { count: 0, byCode: {}, newest: [] },
    asked: [],
    misconfigured: [],
    ...change,
  };
  return { snapshot, standings: standingsOf(snapshot) };
}
