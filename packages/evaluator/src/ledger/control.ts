import { type Bounds, type Control, readControl } from '@understudy/instrumentation/experiment';
import type { Query } from './database.js';

/**
 * Stores a run's bounds, as a service that started at `startedAt` (epoch ms) has them: those of the youngest stay. By its own clock, which may be
 * ahead: none is younger than `now`.
 */
export async function noteBounds(
  query: Query,
  {
    run,
    bounds,
    startedAt,
    now,
  }: { readonly run: string; readonly bounds: Bounds; readonly startedAt: number; readonly now: number },
): Promise<void> {
  await query(
    `insert into understudy.bounds (run, announced_at, data) values ($1, $2, $3::json)
     on conflict (run) do update set announced_at = excluded.announced_at, data = excluded.data
     where understudy.bounds.announced_at <= excluded.announced_at or understudy.bounds.announced_at > $4`,
    [run, Math.floor(Math.min(startedAt, now)), JSON.stringify(bounds), Math.floor(now)],
  );
}

/** Stores what the queue's store says people have set. */
export async function noteControl(query: Query, experiment: string, control: Control): Promise<void> {
  await query(
    `insert into understudy.controls (experiment, data) values ($1, $2::json)
     on conflict (experiment) do update set data = excluded.data`,
    [experiment, JSON.stringify(control)],
  );
}

/** By run. */
export async function selectBounds(query: Query): Promise<ReadonlyMap<string, Bounds>> {
  const { rows } = await query<{ run: string; data: Bounds }>('select run, data from understudy.bounds');
  return new Map(rows.map(({ run, data }) => [run, data]));
}

/** By experiment. */
export async function selectControls(query: Query): Promise<ReadonlyMap<string, Control>> {
  const { rows } = await query<{ experiment: string; data: unknown }>(
    'select experiment, data from understudy.controls',
  );
  return new Map(
    rows.flatMap(({ experiment, data }) => {
      const control = readControl(data);
      return control === null ? [] : [[experiment, control] as const];
    }),
  );
}
