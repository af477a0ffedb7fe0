import type { Bounds, BudgetState, Control } from '@understudy/instrumentation/experiment';
import type { Misconfiguration } from '@understudy/instrumentation/trial';
import type { Distribution } from '../tally/distribution.js';
import type { Outcome } from '../tally/facts.js';
import type { GateName } from '../tally/gate-settings.js';
import type { ObservedParts } from '../tally/observed-codec.js';
import type { Tally } from '../tally/tally.js';
import type { Threshold } from '../tally/latencies.js';
import type { Asked, JudgementCount, JudgingState, LabelState, PreferenceEvidence } from './judging-state.js';
import type { CloseReason, RegisteredRun, StoredTransition } from './record.js';

/** The ledger at one point in time. */
export interface LedgerSnapshot {
  readonly at: number;
  /** What was put on the queue before this time, in epoch ms, has been handled. */
  readonly handledThrough: number;
  /** In order of registration. */
  readonly runs: readonly RunState[];
  readonly producers: readonly ProducerState[];
  readonly rejected: RejectedState;
  /** What was seen of how services and evaluators are set up. */
  readonly misconfigured: readonly MisconfiguredState[];
  /** What evaluators asked models for. */
  readonly asked: readonly Asked[];
}

export interface RunState {
  readonly run: RegisteredRun;
  /** By arm: every candidate, and `aa`. */
  readonly arms: Readonly<Record<string, ArmState>>;
  /** The producers that have named it. */
  readonly producers: readonly string[];
  /** What they drew, those excepted that have long been silent. */
  readonly draws: readonly ProducerDraws[];
  /** What bounds its shadowing, as the youngest of them has it; null where none has said. */
  readonly bounds: Bounds | null;
  /** What people have set for its experiment, as the evaluator last saw it; null: nothing, ever. */
  readonly control: Control | null;
  /** What its experiment may cost and has cost, as the evaluator last saw it; null: no service has a budget for it. */
  readonly budget: BudgetState | null;
  /** Its judge; null: it has none. */
  readonly judging: JudgingState | null;
  /** What the primaries of the evidence look like, by day: the last one and those it is held against. Of segments only where it is shown or matters. */
  readonly days: readonly AnswerDay[];
  /** Labels of answers in words, by their hashes, as far as they are kept and can be read. */
  readonly labelNames: ReadonlyMap<number, string>;
  /** Frozen so far; the arms share them, since they are of the primary. */
  readonly thresholds: readonly Threshold[];
  /** Start of the first slice with calls, and end of the last closed one, in epoch ms; null without one. */
  readonly firstSliceAt: number | null;
  readonly closedThrough: number | null;
  /** Slices not closed yet, the oldest first, at most {@link OPEN_SLICES_SHOWN}. */
  readonly open: readonly OpenSlice[];
  readonly openCount: number;
  readonly closedCount: Readonly<Record<CloseReason, number>>;
}

/** Primaries of a stream on a day (epoch days). */
export interface AnswerDay {
  readonly stream: string;
  readonly day: number;
  readonly answers: Distribution;
}

/** The evidence of a candidate in the overall stream on a day (epoch days). */
export interface EvidenceDay {
  readonly day: number;
  readonly gates: Readonly<Partial<Record<GateName, Tally>>>;
  /** Null where nothing of the win rate is closed. */
  readonly preference: PreferenceEvidence | null;
}

export interface ArmState {
  /** Evidence of the closed slices, by stream (`_all` and each segment), then by gate. */
  readonly streams: Readonly<Record<string, Readonly<Partial<Record<GateName, Tally>>>>>;
  /** The same of the win rate, by stream; empty where it is no gate. */
  readonly preferences: Readonly<Record<string, PreferenceEvidence>>;
  /** The same of the overall stream by day, in order: the first day, and the last ones. */
  readonly evidenceDays: readonly EvidenceDay[];
  /** What the pairs of the closed slices look like, by stream: shown, never decided on. */
  readonly observed: Readonly<Record<string, ObservedParts>>;
  /** Evidence that was drawn for the judge, by what came of it. */
  readonly judgements: readonly JudgementCount[];
  readonly labels: LabelState;
  /** Why nothing of it is evidence for it: a guard found its outputs to be the same for everybody. Null: it did not. */
  readonly quarantine: string | null;
  readonly funnel: FunnelState;
  readonly segments: Readonly<Record<string, FunnelState>>;
  /** Its closed slices by the hour of the day, those with calls. */
  readonly hours: readonly HourState[];
  /** Stored pairs by what came of the primary and of the shadow. */
  readonly outcomes: readonly OutcomeCount[];
  readonly transitions: readonly StoredTransition[];
}

export interface OutcomeCount {
  readonly segment: string;
  readonly primary: Outcome['status'];
  readonly shadow: Outcome['status'];
  readonly pairs: number;
}

/** Open slices a snapshot lists per run. */
export const OPEN_SLICES_SHOWN = 5;

/**
 * Legs of one arm. `admitted = stored + dropped + aside + lost + pending`; `sampled = admitted + skipped`, in the producers'
 * words. `late` and `evidence` are parts of `stored`.
 */
export interface FunnelState {
  readonly eligible: number;
  readonly sampled: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly admitted: number;
  readonly published: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly stored: number;
  readonly late: number;
  readonly scored: number;
  readonly evidence: number;
  readonly aside: number;
  /** Admitted, neither stored nor dropped nor aside, in slices past their deadline; and in slices before it. */
  readonly lost: number;
  readonly pending: number;
  /** Of `admitted`, those in slices past their deadline: what `lost` is a share of. */
  readonly due: number;
  /**
   * Calls of the traffic that what was admitted, and what was skipped, stands for: each leg by 1 / pi, in the producers' words. One that was
   * drawn with .01 stands for a hundred.
   */
  readonly covered: number;
  readonly uncovered: Readonly<Record<string, number>>;
  /** Sums of the squares of what a call stands for: of the admitted ones under the empty name, of the others by reason. Absent: not known. */
  readonly squared?: Readonly<Record<string, number>>;
}

/** The calls of one hour of the day (0 to 23, UTC), over all days of a run: legs of one arm. */
export type HourState = { readonly hour: number } & Pick<
  FunnelState,
  'sampled' | 'admitted' | 'skipped' | 'covered' | 'uncovered' | 'squared' | 'evidence'
>;

/** What one producer drew of a run, each trace or key once. */
export interface ProducerDraws {
  readonly producer: string;
  /** It was the so-many-th to name the run, from 1. */
  readonly place: number;
  readonly counts: readonly { readonly pi: number; readonly draws: number; readonly drawn: number }[];
}

/**
 * `final`: said goodbye and every batch is here. `gone`: silent for 90 s without a goodbye; what it admitted after `lastSentAt`
 * is unknowable.
 */
export interface ProducerState {
  readonly id: string;
  readonly state: 'alive' | 'final' | 'gone';
  readonly startedAt: number;
  /** Our clock when its last batch was stored, and its clock when that was sent. */
  readonly lastSeen: number;
  readonly lastSentAt: number;
  /** The last batch up to which none is missing, and the newest one. -1 before the first. */
  readonly contiguousSeq: number;
  readonly lastSeq: number;
  /** Where every earlier batch is here: every call admitted before is published or dropped. */
  readonly watermark: number | null;
}

/** Whose process something concerns as a whole. */
export interface MisconfiguredBy {
  readonly producer: string;
  /** What was seen of it last, in a few words. */
  readonly found: string;
  /** Epoch ms. */
  readonly lastAt: number;
}

/** Something that was seen to be set up wrong, over all processes. `experiment` null: it concerns a process as a whole. */
export interface MisconfiguredState {
  readonly cause: Misconfiguration;
  readonly experiment: string | null;
  readonly count: number;
  /** What was seen last, in a few words. */
  readonly found: string;
  /** Epoch ms. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** Of which producers, the last seen first, where `experiment` is null; empty: of an evaluator, or of all who share its queue. */
  readonly by: readonly MisconfiguredBy[];
}

export interface RejectedState {
  readonly count: number;
  /** By the code of the error. */
  readonly byCode: Readonly<Record<string, number>>;
  /** At most 20. */
  readonly newest: readonly RejectedItem[];
}

export interface RejectedItem {
  readonly job: string;
  readonly code: string;
  readonly message: string;
  readonly producer: string | null;
  readonly run: string | null;
  readonly arm: string | null;
  readonly legs: number | null;
  readonly at: number;
}

export interface OpenSlice {
  readonly slice: number;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly deadlineAt: number;
  readonly stored: number;
  readonly waits: readonly Waiting[];
}

/** What an open slice waits for. */
export type Waiting =
  | { readonly for: 'end'; readonly until: number }
  | { readonly for: 'queue'; readonly handledThrough: number }
  | { readonly for: 'closer' }
  | { readonly for: 'final_count' | 'watermark'; readonly producer: string }
  | { readonly for: 'rows'; readonly producer: string; readonly stored: number; readonly published: number };
