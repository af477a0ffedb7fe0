/** Which calls are drawn. None of it is part of a run: each pair carries the probability it was drawn with. */
export interface Sample {
  /** Probability of a call that no rule names. */
  readonly rate: number;
  /** What is drawn: whole traces, or whole keys (conversations, users), so that the calls of a key are all in or all out. */
  readonly by: 'trace' | 'key';
  /** The attribute of the service's active span that holds the key; a call without it is drawn by its trace. */
  readonly key: string | null;
  /** The first rule that a call meets gives its probability. */
  readonly rules: readonly SampleRule[];
  /** A candidate gets no further call of a cluster key of which this process has admitted one: it could not be evidence. */
  readonly oncePerCluster: boolean;
  /** Sampled calls a second that a process aims at, or null: the probabilities are halved until the last seconds' calls would have kept to it. */
  readonly perSecond: number | null;
}

/** A call meets a rule if it meets all that the rule names. `*` stands for any characters in `model` and `value`. */
export interface SampleRule {
  /** The model of the primary's request. */
  readonly model?: string;
  /** The call's segment. */
  readonly segment?: string;
  /** The attribute of the service's active span that has the `value`. */
  readonly attribute?: string;
  /** The header of the request to the model that has the `value`. Never one of a credential. */
  readonly header?: string;
  readonly value?: string;
  readonly rate: number;
}

/** Epoch ms: calls that start at `from` or later and before `until` are compared, others are not. */
export interface Window {
  readonly from: number;
  readonly until: number;
}

/** A window as people write it. Times are ISO 8601 with an offset, e.g. `2026-11-21T00:00:00Z`. */
export interface WindowInput {
  readonly from: string;
  /** Either this or `until`. */
  readonly days?: number;
  readonly until?: string;
  /** Longer than this is taken for a mistake. */
  readonly maxDays?: number;
}
