import type { SliceCount } from '@understudy/instrumentation/trial';
import type { Query } from './database.js';
import { storable } from './text.js';

/**
 * The counts that say something new, one a key. A count is cumulative: the newest replaces the others, in whatever order they
 * come, and most are sent again as they were.
 */
export async function newCounts(
  query: Query,
  { producer, seq }: { readonly producer: string; readonly seq: number },
  counts: readonly SliceCount[],
): Promise<readonly SliceCount[]> {
  const all = distinct(counts);
  if (all.length === 0) return [];
  const { rows } = await query<{ index: number }>(
    `select index
     from unnest($3::text[], $4::bigint[], $5::text[], $6::text[], $7::double precision[], $8::bigint[], $9::bigint[],
       $10::text[], $11::bigint[], $12::bigint[], $13::text[], $14::bigint[], $15::boolean[]) with ordinality
       as t (run, slice, segment, arm, pi, eligible, sampled, skipped, admitted, published, dropped, dropped_total, final, index)
     left join understudy.slice_counts c on c.producer = $1 and (c.run, c.slice, c.segment, c.arm, c.pi) =
       (t.run, t.slice, t.segment, t.arm, t.pi)
     where c.run is null or c.seq < $2::bigint
       and (c.eligible, c.sampled, c.skipped::text, c.admitted, c.published, c.dropped::text, c.final) is distinct from
           (t.eligible, t.sampled, t.skipped, t.admitted, t.published, t.dropped, t.final)
     order by index`,
    [producer, seq, ...columnsOf(all)],
  );
  return rows.flatMap(({ index }) => all[index - 1] ?? []);
}

/** Stores counts that are {@link newCounts}. Needs the producer's row locked since then. */
export async function upsertCounts(
  query: Query,
  { producer, seq }: { readonly producer: string; readonly seq: number },
  counts: readonly SliceCount[],
  now: number,
): Promise<void> {
  if (counts.length === 0) return;
  await query(
    `insert into understudy.slice_counts as c (producer, seq, run, slice, segment, arm, pi, eligible, sampled, skipped,
       admitted, published, dropped, dropped_total, final, stored_at)
     select $1, $2, run, slice, segment, arm, pi, eligible, sampled, skipped::json, admitted, published, dropped::json,
       dropped_total, final, $16
     from unnest($3::text[], $4::bigint[], $5::text[], $6::text[], $7::double precision[], $8::bigint[], $9::bigint[],
       $10::text[], $11::bigint[], $12::bigint[], $13::text[], $14::bigint[], $15::boolean[])
       as t (run, slice, segment, arm, pi, eligible, sampled, skipped, admitted, published, dropped, dropped_total, final)
     on conflict (run, slice, producer, segment, arm, pi) do update set seq = excluded.seq, eligible = excluded.eligible,
       sampled = excluded.sampled, skipped = excluded.skipped, admitted = excluded.admitted, published = excluded.published,
       dropped = excluded.dropped, dropped_total = excluded.dropped_total, final = excluded.final,
       stored_at = excluded.stored_at`,
    [producer, seq, ...columnsOf(counts), now],
  );
}

function columnsOf(counts: readonly SliceCount[]): readonly (readonly unknown[])[] {
  const column = <Value>(of: (count: SliceCount) => Value): readonly Value[] => counts.map(of);
  return [
    column((count) => count.run),
    column((count) => count.slice),
    column((count) => storable(count.segment)),
    column((count) => count.arm),
    column((count) => count.pi),
    column((count) => count.eligible),
    column((count) => count.sampled),
    column((count) => JSON.stringify(count.skipped)),
    column((count) => count.admitted),
    column((count) => count.published),
    column((count) => JSON.stringify(count.dropped)),
    column((count) => Object.values(count.dropped).reduce((sum, dropped) => sum + dropped, 0)),
    column((count) => count.final),
  ];
}

/** One count a key: a statement may not touch a row twice. */
function distinct(counts: readonly SliceCount[]): readonly SliceCount[] {
  const byKey = new Map<string, SliceCount>();
  for (const count of counts) {
    const { run, slice, segment, arm, pi } = count;
    byKey.set(JSON.stringify([run, slice, storable(segment), arm, pi]), count);
  }
  return [...byKey.values()];
}
