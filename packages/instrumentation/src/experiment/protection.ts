/** What bounds shadowing. None of it is part of a run: it decides when calls are shadowed, not what is compared. */

/** US dollars a million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
}

/** What shadows, `aa` legs and judgements of an experiment may cost together, over all processes. */
export interface Budget {
  /** US dollars, for as long as the experiment has its name. */
  readonly usd: number;
  /** By model, over what is known of providers' list prices: for models of one's own. `*` stands for any characters. */
  readonly prices: Readonly<Record<string, Price>>;
  /** The tokens an answer is taken to have at most where the request sets no limit. */
  readonly maxOutputTokens: number;
  /** Spread what is left over the rest of the experiment's window, by drawing fewer calls. */
  readonly pace: boolean;
}

/** When there is enough, and what then. */
export interface Target {
  /** Evidence pairs of every candidate. */
  readonly pairs: number;
  /** `slow`: go on at `rate`, so that the evidence stays fresh. `stop`: shadow no more. */
  readonly afterwards: 'slow' | 'stop';
  readonly rate: number;
}

/** When shadows pause since the host, or what it shares with them, is in trouble. */
export interface GovernorSettings {
  /** After the primary's provider has answered 429, 503, 529, or three 5xx in a row, and named no `retry-after`, in milliseconds. 0: never for that. */
  readonly pauseMs: number;
  /** Share of a rate limit that must be left, where both roles share a provider or a key. */
  readonly headroom: number;
  /** The longest delay of the event loop, in milliseconds. */
  readonly eventLoopMs: number;
  /** The largest share of the event loop's time in use: shadows get no more than what is left to it. 1: as much as they take. */
  readonly eventLoopShare: number;
  /** The largest share of the heap's limit in use. */
  readonly heapShare: number;
}

/** How the experiment follows what people set while it runs. */
export interface ControlSettings {
  /** Without word of the queue's store for so long, nothing is shadowed, in milliseconds. */
  readonly offAfterMs: number;
}
