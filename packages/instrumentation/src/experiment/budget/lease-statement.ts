import { QUEUES } from '../store.js';
import { type BudgetState, type LeaseReply, type LeaseRequest, MOST_NANO_USD } from './lease.js';
import { numberAt, paceOf, withinBounds } from './numbers.js';

const TABLE = `${QUEUES.postgresSchema}.understudy_budgets`;

/** Makes the table. The evaluator's: who asks for money never does. */
export const CREATE_BUDGETS: string = `create table if not exists ${TABLE} (
  experiment text primary key,
  allowed bigint not null,
  spent bigint not null default 0,
  least bigint not null default 0,
  pace jsonb,
  leases jsonb not null default '{}'
)`;

const CREATE_BUDGET = `insert into ${TABLE} (experiment, allowed) values ($1, $2) on conflict (experiment) do nothing`;

/**
 * One request of a lease, on PostgreSQL. A lease is `[reserved, at risk, settled, ends at, seq]`.
 *
 * One row holds an experiment, and its lock puts the requests in a row. All that is computed comes from what \`for update\` gives, which is
 * the newest version of the row, as the statement's own snapshot need not be; the clock is read behind the lock for the same reason.
 * A single statement: the clients of an embedded store share one session, and a transaction of one would be everybody's.
 * No amount and no sum of them goes past the largest, and one that is found to be larger is taken for that.
 */
const LEASE = `with
held as materialized (select * from ${TABLE} where experiment = $1 for update),
timed as materialized (select *, floor(extract(epoch from clock_timestamp()) * 1000)::bigint as at from held),
sums as (
  select timed.*, leases -> $2::text as own,
    least(${MOST_NANO_USD}, greatest($12::bigint, spent + (select coalesce(sum((value ->> 1)::numeric), 0)
      from jsonb_each(leases) where key <> $2::text and (value ->> 3)::numeric <= at))) as ended,
    least(${MOST_NANO_USD}, (select coalesce(sum((value ->> 0)::numeric), 0)
      from jsonb_each(leases) where key <> $2::text and (value ->> 3)::numeric > at)) as others,
    (select coalesce(jsonb_object_agg(key, value), '{}')
      from jsonb_each(leases) where key <> $2::text and (value ->> 3)::numeric > at) as live
  from timed
),
known as (
  select sums.*,
    least(${MOST_NANO_USD}, coalesce((own ->> 0)::numeric, 0)) as reserved_before,
    least(${MOST_NANO_USD}, coalesce((own ->> 2)::numeric, 0)) as settled_before,
    case when (own ->> 4)::numeric >= $3::bigint then 'stale'
      when own is not null or $4::boolean then 'granted' else 'lost' end as state
  from sums
),
paid as (
  select known.*, case state when 'granted' then greatest(0, $6::bigint - settled_before) else 0 end as paid from known
),
rest as (
  select paid.*, $5::bigint - ended - paid - others as free,
    least(${MOST_NANO_USD}, ended + paid + case when state = 'granted' and $11::bigint = 0 then $7::bigint else 0 end) as total
  from paid
),
shared as (
  select rest.*, case when state = 'stale' then reserved_before
    when state = 'lost' or $11::bigint = 0 then 0
    else greatest($7::bigint, least($9::bigint, free,
      greatest($7::bigint + $8::bigint, reserved_before - paid, floor(free / 2)))) end as reserved
  from rest
),
given as materialized (
  select shared.*, case when state = 'stale' then least(${MOST_NANO_USD}, (own ->> 1)::numeric)
    when state = 'lost' or $11::bigint = 0 then 0
    else greatest($7::bigint, least($10::bigint, reserved)) end as risk,
    case when $13::bigint >= 0 and coalesce((pace ->> 0)::bigint, 0) = $13::bigint
      then jsonb_build_array(at, total, $14::bigint) else pace end as next_pace,
    case when $15::bigint > 0 and (shared.least = 0 or $15::bigint < shared.least)
      then $15::bigint else shared.least end as next_least
  from shared
),
changed as (
  update ${TABLE} as budget set spent = total, allowed = $5::bigint, least = next_least, pace = next_pace,
    leases = case
      when state = 'stale' then live || jsonb_build_object($2::text, own)
      when state = 'lost' or $11::bigint = 0 then live
      else live || jsonb_build_object($2::text, jsonb_build_array(
        reserved, risk, greatest($6::bigint, settled_before), at + $11::bigint, $3::bigint)) end
  from given where budget.experiment = given.experiment
)
select case state when 'lost' then state else 'granted' end as state, reserved, risk, total as spent, others, at,
  next_least as least,
  concat_ws(' ', next_pace ->> 0, next_pace ->> 1, next_pace ->> 2) as pace
from given`;

type Row = Readonly<Record<string, unknown>>;

/** Runs one statement with its values. Unnamed, and outside of any transaction. */
export type RunStatement = (sql: string, values: readonly unknown[]) => Promise<{ readonly rows: readonly Row[] }>;

/** Makes one request of a lease on PostgreSQL, and gives its answer. */
export async function leaseOnPostgres(run: RunStatement, request: LeaseRequest): Promise<LeaseReply> {
  const { experiment, lease, seq, fresh, ttlMs, pace, ...amounts } = withinBounds(request);
  const { limit, settled, inFlight, least, smallest, reserve, atRisk, seen } = amounts;
  const money = [limit, settled, inFlight, least, reserve, atRisk, ttlMs, seen];
  const values = [experiment, lease, seq, fresh, ...money, pace?.from ?? -1, pace?.halvings ?? 0, smallest];
  let [row] = (await run(LEASE, values)).rows;
  if (row === undefined) {
    await run(CREATE_BUDGET, [experiment, limit]);
    [row] = (await run(LEASE, values)).rows;
  }
  const numbers = ['reserved', 'risk', 'spent', 'others', 'at', 'least'].map((name) => row?.[name]);
  return {
    status: row?.['state'] === 'granted' ? 'granted' : 'lost',
    reserved: numberAt(numbers, 0),
    atRisk: numberAt(numbers, 1),
    spent: numberAt(numbers, 2),
    reservedByOthers: numberAt(numbers, 3),
    now: numberAt(numbers, 4),
    pace: paceOf(row?.['pace']),
    least: numberAt(numbers, 5),
  };
}

/** Every budget a PostgreSQL holds, by experiment's name. */
export async function readBudgetsOfPostgres(run: RunStatement): Promise<readonly BudgetState[]> {
  const { rows } = await run(
    `select experiment, spent, allowed, least, coalesce((pace ->> 2)::bigint, 0) as halvings,
      (select coalesce(sum((value ->> 0)::numeric), 0) from jsonb_each(leases)) as reserved
    from ${TABLE} order by experiment collate "C"`,
    [],
  );
  return rows.map((row) => {
    const [spent, limit, least, halvings, reserved] = ['spent', 'allowed', 'least', 'halvings', 'reserved'].map(
      (name) => numberAt([row[name]], 0),
    );
    return {
      experiment: String(row['experiment']),
      spent: spent ?? 0,
      limit: limit ?? 0,
      least: least ?? 0,
      halvings: halvings ?? 0,
      reserved: reserved ?? 0,
    };
  });
}
