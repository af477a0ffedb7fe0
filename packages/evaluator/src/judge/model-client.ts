import type { Prompt } from './prompt.js';

/** A model that can be asked. Written by hand for anything that is neither of the two protocols in `client/`. */
export interface ModelClient {
  readonly identity: ModelIdentity;
  /** Never rejects where it can help it: what went wrong is a reply, too. A rejection counts as `network`. */
  ask(question: ModelQuestion, options?: { readonly signal?: AbortSignal }): Promise<ModelReply>;
}

export interface ModelIdentity {
  /** Host of the endpoint, or a word for it. */
  readonly provider: string;
  readonly model: string;
}

export interface ModelQuestion extends Prompt {
  /** The most it may write, in tokens. */
  readonly maxTokens: number;
  /** What it is to write: JSON of this schema, or null for one token whose probabilities are wanted. */
  readonly schema: Readonly<Record<string, unknown>> | null;
}

export type ModelReply =
  | {
      readonly status: 'ok';
      readonly text: string;
      readonly finish: Finish;
      /** The provider's own word. */
      readonly finishReason: string | null;
      /** As the provider names it, which may be more exact than what was asked for. */
      readonly model: string | null;
      readonly usage: ModelUsage | null;
      /** Of the first token, where they were asked for and given. */
      readonly tokens?: readonly TokenProbability[];
    }
  | ModelFailure;

export interface ModelFailure {
  readonly status: 'failed';
  readonly kind: FailureKind;
  /** For people; never holds a key, nor a text that was sent. */
  readonly detail: string;
  /** HTTP's, where there was an answer. */
  readonly code: number | null;
  /** What the provider asked to wait, in milliseconds. */
  readonly retryAfterMs: number | null;
  /** Nothing was charged for it. */
  readonly unbilled?: true;
}

/** `stop`: of its own accord; `length`: at the cap; `filter`: withheld by the provider. */
export type Finish = 'stop' | 'length' | 'filter' | 'other';

/**
 * `rate_limited`: 429. `overloaded`: 503, 529. `timeout`: no answer in time, 408, 504, 524. `server`: other 5xx. `unauthorized`: 401, 403.
 * `refused`: other 4xx. `redirect`: 3xx, never followed. `garbage`: 2xx with a body that is no answer. `unreached`: no connection was made;
 * `network`: it broke off. `cancelled`: by the caller. `unpaid`: not asked, since no money or no turn was left for it.
 */
export type FailureKind =
  | 'rate_limited'
  | 'overloaded'
  | 'server'
  | 'unauthorized'
  | 'refused'
  | 'redirect'
  | 'timeout'
  | 'unreached'
  | 'network'
  | 'garbage'
  | 'cancelled'
  | 'unpaid';

export interface ModelUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface TokenProbability {
  readonly token: string;
  /** Natural logarithm. */
  readonly logProbability: number;
}

/** Whether asking the same again later can help. */
export function canRetry(kind: FailureKind): boolean {
  return kind !== 'unauthorized' && kind !== 'refused' && kind !== 'redirect';
}
