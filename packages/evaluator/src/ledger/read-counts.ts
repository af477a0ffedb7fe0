import type { Outcome } from '../tally/facts.js';
import type { Query } from './database.js';
import { AHEAD_MS } from './insert-pairs.js';

/** Where a number belongs. */
export interface Place {
  readonly run: string;
  readonly arm: string;
  readonly segment: string;
}

export interface CountRow extends Place {
  readonly eligible: number;
  readonly sampled: number;
  readonly admitted: number;
  readonly published: number;
  readonly due: number;
  readonly lost: number;
  readonly pending: number;
}

/**
 * The producers' words beside the stored rows, key by key: one producer's surplus (its last count was lost with it) must not
 * hide what another lost. What is stored or dropped was admitted, whatever the last count says.
 */
export async function selectCounts(query: Query, now: number): Promise<readonly CountRow[]> {
  const { rows } = await query<CountRow>(
    `select run, arm, segment, sum(eligible)::bigint as eligible, sum(sampled)::bigint as sampled,
       sum(admitted)::bigint as admitted, sum(published)::bigint as published,
       sum(case when due then admitted else 0 end)::bigint as due,
       sum(case when due then admitted - dropped - stored else 0 end)::bigint as lost,
       sum(case when due then 0 else admitted - dropped - stored end)::bigint as pending
     from (
       select run, arm, segment, coalesce(eligible, 0) as eligible, coalesce(sampled, 0) as sampled,
         greatest(coalesce(admitted, 0), coalesce(dropped_total, 0) + coalesce(stored, 0)) as admitted,
         coalesce(published, 0) as published, coalesce(dropped_total, 0) as dropped, coalesce(stored, 0) as stored,
         (slice + 1) * slice_ms + deadline_ms <= $1 or slice * slice_ms > $2 as due
       from understudy.slice_counts
       full join (select run, slice, producer, segment, arm, pi, sum(pairs)::bigint as stored from understudy.pair_counts
         group by run, slice, producer, segment, arm, pi) s
       using (run, slice, producer, segment, arm, pi)
       join understudy.runs using (run)
     ) each
     group by run, arm, segment`,
    [now, now + AHEAD_MS],
  );
  return rows;
}

export interface ReasonRow extends Place {
  readonly kind: 'skipped' | 'dropped';
  readonly reason: string;
  readonly legs: number;
}

export async function selectReasons(query: Query): Promise<readonly ReasonRow[]> {
  const { rows } = await query<ReasonRow>(
    `select run, arm, segment, 'skipped' as kind, key as reason, sum(value::bigint)::bigint as legs
     from understudy.slice_counts, json_each_text(skipped) group by run, arm, segment, key
     union all
     select run, arm, segment, 'dropped' as kind, key as reason, sum(value::bigint)::bigint as legs
     from understudy.slice_counts, json_each_text(dropped) group by run, arm, segment, key`,
  );
  return rows;
}

export interface StoredRow extends Place {
  readonly primary: Outcome['status'];
  readonly shadow: Outcome['status'];
  readonly pairs: number;
  readonly late: number;
}

export async function selectStored(query: Query): Promise<readonly StoredRow[]> {
  const { rows } = await query<StoredRow>(
    `select run, arm, segment, primary_status as "primary", shadow_status as shadow, sum(pairs)::bigint as pairs,
       sum(case when late then pairs else 0 end)::bigint as late
     from understudy.pair_counts group by run, arm, segment, primary_status, shadow_status
     order by run, arm, segment, primary_status, shadow_status`,
  );
  return rows;
}

export async function selectEvidence(query: Query): Promise<readonly (Place & { readonly pairs: number })[]> {
  const { rows } = await query<Place & { pairs: number }>(
    'select run, arm, segment, count(*) as pairs from understudy.clusters group by run, arm, segment',
  );
  return rows;
}

export async function selectAside(
  query: Query,
): Promise<readonly { readonly run: string; readonly arm: string; readonly legs: number }[]> {
  const { rows } = await query<{ run: string; arm: string; legs: number }>(
    `select run, arm, sum(legs)::bigint as legs from understudy.rejected
     where run is not null and arm is not null and legs is not null group by run, arm`,
  );
  return rows;
}
