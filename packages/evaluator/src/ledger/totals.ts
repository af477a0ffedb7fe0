import type { WinRateMetric } from '../tally/close-win-rate.js';
import { decodeTally } from '../tally/codec.js';
import type { GateName } from '../tally/gate-settings.js';
import { decodeObserved, isShown, type ObservedParts, type ShownMetric } from '../tally/observed-codec.js';
import type { Tally } from '../tally/tally.js';
import { decodeWinRate } from '../tally/win-rate-codec.js';
import type { PreferenceEvidence } from './judging-state.js';
import type { ArmState } from './snapshot.js';

/** The evidence of all closed slices of an arm, by stream. */
export type ArmTotals = Pick<ArmState, 'streams' | 'preferences' | 'observed'>;

/** One sum of evidence, as it is stored. */
export interface TotalRow {
  readonly arm: string;
  readonly stream: string;
  readonly metric: GateName | WinRateMetric | ShownMetric;
  readonly bytes: Uint8Array;
}

/** Sums of evidence, read and put in their places, by arm. Pure. @throws TallyError */
export function totalsOf(rows: readonly TotalRow[]): ReadonlyMap<string, ArmTotals> {
  const totals = new Map<string, ArmTotals>();
  for (const [arm, own] of Map.groupBy(rows, (row) => row.arm)) {
    const streams = Map.groupBy(own, ({ stream }) => stream);
    // A segment may be called `__proto__`.
    totals.set(arm, {
      streams: Object.fromEntries([...streams].map(([stream, some]) => [stream, talliesOf(some)])),
      observed: Object.fromEntries(
        [...streams].flatMap(([stream, some]) =>
          some.some(({ metric }) => isShown(metric)) ? [[stream, observedOf(some)]] : [],
        ),
      ),
      preferences: Object.fromEntries(
        [...streams].flatMap(([stream, some]) => {
          const preference = preferenceOf(some);
          return preference === null ? [] : [[stream, preference]];
        }),
      ),
    });
  }
  return totals;
}

const OF_THE_WIN_RATE: ReadonlySet<string> = new Set<WinRateMetric>([
  'win_rate_judge_safe',
  'win_rate_judge_harm',
  'win_rate_labels',
]);

type Part = Pick<TotalRow, 'metric' | 'bytes'>;

/** Of one arm and stream. @throws TallyError */
export function talliesOf(rows: readonly Part[]): Readonly<Partial<Record<GateName, Tally>>> {
  const tallies = rows.filter(({ metric }) => !OF_THE_WIN_RATE.has(metric) && !isShown(metric));
  return Object.fromEntries(tallies.map(({ metric, bytes }) => [metric, decodeTally(bytes)]));
}

function observedOf(rows: readonly TotalRow[]): ObservedParts {
  return decodeObserved((metric) => rows.find((row) => row.metric === metric)?.bytes);
}

/** Of one arm and stream; null where there is none. @throws TallyError */
export function preferenceOf(rows: readonly Part[]): PreferenceEvidence | null {
  const bytes = (metric: WinRateMetric): Uint8Array | undefined => rows.find((row) => row.metric === metric)?.bytes;
  const [safe, harm] = [bytes('win_rate_judge_safe'), bytes('win_rate_judge_harm')];
  const labelled = bytes('win_rate_labels');
  if (safe === undefined && labelled === undefined) return null;
  return {
    judged: safe === undefined || harm === undefined ? null : { safe: decodeTally(safe), harm: decodeTally(harm) },
    labelled: labelled === undefined ? null : decodeWinRate(labelled),
  };
}
