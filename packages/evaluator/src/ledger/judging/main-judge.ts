import { storedText } from '../../judge/stored.js';
import { EMPTY_HEALTH } from '../../judge/trial/judge-health.js';
import type { Query } from '../database.js';

/**
 * The state of a judge that nothing is known of. A run has one main judge: the first, who may have judged again before. What it said then is no
 * evidence: it was said before the trial, and of pairs that were not drawn. What was paid for it is remembered.
 */
export async function insertJudge(query: Query, run: string, judge: string, main: boolean): Promise<void> {
  const nothing = storedText(EMPTY_HEALTH);
  await query(
    'insert into understudy.judge_state (run, judge, main, health) values ($1, $2, $3, $4::json) on conflict do nothing',
    [run, judge, main, nothing],
  );
  if (!main) return;
  const { count } = await query(
    `update understudy.judge_state set main = true, health = $3::json, vigil = null, unfit = null
     where run = $1 and judge = $2 and not main and not exists (select from understudy.judge_state where run = $1 and main)`,
    [run, judge, nothing],
  );
  // A statement of its own: it sees what somebody has taken who held the row of the state until then.
  if (count > 0) await query('delete from understudy.judgements where run = $1 and judge = $2', [run, judge]);
}

/** Gives the pairs that were drawn before anybody could name the judge to the run's main judge, whatever there is of them by its name. */
export async function nameDrawn(query: Query, run: string, main: string, now: number): Promise<void> {
  await query(
    `with drawn as (delete from understudy.judgements where run = $1 and judge = '' returning *)
     insert into understudy.judgements (pair, judge, run, arm, slice, segment, pi, status, score, detail, drawn_at, settled_at, due, deadline)
     select pair, $2, run, arm, slice, segment, pi, status, score, detail, drawn_at, settled_at, $3, deadline from drawn order by pair
     on conflict (pair, judge) do update set pi = excluded.pi, status = excluded.status, score = excluded.score, detail = excluded.detail,
       said = null, drawn_at = excluded.drawn_at, settled_at = excluded.settled_at, due = excluded.due, deadline = excluded.deadline`,
    [run, main, now],
  );
}
