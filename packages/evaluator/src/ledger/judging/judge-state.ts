import type { RunId } from '@understudy/instrumentation/trial';
import { readHealth, storedText } from '../../judge/stored.js';
import { fitnessOf, type HealthLimits } from '../../judge/trial/fitness.js';
import type { JudgeHealth } from '../../judge/trial/judge-health.js';
import { mergeHealth } from '../../judge/trial/merge-health.js';
import type { Query } from '../database.js';
import type { JudgeState } from './judging-ledger.js';

interface Row {
  readonly run: string;
  readonly judge: string;
  readonly main: boolean;
  readonly health: string;
  readonly sensitivity: number | null;
  readonly unfit: string | null;
}

const SELECT = 'select run, judge, main, health::text as health, sensitivity, unfit from understudy.judge_state';

export async function selectState(query: Query, run: string, judge: string): Promise<JudgeState | null> {
  const { rows } = await query<Row>(`${SELECT} where run = $1 and judge = $2`, [run, judge]);
  return rows[0] === undefined ? null : stateOf(rows[0]);
}

export async function selectMain(query: Query, run: string): Promise<string | null> {
  const { rows } = await query<{ judge: string }>('select judge from understudy.judge_state where run = $1 and main', [
    run,
  ]);
  return rows[0]?.judge ?? null;
}

function stateOf({ run, health, ...row }: Row): JudgeState {
  return { ...row, run: run as RunId, health: readHealth(health) };
}

/** Adds what is new to a judge's health; a reason why it is unfit stays. The row is locked until the end of the transaction. */
export async function addHealth(
  query: Query,
  { run, judge }: Pick<JudgeState, 'run' | 'judge'>,
  fresh: JudgeHealth,
  limits: HealthLimits,
): Promise<void> {
  const { rows } = await query<Row>(`${SELECT} where run = $1 and judge = $2 for update`, [run, judge]);
  if (rows[0] === undefined) return;
  const health = mergeHealth(readHealth(rows[0].health), fresh);
  // J is a bound at a fixed number of canaries: the trial has looked at it.
  const reasons = fitnessOf(health, limits).reasons.filter((reason) => reason !== 'insensitive');
  await query(
    'update understudy.judge_state set health = $3::json, unfit = coalesce(unfit, $4) where run = $1 and judge = $2',
    [run, judge, storedText(health), reasons.length === 0 ? null : reasons.join(', ')],
  );
}

export async function finishTrial(
  query: Query,
  state: Pick<JudgeState, 'run' | 'judge' | 'health' | 'unfit'> & { readonly sensitivity: number },
): Promise<boolean> {
  const { run, judge, health, sensitivity, unfit } = state;
  const { count } = await query(
    `update understudy.judge_state set health = $3::json, sensitivity = $4, unfit = coalesce(unfit, $5)
     where run = $1 and judge = $2 and sensitivity is null`,
    [run, judge, storedText(health), sensitivity, unfit],
  );
  return count === 1;
}

/** Main judges that are not held back, with or without a trial behind them. */
export async function selectJudges(
  query: Query,
  now: number,
  options: { readonly tried: boolean },
): Promise<readonly Pick<JudgeState, 'run' | 'judge'>[]> {
  const { rows } = await query<{ run: RunId; judge: string }>(
    `select s.run, s.judge from understudy.judge_state s join understudy.runs r using (run)
     left join understudy.judge_pace p on p.experiment = r.experiment and p.span = 'held' and p.starts = 0
     where s.main and (s.sensitivity is not null) = $2 and s.unfit is null and coalesce(p.used, 0) <= $1
     order by r.registered_at, s.run`,
    [now, options.tried],
  );
  return rows;
}
