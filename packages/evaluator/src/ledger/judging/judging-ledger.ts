import type { Bounds } from '@understudy/instrumentation/experiment';
import type { RunId } from '@understudy/instrumentation/trial';
import type { ArmGuard } from '../../judge/guard/arm-guard.js';
import type { JudgeMemory } from '../../judge/judge.js';
import type { AbstainReason, Judgement } from '../../judge/judgement.js';
import type { JudgeHealth } from '../../judge/trial/judge-health.js';
import type { HealthLimits } from '../../judge/trial/fitness.js';
import type { Asked } from '../judging-state.js';
import type { PairContent } from '../record.js';

/** A pair that was drawn for judging. Both its legs have an answer: what a failed one counts is known from its numbers. */
export interface DrawnPair {
  readonly pair: string;
  /** Null: the run has none yet, and whoever drew it cannot name it. It is that of the next pair whose judge is known. */
  readonly judge: string | null;
  readonly run: RunId;
  readonly arm: string;
  readonly slice: number;
  readonly segment: string;
  /** The pair's own, times the probability that it is judged. */
  readonly pi: number;
  /** `known`: equal answers, a tie without a call. `abstained`: there are no texts. */
  readonly status: 'waiting' | 'known' | 'abstained';
  /** Epoch ms: what has no judgement by then is an abstention. */
  readonly deadline: number;
}

/** What a pair's outputs look like, for the guard of its arm. */
export interface GuardedRow {
  readonly pair: string;
  readonly run: RunId;
  readonly arm: string;
  readonly segment: string;
  /** floor(start of the call / an hour). */
  readonly period: number;
  readonly state: ArmGuard;
}

/** What storing a batch has to say of judging. Only pairs that are stored now, and can be evidence, count. */
export interface BatchJudging {
  readonly drawn: readonly DrawnPair[];
  readonly guarded: readonly GuardedRow[];
}

/** A pair that waits for its judgement, given to a worker. */
export interface JudgeTask {
  readonly run: RunId;
  readonly pair: string;
  readonly judge: string;
}

/** What a worker needs of a pair to judge it. */
export interface PairToJudge {
  readonly status: 'waiting' | 'judged' | 'abstained' | 'known';
  readonly arm: string;
  readonly segment: string;
  /** Null where the pair is gone. */
  readonly call: string | null;
  readonly tries: number;
  /** Of these, how many may have been paid for in vain. */
  readonly failed: number;
  readonly deadline: number;
  /** Null: it was erased, or has grown old. */
  readonly content: PairContent | null;
}

/** Why a pair was put back, and until when (epoch ms). */
export interface PutBack {
  readonly reason: string;
  readonly due: number;
  /** It may have been paid for in vain. */
  readonly failed?: boolean;
}

/** A judgement that is final. */
export interface Settlement extends JudgeTask {
  readonly judgement: Judgement;
  /** What it tells of the judge, a canary beside it included. */
  readonly health: JudgeHealth;
  readonly limits: HealthLimits;
  readonly now: number;
}

/** A judge in a run. */
export interface JudgeState {
  readonly run: RunId;
  readonly judge: string;
  /** The run's own judge, and not one that judges again. */
  readonly main: boolean;
  readonly health: JudgeHealth;
  /** J, fixed before the first judgement; null until then. */
  readonly sensitivity: number | null;
  /** Why it may not decide; null while nothing is against it. */
  readonly unfit: string | null;
  /** What its trial waits for, in words; null where it does not. */
  readonly waitsFor: string | null;
  /** How many answers the canaries of its trial are made of; null before the trial has begun. */
  readonly sources: number | null;
  /** Of the canaries of its trial that may have been paid for in vain while the others were answered: why, each time. */
  readonly failed: Readonly<Record<string, readonly AbstainReason[]>>;
}

/** A stored primary answer, for canaries. */
export interface AnswerOfPrimary {
  readonly pair: string;
  readonly call: string;
  readonly content: PairContent;
}

export interface PairsToJudgeAgain {
  readonly run: RunId;
  readonly judge: string;
  /** Pairs after this one, in the order of their ids. */
  readonly after: string | null;
  readonly limit: number;
}

/** For how long somebody takes a pair, in epoch ms. */
export interface Taking {
  readonly now: number;
  readonly until: number;
  /** Until when they have it already. */
  readonly held?: number | null;
}

/** The part of the ledger that judging is kept in. Repeating a word changes nothing. Rejects as the ledger does. */
export interface JudgingLedger {
  /** The secret by which pairs are drawn, made at the first word of whoever is first. */
  drawKey(): Promise<string>;
  /** Whether any run has ever had a pair drawn. */
  isUsed(): Promise<boolean>;
  boundsOf(run: RunId): Promise<Bounds | null>;
  /** The hash of the run's own judge; null before its first pair. */
  mainJudge(run: RunId): Promise<string | null>;
  state(run: RunId, judge: string): Promise<JudgeState | null>;
  /** Makes the state of a judge that is not there yet. */
  addJudge(run: RunId, judge: string, options: { readonly main: boolean }): Promise<void>;
  /** The runs whose judge is not tried yet, and is not held back. None that was abandoned. */
  untried(now: number): Promise<readonly Pick<JudgeState, 'run' | 'judge'>[]>;
  /** Fixes how many answers a trial is about, once: whoever begins it again takes as many. */
  beginTrial(state: Pick<JudgeState, 'run' | 'judge'>, sources: number): Promise<void>;
  /** Counts what was paid for in vain against canaries of a trial, each by its name. */
  failCanaries(
    state: Pick<JudgeState, 'run' | 'judge'>,
    failures: Readonly<Record<string, AbstainReason>>,
  ): Promise<void>;
  /** Fixes the sensitivity, once: true where it was this time. */
  finishTrial(
    state: Pick<JudgeState, 'run' | 'judge' | 'health' | 'unfit'> & { readonly sensitivity: number },
  ): Promise<boolean>;
  /** The first pairs of a run whose primary has an answer, one a call; those of calls after `after`. */
  answers(run: RunId, limit: number, after?: string): Promise<readonly AnswerOfPrimary[]>;
  /** Takes pairs that are due; nobody else gets them within `leaseMs`. None of a judge that is untried, unfit or held back. */
  claim(options: {
    readonly now: number;
    readonly leaseMs: number;
    readonly limit: number;
  }): Promise<readonly JudgeTask[]>;
  /** Settles what has waited too long, and what waits for a judge that is unfit: abstained. Gives how many. */
  expire(now: number, limits: (run: RunId) => Promise<HealthLimits | null>): Promise<number>;
  find(task: JudgeTask): Promise<PairToJudge | null>;
  later(task: JudgeTask, back: PutBack): Promise<void>;
  /** Puts a pair back that was not asked about, until `due` (epoch ms): it counts as no try. */
  release(task: JudgeTask, due: number): Promise<void>;
  /** Nothing of an experiment is claimed or tried before `until`, by no evaluator: what a purse says of all its judges. */
  hold(run: RunId, until: number): Promise<void>;
  /** Nothing of one judge in one run is, and of no other. `why`: what its trial waits for, to be shown. */
  holdJudge(state: Pick<JudgeState, 'run' | 'judge'>, until: number, why?: string): Promise<void>;
  /** Makes a judge unfit, for good. */
  disqualify(state: Pick<JudgeState, 'run' | 'judge'>, reason: string): Promise<void>;
  /** Stores a judgement with what it tells of the judge, in one transaction. False where it was settled before. */
  settle(settlement: Settlement): Promise<boolean>;
  /** Paid orders, of texts of a pair. */
  memory(pair: string, now: () => number): JudgeMemory;
  /** Adds to what an experiment's judges have used in a minute or an hour, unless it would exceed the limit: then false. */
  use(span: JudgeSpan, amount: number, limit: number): Promise<boolean>;
  giveBack(span: JudgeSpan, amount: number): Promise<void>;
  /** Counts one request to a judge or for embeddings. For people: whoever is killed in between leaves one out. */
  noteAsked(asked: Omit<Asked, 'calls'>): Promise<void>;
  /** Pairs with two answers that this judge has not judged. */
  toJudgeAgain(wanted: PairsToJudgeAgain): Promise<readonly { readonly pair: string; readonly arm: string }[]>;
  /** Takes a pair that is judged again, or keeps it: false where another one has it, it is settled, or the judge is the run's own by now. */
  takeAgain(task: JudgeTask, taking: Taking): Promise<boolean>;
  /** Pairs on which two judges of a run have a judgement each, and those on which they say the same. */
  compare(run: RunId, judge: string, other: string): Promise<{ readonly both: number; readonly same: number }>;
  /** Wins, ties, losses and abstentions of a judge in a run, by arm. */
  outcomes(run: RunId, judge: string): Promise<readonly JudgedArm[]>;
}

export interface JudgeSpan {
  readonly experiment: string;
  readonly span: 'minute' | 'hour';
  /** Epoch ms. */
  readonly starts: number;
}

/** Of one arm: pairs by what was said of them. `losses`: the primary was preferred. */
export interface JudgedArm {
  readonly arm: string;
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  readonly abstained: number;
  readonly waiting: number;
}
