import type { Query } from './database.js';

/**
 * One number of a funnel. `kind` is a field of it; `name` is the reason of what was skipped or dropped, and the outcomes of the
 * primary and of the shadow, with a space between, of what was stored. `gone`: lost in a slice whose counts were compacted.
 * `judged`: of the evidence that was drawn for the judge, by what it said; counted when that is closed.
 * `covered` and `uncovered`: thousandths of calls of the traffic that stand behind what was admitted and skipped; `squared`: the sum of the squares
 * of what each call of either stands for, those that were skipped by their reason.
 */
export interface LegSum {
  readonly arm: string;
  readonly segment: string;
  readonly kind: LegKind;
  readonly name: string;
  readonly legs: number;
}

export type LegKind =
  | 'eligible'
  | 'sampled'
  | 'skipped'
  | 'admitted'
  | 'published'
  | 'dropped'
  | 'stored'
  | 'late'
  | 'evidence'
  | 'judged'
  | 'aside'
  | 'due'
  | 'lost'
  | 'gone'
  | 'covered'
  | 'uncovered'
  | 'squared'
  | 'pending';

export interface ProducerLegs extends LegSum {
  readonly producer: string;
}

/** Calls of the traffic, in thousandths, behind `legs` that were each drawn with probability pi; bounded, whatever a producer says. */
const traffic = (legs: string): string => `round(least(1000 * ${legs} / greatest(pi, 1e-6), 1e12))::bigint`;

const squares = (legs: string): string =>
  `round(least(${legs} / greatest(pi, 1e-6) / greatest(pi, 1e-6), 1e12))::bigint`;

/**
 * Adds up the counts of the slices that `where` names (over `run`, `slice` and `producer`). `due` says of a slice that what is
 * not there by now is lost.
 *
 * The producers' words are set beside the stored rows key by key: one producer's surplus (its last count was lost with it)
 * must not hide what another lost. What is stored or dropped was admitted, whatever the last count says.
 */
export function legsOfSlices(where: string, due: string): string {
  return `select producer, arm, segment, kind, name, sum(legs)::bigint as legs from (
      select producer, arm, segment, field.kind, '' as name, field.legs
      from (
        select producer, arm, segment, ${due} as due, eligible, sampled, published,
          greatest(admitted, dropped + stored) as admitted, greatest(admitted - dropped - stored, 0) as absent
        from (
          select slice, producer, segment, arm, pi, sum(eligible) as eligible, sum(sampled) as sampled,
            sum(admitted) as admitted, sum(published) as published, sum(dropped) as dropped, sum(stored) as stored
          from (
            select slice, producer, segment, arm, pi, eligible, sampled, admitted, published, dropped_total as dropped, 0 as stored
            from understudy.slice_counts where ${where}
            union all
            select slice, producer, segment, arm, pi, 0, 0, 0, 0, 0, pairs from understudy.pair_counts where ${where}
          ) counted group by slice, producer, segment, arm, pi
        ) keyed
      ) judged
      cross join lateral (values ('eligible', eligible), ('sampled', sampled), ('admitted', admitted), ('published', published),
        ('due', case when due then admitted else 0 end), ('lost', case when due then absent else 0 end),
        ('pending', case when due then 0 else absent end)) as field (kind, legs)
      union all
      select producer, arm, segment, 'skipped', key, value::bigint
      from understudy.slice_counts, json_each_text(skipped) where ${where}
      union all
      select producer, arm, segment, 'covered', '', ${traffic('admitted')} from understudy.slice_counts where ${where}
      union all
      select producer, arm, segment, 'uncovered', key, ${traffic('value::bigint')}
      from understudy.slice_counts, json_each_text(skipped) where ${where}
      union all
      select producer, arm, segment, 'squared', '', ${squares('admitted')} from understudy.slice_counts where ${where}
      union all
      select producer, arm, segment, 'squared', key, ${squares('value::bigint')}
      from understudy.slice_counts, json_each_text(skipped) where ${where}
      union all
      select producer, arm, segment, 'dropped', key, value::bigint
      from understudy.slice_counts, json_each_text(dropped) where ${where}
      union all
      select producer, arm, segment, 'stored', primary_status || ' ' || shadow_status, pairs
      from understudy.pair_counts where ${where}
      union all
      select producer, arm, segment, 'late', '', pairs from understudy.pair_counts where ${where} and late
    ) legs group by producer, arm, segment, kind, name having sum(legs) <> 0`;
}

/** The numbers of closed slices; of one producer where it is given. */
export async function selectClosedLegs(
  query: Query,
  run: string,
  slices: readonly number[],
  producer: string | null = null,
): Promise<readonly ProducerLegs[]> {
  const where = 'run = $1 and slice = any($2::bigint[]) and ($3::text is null or producer = $3)';
  const { rows } = await query<ProducerLegs>(legsOfSlices(where, 'true'), [run, slices, producer]);
  return rows;
}

/** Adds to the sums of a run. Needs its row in `closed` locked, in share by one that holds the producer's row. */
export async function addLegs(query: Query, run: string, legs: readonly ProducerLegs[]): Promise<void> {
  if (legs.length === 0) return;
  await query(
    `insert into understudy.leg_sums as sums (run, producer, arm, segment, kind, name, legs)
     select $1, owner, arm, segment, kind, name, sum(legs)::bigint
     from (
       select case when merged then '' else t.producer end as owner, arm, segment, kind, name, legs
       from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
         as t (producer, arm, segment, kind, name, legs)
       left join understudy.producer_runs r on r.run = $1 and r.producer = t.producer
     ) added
     group by owner, arm, segment, kind, name having sum(legs) <> 0 order by arm, segment, kind, name, owner
     on conflict (run, arm, segment, kind, name, producer) do update set legs = sums.legs + excluded.legs`,
    [
      run,
      legs.map((one) => one.producer),
      legs.map((one) => one.arm),
      legs.map((one) => one.segment),
      legs.map((one) => one.kind),
      legs.map((one) => one.name),
      legs.map((one) => one.legs),
    ],
  );
}
