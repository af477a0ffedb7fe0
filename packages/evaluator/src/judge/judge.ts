import type { TextLimits } from './cut.js';
import type { JudgedPair } from './judged-pair.js';
import type { Judgement, OrderResult } from './judgement.js';
import type { ModelIdentity } from './model-client.js';

/** Whatever compares the two answers of a pair: one model, a jury, a cascade. On trial as the whole that it is. */
export interface Judge {
  /** For people and metrics: `helpfulness by gpt-5`. */
  readonly name: string;
  /** 16 hex digits of all that decides: rubric, models, mode, caps. Another hash is another judge. */
  readonly hash: string;
  /** The models it asks, for who may judge whom. */
  readonly models: readonly ModelIdentity[];
  /** How much of each text its models are shown at most. */
  readonly limits: TextLimits;
  /** The most calls and tokens one pair can cost: to be reserved before. */
  readonly most: JudgeCost;
  /** Never rejects: what cannot be judged is an abstention. */
  judge(pair: JudgedPair, context?: JudgeContext): Promise<Judgement>;
}

export interface JudgeCost {
  readonly calls: number;
  /** In UTF-16 code units of prompt: a provider's tokens are known only afterwards. At most one token a unit of most scripts. */
  readonly inputLength: number;
  readonly outputTokens: number;
}

/** What is around a judgement; all of it may be left out. */
export interface JudgeContext {
  readonly signal?: AbortSignal;
  /** Paid results of single orders, so that a job that is delivered again pays nothing twice. */
  readonly memory?: JudgeMemory;
  /** Asks the judge about equal answers, too. For canaries only. */
  readonly askAboutEqual?: boolean;
  /** What of equal texts makes another question, which is asked anew. For canaries: what was seen once says nothing of what is seen now. */
  readonly question?: string;
}

/** A store of paid results by key (64 hex digits). It may forget and may fail: then the call is made again. */
export interface JudgeMemory {
  get(key: string): Promise<OrderResult | null>;
  set(key: string, result: OrderResult): Promise<void>;
}
