import type { ProducerFacts, SliceFacts } from './completeness.js';
import type { Query } from './database.js';

interface ProducerRow {
  readonly producer: string;
  readonly started_at: number;
  readonly last_seen: number;
  readonly contiguous: number;
  readonly final_seq: number | null;
  readonly watermark: number | null;
}

/** The producers that have named a run: no other can have admitted a call for it. */
export async function producersOf(query: Query, run: string): Promise<readonly ProducerFacts[]> {
  const { rows } = await query<ProducerRow>(
    `select producer, started_at, last_seen, contiguous, final_seq, watermark
     from understudy.producers join understudy.producer_runs using (producer) where run = $1 order by producer`,
    [run],
  );
  return rows.map((row) => ({
    id: row.producer,
    startedAt: row.started_at,
    lastSeen: row.last_seen,
    contiguousSeq: row.contiguous,
    finalSeq: row.final_seq,
    watermark: row.watermark,
  }));
}

/** The slices of a run that hold calls and are not closed, the oldest first, from `after` exclusive to `last` inclusive. */
export async function openSlices(
  query: Query,
  run: string,
  bounds: { readonly after: number; readonly last: number; readonly limit: number },
): Promise<readonly number[]> {
  const { rows } = await query<{ slice: number }>(
    `(select slice from understudy.slice_counts where run = $1 and slice > $2 and slice <= $3 group by slice order by slice limit $4)
     union
     (select slice from understudy.pair_counts where run = $1 and slice > $2 and slice <= $3 group by slice order by slice limit $4)
     order by slice limit $4`,
    [run, bounds.after, bounds.last, bounds.limit],
  );
  return rows.map((row) => row.slice);
}

interface FactsRow {
  readonly slice: number;
  readonly producer: string;
  readonly final: boolean | null;
  readonly published: number | null;
  readonly stored: number | null;
}

/** By slice, then by producer: what it counted and what is stored of it. Rows without a count wait for their count. */
export async function factsOf(
  query: Query,
  run: string,
  slices: readonly number[],
): Promise<ReadonlyMap<number, ReadonlyMap<string, SliceFacts>>> {
  const { rows } = await query<FactsRow>(
    `select slice, producer, c.final, c.published, coalesce(s.stored, 0) as stored
     from (select slice, producer, bool_and(final) as final, sum(published)::bigint as published
           from understudy.slice_counts where run = $1 and slice = any($2::bigint[]) group by slice, producer) c
     full join (select slice, producer, sum(pairs)::bigint as stored
           from understudy.pair_counts where run = $1 and slice = any($2::bigint[]) group by slice, producer) s
     using (slice, producer)`,
    [run, slices],
  );
  const bySlice = new Map<number, Map<string, SliceFacts>>();
  for (const { slice, producer, final, published, stored } of rows) {
    const facts = bySlice.get(slice) ?? new Map<string, SliceFacts>();
    facts.set(producer, { final: final === true, published: published ?? 0, stored: stored ?? 0 });
    bySlice.set(slice, facts);
  }
  return bySlice;
}

/** Up to which slice a run is closed; -1 before the first. */
export async function closedThrough(query: Query, run: string, lock: '' | 'for update' = ''): Promise<number> {
  const { rows } = await query<{ through: number }>(
    `select through from understudy.closed where run = $1 and metric = 'evidence' ${lock}`,
    [run],
  );
  return rows[0]?.through ?? -1;
}
