import type { Query } from './database.js';
import { AHEAD_MS } from './insert-pairs.js';
import { legsOfSlices, type LegSum } from './leg-sums.js';
import { closedThrough } from './progress.js';
import type { RegisteredRun } from './record.js';

/**
 * The funnel of a run, by arm and segment: the sums of the closed slices, and what the open ones hold. Of those, what is past
 * its deadline is lost, and so is what no clock will reach while anyone waits for it. The deadline is measured on what has been
 * handled, as the closer measures it: what still lies in the queue is not lost, and nothing that was lost is found again.
 */
export async function selectLegs(
  query: Query,
  run: RegisteredRun,
  { now, handled }: { readonly now: number; readonly handled: number },
): Promise<readonly LegSum[]> {
  const { lengthMs, deadlineMs } = run.definition.slice;
  const open = legsOfSlices('run = $1 and slice > $2', '(slice + 1) * $3 + $4 <= $5 or slice * $3 > $6');
  const { rows } = await query<LegSum>(
    `select arm, segment, kind, name, sum(legs)::bigint as legs
     from (
       select arm, segment, kind, name, legs from understudy.leg_sums where run = $1
       union all
       select arm, segment, kind, name, legs from (${open}) open
     ) legs
     group by arm, segment, kind, name having sum(legs) <> 0 order by arm, segment, kind, name`,
    [run.id, await closedThrough(query, run.id), lengthMs, deadlineMs, handled, now + AHEAD_MS],
  );
  return rows;
}
