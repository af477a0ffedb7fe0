import type { Standing } from '../../decide/standing.js';
import type { Report } from '../../emit/ledger-metrics.js';
import type { NewPair } from '../../dev/new-pairs.js';
import type { Received, Signal } from '../../dev/otlp-receiver.js';

/** Where OTLP is taken, and what came of it. */
export interface OtlpState {
  readonly url: string;
  /** Null: it is counted, and that is all. */
  readonly passedTo: string | null;
  readonly received: Readonly<Record<Signal, Received>>;
  /** Why the target did not take the last request; null: it did. */
  readonly trouble: string | null;
}

/** Where the candidates of the newest runs stand; none before the first look. */
export function currentOf({ report }: Pick<DevState, 'report'>): readonly Standing[] {
  return (report?.standings ?? []).filter((standing) => standing.current);
}

/** Everything `understudy dev` knows at one moment. */
export interface DevState {
  /** The path of the configuration. */
  readonly source: string;
  /** Where the queue is, without credentials. */
  readonly store: string;
  /** Where `/api/verdict` is answered; null: nowhere. */
  readonly url: string | null;
  readonly otlp: OtlpState | { readonly off: string };
  /** The last look; null: none yet. */
  readonly report: Report | null;
  /** The newest call last. */
  readonly pairs: readonly NewPair[];
  /** What went wrong last, or null. */
  readonly trouble: string | null;
  /** Texts may be shown, where there are some. */
  readonly content: boolean;
}
