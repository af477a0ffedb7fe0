/** The scorers a gate may name. */
export type ScorerName =
  | 'exact_raw'
  | 'exact'
  | 'exact_json'
  | 'lexical'
  | 'edit'
  | 'chrf'
  | 'length'
  | 'structure'
  | 'json_parses'
  | 'json_valid'
  | 'json_paths'
  | 'json_values'
  | 'tool_names'
  | 'tool_arguments'
  | 'tool_exact'
  | 'tool_valid'
  | 'label'
  | 'refusal'
  | 'language'
  | 'embedding';

/** Errors, timeouts, refusals: the candidate may fail at most `margin` (absolute share of calls) more often. */
export interface RateGate {
  readonly margin: number;
}

/** Answers that keep to what was asked for may be at most `margin` (absolute share) fewer than the incumbent's. */
export interface ValidityGate {
  readonly margin: number;
  /** The only answers there are, of a classifier; without it, validity is of schemas and tool calls alone. */
  readonly labels?: readonly string[];
}

/** Length, language or structure may match the primary's at most `margin` less than the incumbent's own second answer does. */
export interface ShapeGate {
  readonly margin: number;
  /** Where the incumbent's second answer matches less than this on average, the gate says nothing and the verdict holds. */
  readonly insensitiveBelow: number;
  /** Instead of the incumbent's own match: the candidate's must be at most `margin` below this. */
  readonly floor?: number;
}

/** Agreement with the incumbent may fall at most `margin` short of the incumbent's agreement with itself. */
export interface AgreementGate {
  readonly scorer: ScorerName;
  readonly margin: number;
  /** Where the incumbent's mean agreement with itself is below this, the gate says nothing and the verdict holds. */
  readonly insensitiveBelow: number;
}

/** Of the whole answer, or of its first chunk: slower than T times `ratio` may be no commoner than slower than T was, T the incumbent's quantile. */
export interface LatencyGate {
  readonly ratio: number;
  /** T in milliseconds; without it, frozen from the first closed slices. */
  readonly thresholdMs?: number;
}

/** All calls of the candidate together may take at most `ratio` times what the incumbent's do: the totals, not a typical call. */
export interface SpendingGate {
  readonly ratio: number;
  /** The most one shadow may take: US dollars of `cost`, tokens of `tokens` (input and output). Where one takes more, the verdict holds. */
  readonly mostPerCall: number;
}

/** Judged pair by pair, the candidate may be preferred at most `margin` less often than half of the time; a tie is half a win. */
export interface WinRateGate {
  readonly margin: number;
}

export interface Gates {
  readonly errors?: RateGate;
  /** Errors by which a call ran out of time, alone. */
  readonly timeouts?: RateGate;
  readonly refusals?: RateGate;
  readonly validity?: ValidityGate;
  readonly length?: ShapeGate;
  readonly language?: ShapeGate;
  readonly structure?: ShapeGate;
  readonly agreement?: AgreementGate;
  readonly similarity?: AgreementGate;
  readonly latency_p50?: LatencyGate;
  readonly latency_p95?: LatencyGate;
  readonly latency_p99?: LatencyGate;
  readonly first_chunk_p50?: LatencyGate;
  readonly first_chunk_p95?: LatencyGate;
  readonly first_chunk_p99?: LatencyGate;
  readonly cost?: SpendingGate;
  readonly tokens?: SpendingGate;
  /** With a judge only, and always with one: `false` says that it is not to decide, and nothing is drawn for it then. */
  readonly win_rate?: WinRateGate | false;
}
