import type { JudgedPair } from './judged-pair.js';
import type { FailureKind, ModelUsage } from './model-client.js';
import type { Order } from './prompt.js';
import type { Verdict } from './reply.js';

/** Who is better, in our words. */
export type Outcome = 'primary' | 'shadow' | 'tie';

/** Why there is no judgement. An abstention is missing evidence, never a tie. */
export type AbstainReason =
  | FailureKind
  /** No object of the shape asked for, or two that contradict each other. */
  | 'unparseable'
  /** Stopped at the cap, twice. */
  | 'truncated'
  /** Withheld by the provider's filter. */
  | 'filtered'
  /** Token mode, and no probabilities came. */
  | 'no_probabilities'
  /** Of a jury, too few gave a judgement. */
  | 'no_quorum'
  /** A guard kept the pair from the judge. */
  | 'quarantined'
  /** There are no texts to compare. */
  | 'no_text';

/** One order of one pair: what was asked and what came of it. */
export interface OrderResult {
  readonly order: Order;
  /** The verdict by position, or null for an abstention. */
  readonly verdict: Verdict | null;
  /** In [0,1]; 0 for an abstention. */
  readonly confidence: number;
  /** Of the shadow over the primary, in [0,1]. In token mode from probabilities, otherwise 0, .5 or 1. Null for an abstention. */
  readonly preference: number | null;
  readonly reasoning: string;
  readonly reason: AbstainReason | null;
  /** For people: what the failure said of itself. */
  readonly detail: string;
  /** The provider's finish reason of the last reply. */
  readonly finishReason: string | null;
  /** The model that wrote the last reply, as it names itself. */
  readonly model?: string;
  /** Replies that stopped at the cap, and replies that could not be read, those that were asked for again included. */
  readonly truncated: number;
  readonly unparseable: number;
  /** Calls made for it: 0 where it was remembered. */
  readonly calls: number;
  readonly usage: ModelUsage | null;
  readonly retryAfterMs: number | null;
  /** The last call failed, and nothing was charged for it. */
  readonly unbilled?: true;
}

interface Common {
  /** The judge's hash: rubric, model and settings. */
  readonly judge: string;
  /** Of the last judge asked, both where both were asked; none for an exact match. */
  readonly orders: readonly OrderResult[];
  readonly cut: readonly (keyof JudgedPair)[];
  /** Over all judges and orders. */
  readonly calls: number;
  readonly usage: ModelUsage;
  /** Of a jury or a cascade, what each judge said, in the order they were asked. */
  readonly members: readonly Judgement[];
}

export type Judgement =
  | (Common & {
      readonly status: 'judged';
      readonly outcome: Outcome;
      /** f of the statistics: 1 where the shadow is better, 0 where the primary is, 0.5 for a tie. */
      readonly score: 0 | 0.5 | 1;
      /** `exact`: without a call. `agreed`: both orders say so. `disagreed`: they do not, so it is a tie. `majority`: of a jury. */
      readonly how: 'exact' | 'agreed' | 'disagreed' | 'majority';
      /** In [0,1]: the smaller of the two orders'; 0 where they disagree; of a jury, the share of the votes. */
      readonly confidence: number;
      /** Of the shadow over the primary, in [0,1]: the mean of the orders or judges. */
      readonly preference: number;
    })
  | (Common & {
      readonly status: 'abstained';
      readonly reason: AbstainReason;
      readonly detail: string;
      /** Whether the same job may succeed later: put it back with a delay, and store the abstention only when tries are used up. */
      readonly retryable: boolean;
      readonly retryAfterMs: number | null;
    });

/** The score of an outcome, for the shadow. */
export function scoreOf(outcome: Outcome): 0 | 0.5 | 1 {
  return outcome === 'shadow' ? 1 : outcome === 'primary' ? 0 : 0.5;
}

/** Failures that say nothing of whether the call was charged for. */
const PERHAPS_PAID: ReadonlySet<AbstainReason | null> = new Set(['timeout', 'server', 'network', 'garbage']);

/** Calls that may have been paid for and brought nothing, and that would be made again: of all members. */
export function paidInVain({ orders, members }: Pick<Judgement, 'orders' | 'members'>): number {
  if (members.length > 0) return members.reduce((sum, member) => sum + paidInVain(member), 0);
  return orders.filter(({ reason, unbilled }) => PERHAPS_PAID.has(reason) && unbilled !== true).length;
}

export const NO_USAGE: ModelUsage = { inputTokens: 0, outputTokens: 0 };

/** The sum of usages; an unknown one adds nothing. */
export function usageOf(parts: readonly { readonly usage: ModelUsage | null }[]): ModelUsage {
  return parts.reduce<ModelUsage>(
    (sum, { usage }) => ({
      inputTokens: sum.inputTokens + (usage?.inputTokens ?? 0),
      outputTokens: sum.outputTokens + (usage?.outputTokens ?? 0),
    }),
    NO_USAGE,
  );
}
