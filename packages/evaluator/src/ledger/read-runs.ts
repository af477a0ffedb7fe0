import { SEGMENT_ALL } from '@understudy/instrumentation/trial';
import { SHOWN_METRICS, type ShownMetric } from '../tally/observed-codec.js';
import { type SliceFacts, sliceTimes, waitsFor } from './completeness.js';
import type { Query } from './database.js';
import type { QueueView, RegisteredRun, StoredTransition } from './record.js';
import { factsOf, openSlices, producersOf } from './progress.js';
import { OPEN_SLICES_SHOWN, type OpenSlice, type RunState } from './snapshot.js';
import { type ArmTotals, type TotalRow, totalsOf } from './totals.js';

/** By arm. */
export async function selectTotals(
  query: Query,
  run: string,
  options: { readonly shown: boolean },
): Promise<ReadonlyMap<string, ArmTotals>> {
  const { rows } = await query<TotalRow>(
    `select arm, stream, metric, bytes from understudy.totals
     where run = $1 and ($2 or not (metric = any($3::text[])) or (metric = $4 and stream = $5)) order by arm, stream, metric`,
    [run, options.shown, SHOWN_METRICS, 'counters' satisfies ShownMetric, SEGMENT_ALL],
  );
  return totalsOf(rows);
}

export async function selectTransitions(query: Query, run: string): Promise<readonly StoredTransition[]> {
  const { rows } = await query<Omit<StoredTransition, 'reason'> & { reason: StoredTransition['reason'] | null }>(
    `select run, arm, state, reason, stream, sentence, pairs, at from understudy.transitions
     where run = $1 order by at, arm, state`,
    [run],
  );
  return rows.map(({ reason, ...row }) => ({ ...row, ...(reason && { reason }) }));
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
