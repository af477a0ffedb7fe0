import type { Telemetry } from '../load/telemetry.js';

/** Sums of our own metrics, by what tells them apart. */
export interface Counts {
  readonly funnel: Readonly<Record<string, number>>;
  /** Of both roles; primaries do not fail here. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly dropped: Readonly<Record<string, number>>;
  readonly failures: Readonly<Record<string, number>>;
  /** What the OpenTelemetry SDK said went wrong: exports, as nothing else does here. */
  readonly exports: Readonly<Record<'failed', number>>;
}

export async function countsOf(telemetry: Telemetry): Promise<Counts> {
  return {
    funnel: await telemetry.sums('understudy.funnel', 'stage'),
    outcomes: await telemetry.sums('understudy.call.duration.seconds', 'outcome'),
    dropped: await telemetry.sums('understudy.dropped', 'reason'),
    failures: await telemetry.sums('understudy.failures', 'operation'),
    exports: { failed: telemetry.errors() },
  };
}

/** What has come to them. */
export function since(before: Counts, after: Counts): Counts {
  const less = <Name extends string>(
    from: Readonly<Record<string, number>>,
    to: Readonly<Record<Name, number>>,
  ): Record<Name, number> =>
    Object.fromEntries(Object.entries<number>(to).map(([name, count]) => [name, count - (from[name] ?? 0)])) as Record<
      Name,
      number
    >;
  return {
    funnel: less(before.funnel, after.funnel),
    outcomes: less(before.outcomes, after.outcomes),
    dropped: less(before.dropped, after.dropped),
    failures: less(before.failures, after.failures),
    exports: less(before.exports, after.exports),
  };
}
