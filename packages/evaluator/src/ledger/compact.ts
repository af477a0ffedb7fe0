import { measuredAt } from './completeness.js';
import type { Database, Query } from './database.js';
import { forgetDraws } from './draws.js';
import { LeaseLost } from './errors.js';
import { fence } from './lease.js';
import type { CloseOptions, RegisteredRun } from './ledger.js';
import { addLegs, selectClosedLegs } from './leg-sums.js';
import { closedThrough } from './progress.js';
import { selectRuns } from './runs.js';

/**
 * How long after its deadline, and after its last change, what a slice was closed from is kept: longer than producers send a
 * count again, and than a batch waits for its turn.
 */
const KEPT_MS = 3_600_000;
const KEPT_SLICES = 20;
/** Rows removed in one transaction, about; and transactions in one go: there may be more to remove after them. */
const ROWS_AT_ONCE = 5_000;
const STEPS = 4;

/** The counts of one producer in one slice. */
interface Group {
  readonly slice: number;
  readonly producer: string;
  readonly rows: number;
}

/**
 * Removes what closed slices were made from, once it is old: counts, and tallies of single slices. Their sums stay, so that
 * nothing anybody reads changes. Step by step, each in a transaction that holds the lease. Gives the number of rows removed.
 */
export async function compact(database: Database, options: CloseOptions): Promise<number> {
  let removed = 0;
  try {
    for (const run of await selectRuns(database.query)) {
      const last = await lastOld(database.query, run, options);
      removed += await compactCounts(database, run, last, options);
      for (const table of ['tallies', 'slices'] as const) {
        removed += await removeOld(database, table, run, last, options);
      }
      await mergeSilent(database, run, options);
    }
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
  }
  return removed;
}

/** What had not changed since, was handled by then. */
function keptSince({ now, queue }: CloseOptions, keptMs = KEPT_MS): number {
  return measuredAt(now, queue) - keptMs;
}

/** The last slice whose counts may go. */
async function lastOld(query: Query, run: RegisteredRun, options: CloseOptions): Promise<number> {
  const { lengthMs, deadlineMs } = run.definition.slice;
  const since = keptSince(options, Math.max(KEPT_MS, KEPT_SLICES * lengthMs));
  const last = Math.floor((since - deadlineMs) / lengthMs) - 1;
  return Math.min(last, await closedThrough(query, run.id));
}

async function compactCounts(
  database: Database,
  run: RegisteredRun,
  last: number,
  options: CloseOptions,
): Promise<number> {
  let removed = 0;
  const groups = await selectOld(database.query, run.id, last, keptSince(options));
  for (const chunk of chunksOf(groups)) {
    removed += await database.transaction((query) => removeCounts(query, run.id, chunk, options));
  }
  return removed;
}

/** Counts that have not changed for long, by slice and producer, the oldest first. */
async function selectOld(query: Query, run: string, last: number, since: number): Promise<readonly Group[]> {
  const { rows } = await query<Group>(
    `select slice, producer, count(*) as rows
     from (
       select slice, producer, stored_at from understudy.slice_counts where run = $1 and slice <= $2
       union all
       select slice, producer, stored_at from understudy.pair_counts where run = $1 and slice <= $2
     ) counted
     group by slice, producer having max(stored_at) <= $3 order by slice, producer limit $4`,
    [run, last, since, STEPS * ROWS_AT_ONCE],
  );
  return rows;
}

function chunksOf(groups: readonly Group[]): readonly (readonly Group[])[] {
  const chunks: Group[][] = [];
  let rows = ROWS_AT_ONCE;
  for (const group of groups) {
    if (rows >= ROWS_AT_ONCE) {
      if (chunks.length === STEPS) break;
      chunks.push([]);
      rows = 0;
    }
    chunks.at(-1)?.push(group);
    rows += group.rows;
  }
  return chunks;
}

/**
 * Removes counts, and keeps apart how many legs were lost in them: one that comes after all is taken from these. The run's row
 * is locked against batches that are being stored; what changed since the counts were chosen is left for later.
 */
async function removeCounts(
  query: Query,
  run: string,
  groups: readonly Group[],
  options: CloseOptions,
): Promise<number> {
  await fence(query, options.holder, options.now);
  await closedThrough(query, run, 'for update');
  const slices = groups.map(({ slice }) => slice);
  const producers = groups.map(({ producer }) => producer);
  const { count: changed } = await query(
    `select 1 from understudy.slice_counts join unnest($2::bigint[], $3::text[]) as t (slice, producer) using (slice, producer)
     where run = $1 and stored_at > $4
     union all
     select 1 from understudy.pair_counts join unnest($2::bigint[], $3::text[]) as t (slice, producer) using (slice, producer)
     where run = $1 and stored_at > $4 limit 1`,
    [run, slices, producers, keptSince(options)],
  );
  if (changed > 0) return 0;
  for (const [producer, own] of Map.groupBy(groups, (group) => group.producer)) {
    const legs = await selectClosedLegs(
      query,
      run,
      own.map(({ slice }) => slice),
      producer,
    );
    const lost = legs.filter(({ kind }) => kind === 'lost');
    await addLegs(
      query,
      run,
      lost.flatMap((one) => [
        { ...one, legs: -one.legs },
        { ...one, kind: 'gone' },
      ]),
    );
  }
  let removed = 0;
  for (const table of ['slice_counts', 'pair_counts'] as const) {
    const { count } = await query(
      `delete from understudy.${table} c using unnest($2::bigint[], $3::text[]) as t (slice, producer)
       where c.run = $1 and c.slice = t.slice and c.producer = t.producer`,
      [run, slices, producers],
    );
    removed += count;
  }
  await query(
    `update understudy.producer_runs r set compacted = greatest(r.compacted, t.slice)
     from (select producer, max(slice) as slice from unnest($2::bigint[], $3::text[]) as t (slice, producer) group by producer) t
     where r.run = $1 and r.producer = t.producer`,
    [run, slices, producers],
  );
  return removed;
}

/** Removes rows that only say how a sum came about. */
async function removeOld(
  database: Database,
  table: 'tallies' | 'slices',
  run: RegisteredRun,
  last: number,
  { holder, now }: CloseOptions,
): Promise<number> {
  const old = await database.query(`select 1 from understudy.${table} where run = $1 and slice <= $2 limit 1`, [
    run.id,
    last,
  ]);
  let removed = 0;
  for (let step = 0; step < STEPS && old.count > 0; step += 1) {
    const count = await database.transaction(async (query) => {
      await fence(query, holder, now);
      const result = await query(
        `delete from understudy.${table} where ctid = any(array(
           select ctid from understudy.${table} where run = $1 and slice <= $2 order by slice limit $3))`,
        [run.id, last, ROWS_AT_ONCE],
      );
      return result.count;
    });
    removed += count;
    if (count < ROWS_AT_ONCE) break;
  }
  return removed;
}

/** Puts the sums of producers that have been silent for long together: services come and go, and leave as many names. */
async function mergeSilent(database: Database, run: RegisteredRun, options: CloseOptions): Promise<void> {
  const silent = `run = $1 and producer in (
    select producer from understudy.producers where greatest(last_seen, $2) <= $3)`;
  const values = [run.id, options.queue.connectedSince, keptSince(options)];
  const { count } = await database.query(
    `select 1 from understudy.producer_runs where ${silent} and not merged
     union all select 1 from understudy.draws where ${silent} limit 1`,
    values,
  );
  if (count === 0) return;
  await database.transaction(async (query) => {
    await fence(query, options.holder, options.now);
    await closedThrough(query, run.id, 'for update');
    const { rows } = await query<{ producer: string }>(
      `update understudy.producer_runs set merged = true where ${silent} and not merged returning producer`,
      values,
    );
    const producers = rows.map(({ producer }) => producer);
    await forgetDraws(query, silent, values);
    await query(
      `with merged as (delete from understudy.leg_sums where run = $1 and producer = any($2::text[]) returning *)
       insert into understudy.leg_sums as sums (run, producer, arm, segment, kind, name, legs)
       select run, '', arm, segment, kind, name, sum(legs)::bigint from merged
       group by run, arm, segment, kind, name having sum(legs) <> 0
       on conflict (run, arm, segment, kind, name, producer) do update set legs = sums.legs + excluded.legs`,
      [run.id, producers],
    );
  });
}
