/** What a service is told. */
export interface HostileOrder {
  readonly provider: string;
  /** Base URL of the candidate; null: the service runs without us. */
  readonly candidate: string | null;
  readonly queue: string;
  readonly perSecond: number;
  readonly warmUpMs: number;
  readonly ms: number;
  readonly timeoutMs: number;
}

/** One leg, as its span says it. */
export interface LegSeen {
  /** `error.type`, or `ok`. */
  readonly type: string;
  readonly ms: number;
}

/** What a service has noticed. */
export interface HostileReport {
  readonly calls: number;
  /** Of them, those whose answer is the provider's. */
  readonly right: number;
  /** Exceptions and rejections that nobody has handled. */
  readonly failures: number;
  readonly legs: readonly LegSeen[];
  /** Legs without an end. */
  readonly open: number;
  /** All that it has connected to: `host:port`. */
  readonly hosts: readonly string[];
  /** The most it had, in bytes. */
  readonly rss: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}
