import type { Misconfiguration } from '@understudy/instrumentation/trial';
import type { GateName } from '../tally/gate-settings.js';

/** The states of a verdict; an earlier one outranks the later ones. */
export const STATES = ['invalid', 'no_go', 'hold', 'go_provisional', 'go'] as const;
export type State = (typeof STATES)[number];

/** Why a verdict is `hold`. */
export type HoldReason =
  | 'insufficient'
  | 'inconclusive'
  | 'expired'
  | 'stale'
  | 'lossy'
  | 'coverage'
  | 'drift'
  | 'segment'
  | 'degrading'
  | 'insensitive'
  | 'judge_insensitive'
  | 'quarantined'
  | 'unpriced'
  | 'over_limit'
  | 'exploratory';

/**
 * `provisional`: the judge says so, and people have not, or not enough. `harm`: a guardrail is broken. `noise_harm`: the incumbent asked again looks harmful, so the comparison is biased.
 * `sample_ratio`: what was drawn is not what was declared.
 */
export type Reason = HoldReason | 'harm' | 'noise_harm' | 'sample_ratio' | 'provisional' | 'safe';

/** What is known of one run at one look. JSON: no bigint, no NaN, no infinity. */
export interface Verdict {
  readonly v: 1;
  readonly state: State;
  readonly reason: Reason;
  /** One sentence for a person, with the numbers that decide. */
  readonly sentence: string;
  /** The level of every test of this run, alpha / (C k (k + 1)). */
  readonly level: number;
  /** Pairs of evidence in the overall stream. */
  readonly pairs: number;
  /** Pairs of the overall stream still needed, as a range; null where no number can be given. */
  readonly remaining: Range | null;
  /** How long they may take at the rate so far, in milliseconds. Only where pairs are all that is missing, and the rate is known. */
  readonly timeLeftMs?: Range;
  /** Every reason to hold that applies, the one that is stated first. Also given where the state is not `hold`. */
  readonly holds: readonly Hold[];
  /** The overall stream first, then the critical segments. */
  readonly streams: readonly StreamVerdict[];
  readonly gates: readonly GateVerdict[];
  /** Segments that are not critical and do worse, as far as this look goes: each is in doubt until it is no more on the list. */
  readonly badSegments: readonly BadSegment[];
  /** Others that would stop the run if they alone had been asked about: said, and no reason to hold. The worst first. */
  readonly suspectSegments: readonly BadSegment[];
  /** Since when the candidate does worse, though all its evidence may not say so; null: since no day that can be told. */
  readonly degrading: Degrading | null;
  /** What services or the evaluator have lately seen to be set up wrong for this run; empty: nothing. It decides nothing. */
  readonly setup: readonly SetupFault[];
  /** To be stored: it holds from now on, until a new run. Null where nothing new happened. */
  readonly transition: Transition | null;
}

/** Something that is set up wrong, and what ends it. */
export interface SetupFault {
  readonly cause: Misconfiguration;
  /** What was seen last, in a few words and with nothing secret: a service's own, to be escaped where it is shown. */
  readonly found: string;
  readonly fix: string;
}

export interface Hold {
  readonly reason: HoldReason;
  readonly sentence: string;
}

/** A range of pairs. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** All gates of a stream together. Natural logarithms of e-values. */
export interface StreamVerdict {
  readonly stream: string;
  /** `provisional`: every gate is passed, some of them by the word of a judge alone. */
  readonly state: 'safe' | 'provisional' | 'harm' | 'open';
  /** The smallest over the gates: every one must be passed. */
  readonly safeLogE: number;
  /** Of the mean over the gates, valid however they depend on each other. */
  readonly harmLogE: number;
}

/** A segment that looks harmed among all that a run may have, the worst first. */
export interface BadSegment {
  readonly stream: string;
  /** Natural logarithm of the mean of its gates' e-values. */
  readonly harmLogE: number;
  /** The gate that is worst in it. */
  readonly gate: GateVerdict;
}

/** A day from which on the candidate does worse. */
export interface Degrading {
  /** Of the run, from 1. */
  readonly day: number;
  /** The same as a date (UTC), such as 2026-11-21. */
  readonly since: string;
  /** Natural logarithm of the mean of the gates' e-values, over the evidence since then. */
  readonly harmLogE: number;
  /** The gate that is worst since then. */
  readonly gate: GateVerdict;
}

/**
 * - `safe`: its claim is made now. `harm`: it alone stops the run. `open`: neither.
 * - `insensitive`: the scorer cannot tell answers apart. `waiting`: its threshold is not frozen yet. `empty`: no pair yet.
 * - Of the win rate: `provisional`: passed by the word of the judge alone. `judge_insensitive`: the judge sees too little, or is unfit.
 *   `waiting`: for what the judge's canaries say of it, or for labels.
 */
export type GateState =
  | 'safe'
  | 'provisional'
  | 'harm'
  | 'open'
  | 'insensitive'
  | 'judge_insensitive'
  | 'waiting'
  | 'empty';

/** One gate in one stream. */
export interface GateVerdict {
  readonly gate: GateName;
  readonly stream: string;
  readonly state: GateState;
  /** Pairs of evidence, the missing ones included. */
  readonly pairs: number;
  readonly missing: number;
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  /**
   * The incumbent's and the candidate's level over the known pairs: failure rate, agreement, share of slow calls, of refusals, of valid answers; of
   * cost and tokens US dollars and tokens a call, none counted above the most one may take.
   */
  readonly reference: number | null;
  readonly candidate: number | null;
  /** As the policy has it: a difference of levels, or a ratio of latencies or totals. */
  readonly margin: number;
  /** T of a latency gate, in milliseconds. */
  readonly thresholdMs: number | null;
  /** Natural logarithms of the e-values. */
  readonly safeLogE: number;
  readonly harmLogE: number;
  /** Pairs this gate still needs to be passed; null where passed, or where the data do not favour it. */
  readonly remaining: Range | null;
  /** Of a gate with a fixed floor only: what `reference` is, too. */
  readonly floor?: number;
  /** Of cost and tokens only: the most one call may take, and the shadows that took more; of cost, pairs without a price, by whose. */
  readonly mostPerCall?: number;
  readonly over?: number;
  readonly unpriced?: { readonly incumbent: number; readonly candidate: number };
  /** Of refusals and validity only: shadows that gave no answer, which count as refused and as not valid. */
  readonly failed?: number;
  /** Of validity only: McNemar's exact test that both are valid equally often, two-sided, for one look. */
  readonly mcNemarP?: number;
  /** Of the win rate only. */
  readonly winRate?: WinRateShown;
}

/** What a win rate is to be read beside. */
export interface WinRateShown {
  /** J, as frozen; null before that. */
  readonly sensitivity: number | null;
  /** Why the judge may not decide; null: it may. */
  readonly unfit: string | null;
  /** What its trial waits for, in words; null where it waits for nothing. */
  readonly waitsFor: string | null;
  /** Of a replay only: what it lacks, in words, where the gate is `waiting`. */
  readonly awaits?: string;
  /** Canaries beside pairs that are still to come before the judge's word alone is anything. */
  readonly unproven: number;
  /** Of the evidence: pairs offered to people and answered, and Cohen's kappa between them and the judge. Null: nobody is asked. */
  readonly labels: { readonly offered: number; readonly answered: number; readonly kappa: number | null } | null;
}

/** A rejection that stays: evidence that comes later does not take it back. */
export interface Transition {
  readonly state: 'no_go' | 'invalid';
  /** Of `invalid`, what the verdict's reason is. Absent: `noise_harm`. */
  readonly reason?: 'noise_harm' | 'sample_ratio';
  readonly stream: string;
  readonly sentence: string;
  /** Pairs of evidence in the overall stream at that look. */
  readonly pairs: number;
}
