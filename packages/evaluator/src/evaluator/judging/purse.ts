import { type Judging, nanoUsd } from '@understudy/instrumentation/experiment';
import type { JudgeSpan, JudgingLedger } from '../../ledger/judging/judging-ledger.js';
import type { Asked } from '../../ledger/judging-state.js';
import type { SharedBudget } from './shared-budget.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** How long nothing is asked once the money is gone, or is others' for now, in milliseconds. */
const AGAIN_MS = { spent: 60_000, held: 5_000 };
/** Text has four bytes a token, digits, code and rare scripts two or more. */
const BYTES_A_TOKEN = 2;

/** What calls of the evaluator's for an experiment are paid from, and how many there may be. */
export interface Purse {
  readonly experiment: string;
  /** Who pays out of it. */
  readonly who: Asked['who'];
  readonly limits: () => Pick<Judging, 'perMinute' | 'usdPerHour'>;
  /** Null: any amount. */
  readonly budget: () => SharedBudget | null;
  readonly ledger: Pick<JudgingLedger, 'use' | 'giveBack' | 'noteAsked'>;
  readonly now: () => number;
  /** Told of a price nobody knows. */
  readonly onUnpriced: (model: string) => void;
}

/** Money and a turn for one call, or why there is none: null where nobody knows until when. */
export type Reserved =
  | {
      readonly status: 'granted';
      /** @param cost In nano-dollars; null: nobody knows, so the most it may have cost */
      settle(cost: number | null, outcome: Exclude<Asked['outcome'], 'unpaid'>): Promise<void>;
    }
  | { readonly status: 'refused'; readonly detail: string; readonly retryAfterMs: number | null };

/**
 * Reserves the most a call may cost, from the budget and the hour's money, and a turn of the minute's.
 *
 * @param mostOf The most it may cost, in nano-dollars; null where no price is known: it is not made then, where anything is counted.
 */
export async function reserve(purse: Purse, model: string, mostOf: (() => number) | null): Promise<Reserved> {
  const reserved = await reserveFrom(purse, model, mostOf);
  if (reserved.status === 'refused') await note(purse, 'unpaid', 0);
  return reserved;
}

/** What is not counted is told to nobody: the request is what matters. */
async function note({ ledger, experiment, who }: Purse, outcome: Asked['outcome'], cost: number): Promise<void> {
  await ledger.noteAsked({ experiment, who, outcome, cost }).catch(() => undefined);
}

async function reserveFrom(purse: Purse, model: string, mostOf: (() => number) | null): Promise<Reserved> {
  const { experiment, ledger, now } = purse;
  const { perMinute, usdPerHour } = purse.limits();
  const budget = purse.budget();
  const counts = budget !== null || usdPerHour !== null;
  if (counts && mostOf === null) {
    purse.onUnpriced(model);
    return refused(unpriced(model), null);
  }
  const most = counts ? (mostOf?.() ?? 0) : 0;
  const held = budget === null ? null : await budget.hold(most);
  if (budget !== null && held === null) {
    return refused('no money is left in the budget', budget.isSpent ? AGAIN_MS.spent : AGAIN_MS.held);
  }
  const at = now();
  const hour: JudgeSpan = { experiment, span: 'hour', starts: at - (at % HOUR_MS) };
  const minute: JudgeSpan = { experiment, span: 'minute', starts: at - (at % MINUTE_MS) };
  try {
    if (usdPerHour !== null && !(await ledger.use(hour, most, nanoUsd(usdPerHour)))) {
      held?.release();
      // A part of it may only be held by calls that are under way: it is given back in a moment.
      return refused("the hour's money is used up", Math.min(AGAIN_MS.spent, hour.starts + HOUR_MS - at));
    }
    if (perMinute !== null && !(await ledger.use(minute, 1, perMinute))) {
      held?.release();
      if (usdPerHour !== null) await ledger.giveBack(hour, most);
      return refused("the minute's calls are used up", minute.starts + MINUTE_MS - at);
    }
  } catch (error) {
    held?.release();
    throw error;
  }
  return {
    status: 'granted',
    async settle(cost, outcome) {
      held?.settle(cost);
      const took = counts ? believedOf(cost ?? most, most) : 0;
      if (usdPerHour !== null) await correct(ledger, hour, took - most).catch(() => undefined);
      await note(purse, outcome, took);
    },
  };
}

/** No count of a provider's is taken for more than so many times the most it may have been: one that is wrong must not stop a day's judging. */
const MOST_TIMES = 100;

function believedOf(cost: number, most: number): number {
  return Math.min(Math.ceil(cost), MOST_TIMES * Math.max(1, most));
}

/** What a call cost less is given back, at the latest by the end of the hour; what it cost more is spent, whatever is left. */
async function correct(ledger: Purse['ledger'], hour: JudgeSpan, more: number): Promise<void> {
  if (more > 0) await ledger.use(hour, more, Number.MAX_SAFE_INTEGER);
  else if (more < 0) await ledger.giveBack(hour, -more);
}

function refused(detail: string, retryAfterMs: number | null): Reserved {
  return { status: 'refused', detail, retryAfterMs };
}

/** Why a model is not asked whose price nobody knows, where what it costs is counted. */
export function unpriced(model: string): string {
  return `no price is known for ${model}`;
}

/** No text has more tokens than this. */
export function mostTokens(bytes: number): number {
  return Math.ceil(bytes / BYTES_A_TOKEN);
}
