import type { JudgeHealth } from '../judge/trial/judge-health.js';
import type { Vouching } from '../judge/trial/vouching.js';
import type { Tally } from '../tally/tally.js';
import type { WinRate } from '../tally/win-rate.js';

/** What is known of a run's judge, and how far its word is evidence. */
export interface JudgingState {
  /** Its hash; null before the first pair was drawn for it. */
  readonly judge: string | null;
  readonly health: JudgeHealth;
  /** J, frozen before its first judgement; null before. */
  readonly sensitivity: number | null;
  /** Why it may not decide any more; null: it may. */
  readonly unfit: string | null;
  /** What its trial waits for, in words; null where it does not. */
  readonly waitsFor: string | null;
  /** Pairs it has not answered. */
  readonly waiting: number;
  /** When the first of them was drawn, in epoch ms; null, or absent, without one. */
  readonly waitingSince?: number | null;
  /** Slices whose evidence is fixed, and that wait for judgements, or for labels. */
  readonly openSlices: { readonly judgements: number; readonly labels: number };
}

/** Evidence of the win rate in one stream; null where nothing of it is closed. */
export interface PreferenceEvidence {
  /** As the judge has it, against the boundary of either claim. */
  readonly judged: { readonly safe: Tally; readonly harm: Tally } | null;
  /** Corrected by labels. */
  readonly labelled: WinRate | null;
  /** What people have said so far, of slices that still wait for others' answers, too; absent where nobody was asked. */
  readonly answers?: AnswersSoFar;
  /** How far canaries vouch for what the judge says; absent where none do. */
  readonly vouching?: Vouching;
}

/** Answers as they stand: no evidence, since who answers late is not in them yet. */
export interface AnswersSoFar {
  readonly offered: number;
  readonly answered: number;
  /** Of the answered, those the judge gave a verdict on; and the sum of label - verdict over them. */
  readonly compared: number;
  readonly difference: number;
  /** Pairs of the closed evidence with a verdict, offered or not. */
  readonly judged: number;
}

/** Evidence pairs that were drawn for the judge. `exact`: a tie without a call. */
export interface JudgementCount {
  readonly segment: string;
  readonly outcome: 'shadow' | 'primary' | 'tie' | 'abstained' | 'exact';
  readonly pairs: number;
}

/** Pairs offered to people: `offered = answered + abstained + open + expired`. */
export interface LabelState {
  readonly offered: number;
  readonly answered: number;
  /** "Cannot say": counts like no answer. */
  readonly abstained: number;
  /** Without an answer, and may still be answered. */
  readonly open: number;
  readonly expired: number;
  /** Answered pairs with a verdict: rows by label, columns by verdict, both in the order primary, tie, shadow. */
  readonly table: readonly (readonly number[])[];
}

export const NO_LABELS: LabelState = {
  offered: 0,
  answered: 0,
  abstained: 0,
  open: 0,
  expired: 0,
  table: [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ],
};

/**
 * Requests of evaluators for an experiment, each HTTP request once. `answered`: with what it took, or without; `failed`: it may have been charged for;
 * `refused`: it was not; `unpaid`: it was not sent.
 */
export interface Asked {
  readonly experiment: string;
  readonly who: 'judge' | 'embeddings';
  readonly outcome: 'answered' | 'failed' | 'refused' | 'unpaid';
  readonly calls: number;
  /** Nano-dollars; what may have been charged for counts as the most it may have cost. 0 where no price is needed. */
  readonly cost: number;
}
