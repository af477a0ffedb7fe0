/** What a service of the suite is told at its start. */
export interface Told {
  /** Where it asks for its steps. */
  readonly director: string;
  /** Origin of the provider. */
  readonly provider: string;
  /** Calls are numbered from 0; after so many the numbers begin again. */
  readonly distinct: number;
  /** Characters each request has besides. */
  readonly fill?: number;
  /** Where telemetry goes, or null for none. */
  readonly collector: string | null;
  /** Null: a service without us. */
  readonly understudy: { readonly queueUrl: string; readonly experiment: unknown; readonly limits: object } | null;
}

/** What a service does next. */
export type Step =
  /** So many calls, `width` at a time. */
  | { readonly do: 'call'; readonly from: number; readonly count: number; readonly width: number }
  /** Waits until the queue has everything. */
  | { readonly do: 'flush'; readonly timeoutMs: number }
  /** Both at once: calls, so many at most, until what was there at the start is in the queue. */
  | {
      readonly do: 'call-flush';
      readonly from: number;
      readonly most: number;
      readonly width: number;
      readonly timeoutMs: number;
    }
  /** Waits until these counts add up to so many. */
  | { readonly do: 'until'; readonly counters: readonly string[]; readonly least: number; readonly timeoutMs: number }
  | { readonly do: 'end' };

/** What a service says when a step is done. Times are epoch ms, of the clock that calls are named by. */
export interface Report {
  readonly startedAt: number;
  readonly endedAt: number;
  /** One for each call, in order: of all that its caller saw. */
  readonly digests: readonly string[];
  readonly counts: Counts;
  readonly warnings: readonly string[];
  /** Bytes: of the process, and of that what JavaScript holds on to. */
  readonly rss: number;
  readonly heap: number;
}

/**
 * Counts since the start: `funnel STAGE ARM`, `dropped REASON ARM`, `failures OPERATION`, `error TYPE ARM` (of shadows' spans),
 * `exports failed`, `exports ok`.
 */
export type Counts = Readonly<Record<string, number>>;
