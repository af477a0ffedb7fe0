import type { RunId } from '@understudy/instrumentation/trial';
import type { HealthLimits } from '../../judge/trial/fitness.js';
import { EMPTY_HEALTH, type JudgeHealth } from '../../judge/trial/judge-health.js';
import type { Database, Query } from '../database.js';
import { addHealth, selectTried } from './judge-state.js';
import type { JudgeTask, PutBack } from './judging-ledger.js';

const EXPIRED_AT_ONCE = 1000;

/** Of one run at once, for each pair that it may have judged at the same time: so that one run does not fill the queue. */
const AHEAD = 16;
/** Where no service has announced its bounds. */
const CONCURRENCY = 4;

/** Takes pairs that are due, for a time: whoever takes them puts them on the queue. */
export async function claim(
  query: Query,
  { now, leaseMs, limit }: { readonly now: number; readonly leaseMs: number; readonly limit: number },
): Promise<readonly JudgeTask[]> {
  if (limit <= 0) return [];
  const ready = await selectTried(query, now);
  if (ready.length === 0) return [];
  const { rows } = await query<{ run: RunId; pair: string; judge: string }>(
    `update understudy.judgements as j set due = $1::bigint + $2::bigint
     from (select w.pair, w.judge from unnest($3::text[], $4::text[], $5::integer[]) as t (run, judge, most)
       cross join lateral (select pair, judge, due from understudy.judgements
         where run = t.run and judge = t.judge and status = 'waiting' and due <= $1 and deadline > $1
         order by due limit t.most for update skip locked) as w
       order by w.due limit $6) as d
     where j.pair = d.pair and j.judge = d.judge returning j.run, j.pair::text as pair, j.judge`,
    [
      now,
      leaseMs,
      ready.map(({ run }) => run),
      ready.map(({ judge }) => judge),
      ready.map(({ concurrency }) => AHEAD * (concurrency ?? CONCURRENCY)),
      limit,
    ],
  );
  return rows;
}

/** Puts a pair back that nobody has asked about: it is due again, and has not been tried. */
export async function release(query: Query, { pair, judge }: JudgeTask, due: number): Promise<void> {
  await query(`update understudy.judgements set due = $3 where pair = $1::uuid and judge = $2 and status = 'waiting'`, [
    pair,
    judge,
    Math.ceil(due),
  ]);
}

/** Puts a pair back. Why, is what an abstention will say where nothing better comes. */
export async function later(query: Query, { pair, judge }: JudgeTask, { reason, failed, due }: PutBack): Promise<void> {
  await query(
    `update understudy.judgements set due = $3, tries = tries + 1, failed = failed + $5::int, detail = $4::json
     where pair = $1::uuid and judge = $2 and status = 'waiting'`,
    [pair, judge, Math.ceil(due), JSON.stringify({ v: 1, reason }), Number(failed === true)],
  );
}

export async function hold(query: Query, run: RunId, until: number): Promise<void> {
  await query(
    `insert into understudy.judge_pace as p (experiment, span, starts, used)
     select experiment, 'held', 0, $2::bigint from understudy.runs where run = $1
     on conflict (experiment, span, starts) do update set used = greatest(p.used, excluded.used)`,
    [run, Math.ceil(until)],
  );
}

/** Settles what nobody will judge any more, and counts against the judge what it had been asked about in vain. */
export async function expire(
  database: Database,
  now: number,
  limitsOf: (run: RunId) => Promise<HealthLimits | null>,
): Promise<number> {
  const { query } = database;
  const { count: unfit } = await query(
    `update understudy.judgements as j set status = 'abstained', settled_at = $1, detail = '{"v":1,"reason":"unfit"}'::json
     from understudy.judge_state s
     where j.status = 'waiting' and s.run = j.run and s.judge = j.judge and s.unfit is not null`,
    [now],
  );
  const { rows: runs } = await query<{ run: RunId }>(
    `select distinct run from (select run from understudy.judgements where status = 'waiting' and deadline <= $1 limit $2) as d`,
    [now, EXPIRED_AT_ONCE],
  );
  let late = 0;
  for (const { run } of runs) {
    const limits = await limitsOf(run);
    late += await database.transaction((within) => expireOf(within, run, now, limits));
  }
  return unfit + late;
}

async function expireOf(query: Query, run: RunId, now: number, limits: HealthLimits | null): Promise<number> {
  const { rows } = await query<{ judge: string; reason: string | null; asked: boolean }>(
    `update understudy.judgements as j set status = 'abstained', settled_at = $1,
       detail = coalesce(j.detail, '{"v":1,"reason":"deadline"}'::json)
     from (select pair, judge from understudy.judgements where run = $2 and status = 'waiting' and deadline <= $1
       order by pair limit $3 for update) as d
     where j.pair = d.pair and j.judge = d.judge returning j.judge, j.detail ->> 'reason' as reason, j.tries > 0 as asked`,
    [now, run, EXPIRED_AT_ONCE],
  );
  if (limits === null) return rows.length;
  const judges = Map.groupBy(
    rows.filter(({ asked, reason }) => asked && !OURS.has(reason ?? '')),
    ({ judge }) => judge,
  );
  for (const [judge, some] of judges) await addHealth(query, { run, judge }, inVain(some), limits);
  return rows.length;
}

/** Not of the judge's making. */
const OURS: ReadonlySet<string> = new Set(['', 'unpaid', 'unready', 'unreached', 'sealed', 'cancelled']);

function inVain(rows: readonly { readonly reason: string | null }[]): JudgeHealth {
  const abstained = Object.fromEntries(
    [...Map.groupBy(rows, ({ reason }) => reason ?? '')].map(([reason, { length }]) => [reason, length]),
  );
  return { ...EMPTY_HEALTH, pairs: { ...EMPTY_HEALTH.pairs, abstained: rows.length }, abstained };
}
