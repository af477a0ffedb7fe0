import { AA_ARM, SEGMENT_ALL } from '@understudy/instrumentation/trial';
import { EMPTY_HEALTH } from '../judge/trial/judge-health.js';
import { unprovenOf } from '../judge/trial/vigil.js';
import { measuredAt } from '../ledger/completeness.js';
import type { RegisteredRun } from '../ledger/ledger.js';
import type { ArmState, LedgerSnapshot, ProducerState, RunState } from '../ledger/snapshot.js';
import { DAY_MS } from '../tally/day.js';
import { winRateOf } from '../ledger/win-rate-settings.js';
import { coverageOf } from './coverage.js';
import { primaryDrift } from '../tally/primary-drift.js';
import { hoursHealth, segmentsHealth } from './coverage-classes.js';
import { decide } from './decide.js';
import type { Health } from './health.js';
import { idleBecause } from './idle.js';
import { setupOf, withSetup } from './setup.js';
import { withSuccess } from './success.js';
import { isExpired } from './target.js';
import { isSpent } from './used-up.js';
import { soFarOf, withTimeLeft } from './time-left.js';
import type { Verdict } from './verdict.js';
import type { JudgeStanding } from './win-rate-verdict.js';

/** Where one candidate of one run stands at one look. */
export interface Standing {
  readonly run: RegisteredRun;
  readonly arm: string;
  /** The newest run of its experiment: what metrics and alerts speak of. */
  readonly current: boolean;
  readonly state: ArmState;
  /** The A/A arm of the same run; null where none was drawn. */
  readonly noise: ArmState | null;
  readonly verdict: Verdict;
  /** What its labels are in words, and what the primaries of its run look like by day: shown, never decided on. */
  readonly labelNames: RunState['labelNames'];
  readonly days: RunState['days'];
  /** The window or the budget is over, and all of it that can be evidence is: nothing more will come. */
  readonly expired: boolean;
  /** It is the budget that is over. */
  readonly spent: boolean;
}

/** Silence of a producer after which its numbers are no longer current: several heartbeats of at most 5 s. */
const SILENT_MS = 30_000;

/** How long a slice may stay open past its deadline before the closer counts as away. */
const UNCLOSED_MS = 30_000;

/** How long what lies in the queue may be behind before the evidence is not of now. */
const BEHIND_MS = 60_000;

/** Told of a run of which nothing can be said, as its definition makes no sense. It is left out, and silences no other. */
export type OnUndecidable = (run: RegisteredRun, error: unknown) => void;

/** The verdict on every candidate of every run, from one look at the ledger. Pure but for `onUndecidable`. Order: as the runs were registered. */
export function standingsOf(snapshot: LedgerSnapshot, onUndecidable?: OnUndecidable): readonly Standing[] {
  const newest = newestRuns(snapshot);
  return snapshot.runs.flatMap((state) => {
    try {
      return standingsOfRun(state, snapshot, newest.get(state.run.experiment) === state);
    } catch (error) {
      onUndecidable?.(state.run, error);
      return [];
    }
  });
}

/** The newest run of each experiment, by number and not by time: replicas have clocks of their own. */
export function newestRuns({ runs }: Pick<LedgerSnapshot, 'runs'>): ReadonlyMap<string, RunState> {
  return new Map(runs.toSorted((a, b) => a.run.k - b.run.k).map((state) => [state.run.experiment, state]));
}

function standingsOfRun(state: RunState, snapshot: LedgerSnapshot, current: boolean): readonly Standing[] {
  const { run, arms } = state;
  return Object.entries(arms)
    .filter(([arm]) => arm !== AA_ARM)
    .map(([arm, one]) => ({
      run,
      arm,
      current,
      state: one,
      noise: arms[AA_ARM] ?? null,
      verdict: verdictOf(state, one, snapshot, current),
      labelNames: state.labelNames,
      days: state.days,
      expired: isOver(state, snapshot),
      spent: isSpent(state),
    }));
}

/** A call of long before its run has a broken clock: days are counted from the first that can be. */
function sinceRegistered(days: ArmState['evidenceDays'], { registeredAt }: RegisteredRun): ArmState['evidenceDays'] {
  const earliest = Math.floor(registeredAt / DAY_MS) - 1;
  return days.filter(({ day }) => day >= earliest);
}

function isOver(state: RunState, { at }: LedgerSnapshot): boolean {
  return isExpired(state, at) || isSpent(state);
}

function verdictOf(of: RunState, state: ArmState, snapshot: LedgerSnapshot, current: boolean): Verdict {
  const { run, arms, thresholds } = of;
  const { policy, segments, candidates } = run.definition;
  const { alpha, minPairs, minCoverage, fullDay, gates } = policy;
  const verdict = decide({
    policy: {
      alpha,
      minPairs,
      minCoverage,
      fullDay: fullDay ?? false,
      gates,
      critical: segments.critical,
      maxSegments: segments.max,
    },
    run: { k: run.k, candidates: Math.max(1, Object.keys(candidates).length) },
    streams: state.streams,
    preferences: state.preferences,
    evidenceDays: sinceRegistered(state.evidenceDays, run),
    judge: judgeOf(of),
    noise: arms[AA_ARM]?.streams[SEGMENT_ALL] ?? {},
    thresholds,
    health: {
      ...healthOf(of, state),
      ...idleBecause(of, snapshot.at),
      expired: isOver(of, snapshot),
      stale: staleness(snapshot, of),
    },
    transitions: state.transitions,
  });
  const timed = withTimeLeft(verdict, soFarOf(of, state.funnel.evidence));
  const told = withSuccess(timed, policy.success, state.observed[SEGMENT_ALL]?.counters);
  const isIdle = verdict.reason === 'expired' || state.funnel.sampled === 0;
  // What is seen now is of the definition that runs now.
  return withSetup(told, current ? setupOf(snapshot, of) : [], { at: snapshot.at, isIdle });
}

/**
 * What the ledger knows about the soundness of the evidence.
 *
 * A run's id is the hash of its policy, and each trial names its run: no policy can be younger than its pairs, so nothing
 * is ever exploratory. A late row is shown and is
 * no evidence, so it is a loss of ours like one that never came.
 */
function healthOf(of: RunState, state: ArmState): Omit<Health, 'stale' | 'expired'> {
  const { funnel, outcomes, quarantine } = state;
  const resolved = funnel.admitted - funnel.pending;
  const failed = outcomes.filter(({ primary }) => primary === 'error');
  const aborted = outcomes.filter(({ primary }) => primary === 'aborted');
  const pairs = (counts: ArmState['outcomes']): number => counts.reduce((sum, one) => sum + one.pairs, 0);
  return {
    coverage: coverageOf(funnel),
    losses: { admitted: resolved, lost: Math.max(0, resolved - (funnel.stored - funnel.late)) },
    segments: segmentsHealth(state, of.run.definition.segments.critical),
    hours: hoursHealth(state),
    draws: of.draws,
    drift: primaryDrift(of.days, { from: of.firstSliceAt, through: of.closedThrough }),
    primaries: { calls: pairs(outcomes), failed: pairs(failed), aborted: pairs(aborted) },
    exploratory: false,
    quarantine,
  };
}

/** A judge that has not been drawn for yet is one of whom nothing is known. */
function judgeOf({ run, judging }: Pick<RunState, 'run' | 'judging'>): JudgeStanding | null {
  const winRate = winRateOf(run.definition);
  if (winRate === null) return null;
  const { margin, labels } = winRate;
  const { sensitivity = null, unfit = null, waitsFor = null } = judging ?? {};
  const unproven = unprovenOf(judging?.health ?? EMPTY_HEALTH);
  return { margin, sensitivity, unfit, waitsFor, unproven, labelled: labels !== null };
}

/** Why the numbers of a run are not current; null where they are. Its own producers count: another's say nothing of it. */
function staleness({ at, handledThrough, producers, runs }: LedgerSnapshot, of: RunState): string | null {
  const oldestDeadline = of.open[0]?.deadlineAt ?? null;
  // No slice is closed before what was put on the queue by then is handled.
  if (oldestDeadline !== null && measuredAt(at, { handledThrough }) > oldestDeadline + UNCLOSED_MS) {
    return 'slices past their deadline are not closed: no evaluator is running';
  }
  if (at - handledThrough > BEHIND_MS) {
    return handledThrough === 0
      ? 'the queue has not been reached yet'
      : `what was put on the queue since ${new Date(handledThrough).toISOString()} is not handled yet`;
  }
  const own = ofRun(producers, of);
  const silent = own.filter(({ state, lastSeen }) => state === 'alive' && at - lastSeen > SILENT_MS);
  if (silent.length > 0) return `nothing was heard of ${silent.map(({ id }) => id).join(', ')} for 30 s`;
  const isServed = (run: RunState): boolean => ofRun(producers, run).some(({ state }) => state === 'alive');
  const others = runs.filter(({ run }) => run.experiment === of.run.experiment && run.id !== of.run.id);
  const other = isServed(of) ? undefined : others.find(isServed);
  if (other !== undefined) {
    const now = `the service now runs another definition of the experiment, run ${other.run.id}`;
    // A definition that comes back brings its old run with it, which was given up when this one began.
    return other.run.k < of.run.k ? `${now}, an earlier one that this run replaced: change it to start a new run` : now;
  }
  const last = own.reduce<ProducerState | null>((a, b) => (a !== null && a.lastSeen >= b.lastSeen ? a : b), null);
  if (last?.state !== 'gone') return null;
  return `the last service, ${last.id}, fell silent without a goodbye at ${new Date(last.lastSentAt).toISOString()}`;
}

function ofRun(producers: readonly ProducerState[], { producers: ids }: RunState): readonly ProducerState[] {
  const own = new Set(ids);
  return producers.filter(({ id }) => own.has(id));
}
