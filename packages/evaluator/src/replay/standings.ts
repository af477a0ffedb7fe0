import { AA_ARM, SEGMENT_ALL } from '@understudy/instrumentation/trial';
import { otherSegments } from '../decide/bad-segments.js';
import { decide, type DecideInput } from '../decide/decide.js';
import { hoursHealth, segmentsHealth } from '../decide/coverage-classes.js';
import type { Health } from '../decide/health.js';
import { criticalOf } from '../decide/policy.js';
import type { Standing } from '../decide/standing.js';
import { withSuccess } from '../decide/success.js';
import type { Verdict } from '../decide/verdict.js';
import type { JudgeStanding } from '../decide/win-rate-verdict.js';
import { EMPTY_HEALTH } from '../judge/trial/judge-health.js';
import { unprovenOf } from '../judge/trial/vigil.js';
import { evidenceDaysOf } from '../ledger/evidence-days.js';
import { NO_LABELS } from '../ledger/judging-state.js';
import type { RegisteredRun } from '../ledger/record.js';
import type { ArmState, EvidenceDay } from '../ledger/snapshot.js';
import { type ArmTotals, totalsOf } from '../ledger/totals.js';
import { winRateOf } from '../ledger/win-rate-settings.js';
import { gatesOf } from '../tally/gates.js';
import { awaitedOf } from './awaited.js';
import type { Closed } from './close.js';
import { withDrawnLabels } from './drawn-labels.js';
import { whyNoPair } from './no-pair.js';
import type { ReplaySettings } from './settings.js';
import { own } from '../tally/own.js';

/** One candidate, as the verdict on it is printed, and each of its segments as if it were alone. */
export interface Replayed {
  readonly standing: Standing;
  readonly segments: Readonly<Record<string, Verdict>>;
}

/** What is known of the lines beside what is in their trials. */
export interface Reading {
  /** The run the pairs name. */
  readonly run: string;
  /** Lines that cannot be read. */
  readonly unreadable: number;
  /** Arms in them that the policy's experiment does not have. */
  readonly otherArms: readonly string[];
  /** Arms of which some line has a judgement, and a person's answer. */
  readonly judged: ReadonlySet<string>;
  readonly labelled: ReadonlySet<string>;
}

/** Nothing is said of calls that were refused before admission: coverage is not tested, and holds nothing up. */
const NOT_TESTED: Health['coverage'] = { admitted: 1, skipped: 0, share: 1 };

const NOTHING: ArmTotals = { streams: {}, preferences: {}, observed: {} };

/** The verdict on every candidate, by the same tests as in production. Pure. */
export function replayedStandings(
  settings: ReplaySettings,
  { totals, days, thresholds, counts }: Closed,
  reading: Reading,
): readonly Replayed[] {
  const { definition } = settings.run;
  const sums = totalsOf(totals);
  const byDay = evidenceDaysOf(days);
  const found = counts.arms().filter((arm) => arm !== AA_ARM);
  const arms = settings.named ? Object.keys(definition.candidates) : found;
  const run = { ...settings.run, k: 1, registeredAt: 0 } as RegisteredRun;
  const labels = winRateOf(definition)?.labels ?? null;
  const totalsOfArm = (arm: string): ArmTotals => {
    const own = sums.get(arm) ?? NOTHING;
    return labels === null ? own : { ...own, preferences: withDrawnLabels(own.preferences, labels.rate) };
  };
  const stateOf = (arm: string): ArmState => {
    const own = totalsOfArm(arm);
    return {
      ...own,
      evidenceDays: (byDay.get(arm) ?? []).map((day) => withLabelsOf(own.preferences, day)),
      judgements: [],
      labels: NO_LABELS,
      quarantine: null,
      funnel: counts.funnel(arm),
      segments: Object.fromEntries(counts.segments(arm).map((segment) => [segment, counts.funnel(arm, segment)])),
      hours: counts.hours(arm),
      outcomes: counts.outcomes(arm),
      transitions: [],
    };
  };
  const noise = counts.arms().includes(AA_ARM) ? stateOf(AA_ARM) : null;
  const noPair = (arm: string, segment?: string): string =>
    whyNoPair({
      arm,
      funnel: counts.funnel(arm, segment),
      gates: gatesOf(definition.policy.gates),
      noise: noise !== null,
      winRate: winRateOf(definition) !== null,
      otherArms: reading.otherArms,
    });
  return arms.map((arm) => {
    const state = stateOf(arm);
    const input: DecideInput = {
      policy: {
        ...definition.policy,
        critical: definition.segments.critical,
        maxSegments: definition.segments.max,
      },
      run: { k: run.k, candidates: Math.max(1, arms.length) },
      streams: state.streams,
      preferences: state.preferences,
      judge: judgeOf(settings, reading, arm),
      evidenceDays: state.evidenceDays,
      noise: noise?.streams[SEGMENT_ALL] ?? {},
      thresholds,
      health: healthOf(state, settings, reading),
      noPair: noPair(arm),
      transitions: [],
    };
    const shown = { labelNames: new Map<number, string>(), days: [], expired: false, spent: false };
    const verdict = decide(input);
    const segments = counts
      .segments(arm)
      .map(
        (segment) => [segment, decide({ ...alone(input, segment, verdict), noPair: noPair(arm, segment) })] as const,
      );
    return {
      standing: {
        run,
        arm,
        current: true,
        state,
        noise,
        verdict: withSuccess(verdict, definition.policy.success, state.observed[SEGMENT_ALL]?.counters),
        ...shown,
      },
      segments: Object.fromEntries(segments),
    };
  });
}

/** Labels that are no evidence in the whole are none of a day. */
function withLabelsOf(preferences: ArmTotals['preferences'], day: EvidenceDay): EvidenceDay {
  const { preference } = day;
  if (preference === null || (preferences[SEGMENT_ALL]?.labelled ?? null) !== null) return day;
  return { ...day, preference: { ...preference, labelled: null } };
}

/**
 * A segment as the overall stream of a run without any. Harm is said of it where it is said in the verdict on the run: of a critical one
 * where it would stop the run, of any other where it is on the list of e-BH, which is where its e-value reaches K / (level x their number).
 */
function alone(input: DecideInput, segment: string, { badSegments }: Verdict): DecideInput {
  const critical = criticalOf(input.policy);
  const harmTests = critical.includes(segment)
    ? 1 + critical.length
    : otherSegments(input.policy) / Math.max(1, badSegments.length);
  const of = <Value>(streams: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> => {
    const stream = own(streams, segment);
    return stream === undefined ? {} : { [SEGMENT_ALL]: stream };
  };
  return {
    ...input,
    harmTests,
    policy: { ...input.policy, critical: [] },
    streams: of(input.streams),
    preferences: of(input.preferences),
    noise: {},
    evidenceDays: [],
    thresholds: input.thresholds
      .filter(({ stream }) => stream === segment)
      .map((threshold) => ({ ...threshold, stream: SEGMENT_ALL })),
  };
}

/**
 * A pair names its run, and a run's id is the hash of its policy: pairs of another run than the policy's are older than it, so that it
 * may have been made for them. A line that cannot be read holds nobody knows how many legs.
 */
function healthOf(state: ArmState, settings: ReplaySettings, reading: Reading): Health {
  const { funnel, outcomes } = state;
  const pairs = (status?: 'error' | 'aborted'): number =>
    outcomes.reduce((sum, one) => sum + (status === undefined || one.primary === status ? one.pairs : 0), 0);
  return {
    coverage: NOT_TESTED,
    losses: reading.unreadable > 0 ? null : { admitted: funnel.admitted, lost: funnel.lost },
    unreadable: reading.unreadable,
    segments: segmentsHealth(state, settings.run.definition.segments.critical).map((one) => ({
      ...one,
      coverage: null,
    })),
    hours: hoursHealth(state).map((one) => ({ ...one, coverage: null })),
    draws: [],
    drift: null,
    primaries: { calls: pairs(), failed: pairs('error'), aborted: pairs('aborted') },
    stale: null,
    expired: false,
    exploratory: reading.run !== settings.run.id && !settings.declared,
    quarantine: null,
  };
}

/** No canary is in the lines: the judge's word alone makes nothing provisional. */
function judgeOf(
  { run, sensitivity }: ReplaySettings,
  { judged, labelled }: Reading,
  arm: string,
): JudgeStanding | null {
  const winRate = winRateOf(run.definition);
  if (winRate === null) return null;
  const { margin, labels } = winRate;
  return {
    margin,
    sensitivity,
    unfit: null,
    waitsFor: null,
    awaits: awaitedOf({
      judged: judged.has(arm),
      labelled: labelled.has(arm),
      sensitivity,
      asksPeople: labels !== null,
    }),
    unproven: unprovenOf(EMPTY_HEALTH),
    labelled: labels !== null,
  };
}
