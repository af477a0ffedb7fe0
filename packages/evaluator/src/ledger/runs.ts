import { canonicalJson, type Run, type RunDefinition } from '@understudy/instrumentation/experiment';
import { AA_ARM, type RunId } from '@understudy/instrumentation/trial';
import type { Database, Query } from './database.js';
import type { RegisteredRun } from './record.js';
import { storable } from './text.js';

interface RunRow {
  readonly run: string;
  readonly experiment: string;
  readonly definition: RunDefinition;
  readonly k: number;
  readonly registered_at: number;
}

const REGISTRATIONS = 20;

/** Registers a run as the next one of its experiment. Two evaluators that do it at once get one number. */
export async function registerRun(database: Database, run: Run, now: number): Promise<RegisteredRun> {
  const { lengthMs, deadlineMs } = run.definition.slice;
  const values = [run.id, storable(run.experiment), canonicalJson(run.definition), lengthMs, deadlineMs, now];
  for (let attempt = 1; ; attempt += 1) {
    const registered = await database.transaction(async (query) => {
      const known = await selectRun(query, run.id);
      if (known !== null) return known;
      await query(
        `insert into understudy.runs (run, experiment, definition, slice_ms, deadline_ms, registered_at, k)
         select $1, $2, $3::json, $4, $5, $6, coalesce(max(k), 0) + 1 from understudy.runs where experiment = $2
         on conflict do nothing`,
        values,
      );
      const inserted = await selectRun(query, run.id);
      if (inserted === null) return null;
      await query(
        `insert into understudy.closed (run, metric, through) values ($1, 'evidence', -1) on conflict do nothing`,
        [run.id],
      );
      return inserted;
    });
    if (registered !== null) return registered;
    // Another run of the experiment took the number meanwhile.
    if (attempt >= REGISTRATIONS) throw new Error(`run ${run.id} of ${run.experiment} could not be numbered`);
  }
}

export async function selectRun(query: Query, run: RunId): Promise<RegisteredRun | null> {
  const { rows } = await query<RunRow>(`${SELECT} where run = $1`, [run]);
  return rows[0] === undefined ? null : toRun(rows[0]);
}

/** All runs in order of registration. */
export async function selectRuns(query: Query): Promise<readonly RegisteredRun[]> {
  const { rows } = await query<RunRow>(`${SELECT} ${IN_ORDER}`);
  return rows.map(toRun);
}

/** Those of experiments that are not done with. */
export async function selectShownRuns(query: Query): Promise<readonly RegisteredRun[]> {
  const { rows } = await query<RunRow>(`${SELECT} where retired_at is null ${IN_ORDER}`);
  return rows.map(toRun);
}

/**
 * Leaves all runs of an experiment out of what is shown, or shows them again; gives how many runs that are. All that is stored of them stays, their
 * verdicts and their numbers too: what comes later is the next run, with as much of the level as is left to it.
 *
 * @param at Epoch ms; null: shown again.
 */
export async function retireRuns(query: Query, experiment: string, at: number | null): Promise<number> {
  const { count } = await query(
    'update understudy.runs set retired_at = $2 where experiment = $1 and (retired_at is null) = ($2::bigint is not null)',
    [storable(experiment), at],
  );
  return count;
}

/** What a service compares for is shown, with all runs of the experiment: one of them alone would stand as its only one. */
export async function showRuns(query: Query, runs: readonly string[]): Promise<void> {
  if (runs.length === 0) return;
  await query(
    `update understudy.runs set retired_at = null
     where retired_at is not null and experiment in (select experiment from understudy.runs where run = any($1::text[]))`,
    [runs],
  );
}

/** The arms a run's definition declares. */
export function armsOf(run: Pick<Run, 'definition'>): readonly string[] {
  return [...Object.keys(run.definition.candidates), AA_ARM];
}

const IN_ORDER = 'order by registered_at, experiment, k';
const SELECT = 'select run, experiment, definition, k, registered_at from understudy.runs';

function toRun(row: RunRow): RegisteredRun {
  return {
    id: row.run as RunId,
    experiment: row.experiment,
    definition: row.definition,
    k: row.k,
    registeredAt: row.registered_at,
  };
}
