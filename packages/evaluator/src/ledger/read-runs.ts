import { SEGMENT_ALL } from '@understudy/instrumentation/trial';
import type { WinRateMetric } from '../tally/close-win-rate.js';
import { decodeTally } from '../tally/codec.js';
import type { GateName } from '../tally/gate-settings.js';
import {
  decodeObserved,
  isShown,
  type ObservedParts,
  SHOWN_METRICS,
  type ShownMetric,
} from '../tally/observed-codec.js';
import type { Tally } from '../tally/tally.js';
import { decodeWinRate } from '../tally/win-rate-codec.js';
import { type SliceFacts, sliceTimes, waitsFor } from './completeness.js';
import type { Query } from './database.js';
import type { PreferenceEvidence } from './judging-state.js';
import type { QueueView, RegisteredRun, StoredTransition } from './record.js';
import { factsOf, openSlices, producersOf } from './progress.js';
import { type ArmState, OPEN_SLICES_SHOWN, type OpenSlice, type RunState } from './snapshot.js';

/** The evidence of all closed slices of an arm, by stream. */
type Totals = Pick<ArmState, 'streams' | 'preferences' | 'observed'>;

/** By arm. */
export async function selectTotals(
  query: Query,
  run: string,
  options: { readonly shown: boolean },
): Promise<ReadonlyMap<string, Totals>> {
  const { rows } = await query<{ arm: string; stream: string; metric: TotalRow['metric']; bytes: Buffer }>(
    `select arm, stream, metric, bytes from understudy.totals
     where run = $1 and ($2 or not (metric = any($3::text[])) or (metric = $4 and stream = $5)) order by arm, stream, metric`,
    [run, options.shown, SHOWN_METRICS, 'counters' satisfies ShownMetric, SEGMENT_ALL],
  );
  const totals = new Map<string, Totals>();
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

interface TotalRow {
  readonly metric: GateName | WinRateMetric | ShownMetric;
  readonly bytes: Buffer;
}

const OF_THE_WIN_RATE: ReadonlySet<string> = new Set<WinRateMetric>([
  'win_rate_judge_safe',
  'win_rate_judge_harm',
  'win_rate_labels',
]);

function talliesOf(rows: readonly TotalRow[]): Readonly<Partial<Record<GateName, Tally>>> {
  const tallies = rows.filter(({ metric }) => !OF_THE_WIN_RATE.has(metric) && !isShown(metric));
  return Object.fromEntries(tallies.map(({ metric, bytes }) => [metric, decodeTally(bytes)]));
}

function observedOf(rows: readonly TotalRow[]): ObservedParts {
  return decodeObserved((metric) => rows.find((row) => row.metric === metric)?.bytes);
}

function preferenceOf(rows: readonly TotalRow[]): PreferenceEvidence | null {
  const bytes = (metric: WinRateMetric): Buffer | undefined => rows.find((row) => row.metric === metric)?.bytes;
  const [safe, harm] = [bytes('win_rate_judge_safe'), bytes('win_rate_judge_harm')];
  const labelled = bytes('win_rate_labels');
  if (safe === undefined && labelled === undefined) return null;
  return {
    judged: safe === undefined || harm === undefined ? null : { safe: decodeTally(safe), harm: decodeTally(harm) },
    labelled: labelled === undefined ? null : decodeWinRate(labelled),
  };
}

export async function selectTransitions(query: Query, run: string): Promise<readonly StoredTransition[]> {
  const { rows } = await query<StoredTransition>(
    'select run, arm, state, stream, sentence, pairs, at from understudy.transitions where run = $1 order by at, arm, state',
    [run],
  );
  return rows;
}

/** How far a run is closed, and what the slices after that wait for. */
export async function readProgress(
  query: Query,
  run: RegisteredRun,
  now: number,
  queue: QueueView,
): Promise<Pick<RunState, 'firstSliceAt' | 'closedThrough' | 'open' | 'openCount' | 'closedCount'>> {
  const { lengthMs } = run.definition.slice;
  const closed = await selectClosed(query, run.id);
  const { open, openCount, firstOpen } = await readOpen(query, run, closed.through, now, queue);
  const first = Math.min(closed.first ?? Infinity, firstOpen ?? Infinity);
  return {
    firstSliceAt: Number.isFinite(first) ? first * lengthMs : null,
    closedThrough: closed.first === null ? null : (closed.through + 1) * lengthMs,
    open,
    openCount,
    closedCount: { complete: closed.complete, deadline: closed.deadline },
  };
}

interface Closed {
  readonly through: number;
  readonly first: number | null;
  readonly complete: number;
  readonly deadline: number;
}

async function selectClosed(query: Query, run: string): Promise<Closed> {
  const { rows } = await query<Closed>(
    `select through, first, complete, deadline from understudy.closed where run = $1 and metric = 'evidence'`,
    [run],
  );
  return rows[0] ?? { through: -1, first: null, complete: 0, deadline: 0 };
}

async function readOpen(
  query: Query,
  run: RegisteredRun,
  after: number,
  now: number,
  queue: QueueView,
): Promise<{ open: readonly OpenSlice[]; openCount: number; firstOpen: number | undefined }> {
  const settings = run.definition.slice;
  const all = await openSlices(query, run.id, { after, last: Number.MAX_SAFE_INTEGER, limit: 100_000 });
  const slices = all.slice(0, OPEN_SLICES_SHOWN);
  const producers = await producersOf(query, run.id);
  const facts = await factsOf(query, run.id, slices);
  const open = slices.map((slice): OpenSlice => {
    const known: ReadonlyMap<string, SliceFacts> = facts.get(slice) ?? new Map<string, SliceFacts>();
    const stored = [...known.values()].reduce((sum, one) => sum + one.stored, 0);
    return {
      slice,
      ...sliceTimes(slice, settings),
      stored,
      waits: waitsFor(slice, settings, producers, known, now, queue),
    };
  });
  return { open, openCount: all.length, firstOpen: all[0] };
}
