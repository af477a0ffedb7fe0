import type { RunId } from '@understudy/instrumentation/trial';
import { readHealth, readVigil, storedText } from '../../judge/stored.js';
import { fitnessOf, type HealthLimits } from '../../judge/trial/fitness.js';
import type { AbstainReason } from '../../judge/judgement.js';
import type { JudgeHealth } from '../../judge/trial/judge-health.js';
import { mergeHealth } from '../../judge/trial/merge-health.js';
import { boundModels } from '../../judge/trial/model-change.js';
import { foundBy, keptVigil, NEW_VIGIL } from '../../judge/trial/vigil.js';
import type { Query } from '../database.js';
import type { JudgeState } from './judging-ledger.js';

interface Row {
  readonly run: string;
  readonly judge: string;
  readonly main: boolean;
  readonly health: string;
  readonly sensitivity: number | null;
  readonly unfit: string | null;
  readonly waitsFor: string | null;
  readonly sources: number | null;
  readonly vigil: string | null;
  readonly failed: JudgeState['failed'];
}

const COLUMNS =
  'run, judge, main, health::text as health, sensitivity, unfit, waits_for as "waitsFor", sources, vigil::text as vigil, failed';
const SELECT = `select ${COLUMNS} from understudy.judge_state`;

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

function stateOf({ run, health, vigil: _, ...row }: Row): JudgeState {
  return { ...row, run: run as RunId, health: readHealth(health) };
}

/**
 * Adds what is new to a judge's health; a reason why it is unfit stays. The row is locked until the end of the transaction, so that canaries
 * beside pairs have one order.
 */
export async function addHealth(
  query: Query,
  { run, judge }: Pick<JudgeState, 'run' | 'judge'>,
  fresh: JudgeHealth,
  limits: HealthLimits,
): Promise<void> {
  const { rows } = await query<Row>(`${SELECT} where run = $1 and judge = $2 for update`, [run, judge]);
  const [row] = rows;
  if (row === undefined) return;
  const health = boundModels(mergeHealth(readHealth(row.health), fresh));
  const before = row.vigil === null ? NEW_VIGIL : readVigil(row.vigil);
  const vigil = keptVigil(before, fresh, row.sensitivity, limits);
  const reasons = new Set([...fitnessOf(health, limits).reasons, ...foundBy(vigil, limits)]);
  await query(
    `update understudy.judge_state set health = $3::json, vigil = $4::json, unfit = coalesce(unfit, $5)
     where run = $1 and judge = $2`,
    [run, judge, storedText(health), storedText(vigil), reasons.size === 0 ? null : [...reasons].join(', ')],
  );
}

export async function finishTrial(
  query: Query,
  state: Pick<JudgeState, 'run' | 'judge' | 'health' | 'unfit'> & { readonly sensitivity: number },
): Promise<boolean> {
  const { run, judge, health, sensitivity, unfit } = state;
  const { count } = await query(
    `update understudy.judge_state set health = $3::json, sensitivity = $4, unfit = coalesce(unfit, $5), waits_for = null, failed = '{}'
     where run = $1 and judge = $2 and sensitivity is null`,
    [run, judge, storedText(health), sensitivity, unfit],
  );
  return count === 1;
}

/** The answers that the canaries of a trial are made of: as many as it began with, whoever begins it again. */
export async function beginTrial(
  query: Query,
  { run, judge }: Pick<JudgeState, 'run' | 'judge'>,
  sources: number,
): Promise<void> {
  await query(
    `update understudy.judge_state set sources = coalesce(sources, $3), waits_for = null where run = $1 and judge = $2`,
    [run, judge, sources],
  );
}

export async function failCanaries(
  query: Query,
  { run, judge }: Pick<JudgeState, 'run' | 'judge'>,
  failures: Readonly<Record<string, AbstainReason>>,
): Promise<void> {
  await query(
    `update understudy.judge_state as s set failed = s.failed || coalesce((
       select jsonb_object_agg(name, coalesce(s.failed -> name, '[]') || to_jsonb(reason))
       from unnest($3::text[], $4::text[]) as t (name, reason)), '{}')
     where run = $1 and judge = $2`,
    [run, judge, Object.keys(failures), Object.values(failures)],
  );
}

/** Nothing of this judge in this run is tried or asked before `until`. `why`: what a trial waits for. */
export async function holdJudge(
  query: Query,
  { run, judge }: Pick<JudgeState, 'run' | 'judge'>,
  until: number,
  why: string | null,
): Promise<void> {
  await query(
    `update understudy.judge_state set held_until = greatest(held_until, $3), waits_for = coalesce($4, waits_for)
     where run = $1 and judge = $2`,
    [run, judge, Math.ceil(until), why],
  );
}

/** For good. */
export async function disqualify(
  query: Query,
  { run, judge }: Pick<JudgeState, 'run' | 'judge'>,
  reason: string,
): Promise<void> {
  await query(`update understudy.judge_state set unfit = coalesce(unfit, $3) where run = $1 and judge = $2`, [
    run,
    judge,
    reason,
  ]);
}

/** What keeps an experiment's judges from being asked, as their purse said, or one of them, as its endpoint did. */
const NOT_HELD = `left join understudy.judge_pace p on p.experiment = r.experiment and p.span = 'held' and p.starts = 0
  where s.main and s.unfit is null and s.held_until <= $1 and coalesce(p.used, 0) <= $1`;

/** Main judges that have stood their trial and are not held back, with the pairs each evaluator may judge at once. */
export async function selectTried(query: Query, now: number): Promise<readonly ReadyJudge[]> {
  const { rows } = await query<ReadyJudge>(
    `select s.run, s.judge, (b.data -> 'judging' ->> 'concurrency')::integer as concurrency
     from understudy.judge_state s join understudy.runs r using (run) left join understudy.bounds b using (run)
     ${NOT_HELD} and s.sensitivity is not null and r.retired_at is null order by r.registered_at, s.run`,
    [now],
  );
  return rows;
}

export interface ReadyJudge extends Pick<JudgeState, 'run' | 'judge'> {
  readonly concurrency: number | null;
}

/**
 * Main judges to be tried that are not held back. Not those of a run that another one has followed and of which nothing waits to be judged: it
 * was abandoned before there were answers enough, and would be looked at for ever.
 */
export async function selectUntried(query: Query, now: number): Promise<readonly Pick<JudgeState, 'run' | 'judge'>[]> {
  const { rows } = await query<{ run: RunId; judge: string }>(
    `select s.run, s.judge from understudy.judge_state s join understudy.runs r using (run)
     ${NOT_HELD} and s.sensitivity is null and r.retired_at is null and (
       not exists (select from understudy.runs n where n.experiment = r.experiment and n.k > r.k)
       or exists (select from understudy.judgements j where j.run = s.run and j.judge = s.judge and j.status = 'waiting'))
     order by r.registered_at, s.run`,
    [now],
  );
  return rows;
}
