import type { Batch, SliceCount } from '@understudy/instrumentation/trial';
import { encodeContent } from './content.js';
import { advance } from './contiguity.js';
import type { Database, Query } from './database.js';
import { insertPairs, type OpenRun } from './insert-pairs.js';
import type { PairRow, StoreResult } from './ledger.js';
import { storable } from './text.js';

/** The last moment a date can name, in epoch ms: nothing closes a slice after it. */
const END_OF_TIME = 8.64e15;

/**
 * Stores a batch in one transaction, its rows and counts once: the producer's row is locked first, so batches of a producer go
 * one by one. Its number only says whether anything is missing before it: a batch that was given up as lost may still come.
 */
export async function storeBatch(
  database: Database,
  batch: Batch,
  rows: readonly PairRow[],
  now: number,
): Promise<StoreResult> {
  const contents = await Promise.all(rows.map(async (row) => (await encodeContent(row.content)).toString('base64')));
  return database.transaction(async (query) => {
    const fresh = await note(query, batch, now);
    const named = [...batch.runs, ...batch.slices, ...rows].map((one) => one.run);
    const runs = await lockClosed(query, [...new Set(named)]);
    const { inserted, late } = await insertPairs(query, rows, contents, runs, now);
    await upsertCounts(query, batch, runs);
    await query(
      `insert into understudy.producer_runs (producer, run) select $1, unnest($2::text[]) on conflict do nothing`,
      [batch.producer, [...runs.keys()].sort()],
    );
    await advance(query, batch.producer, now);
    return { repeated: !fresh && inserted.length === 0, inserted, late };
  });
}

/** Notes that the batch has come, and its producer's sign of life. False where it is not the first of its number. */
async function note(query: Query, batch: Batch, now: number): Promise<boolean> {
  const { producer, seq } = batch;
  const times = [Math.floor(batch.startedAt), now, Math.floor(batch.sentAt)];
  await query(
    `insert into understudy.producers (producer, started_at, last_seen, last_sent_at, last_seq, contiguous)
     values ($1, $2, $3, $4, -1, -1) on conflict do nothing`,
    [producer, ...times],
  );
  const { rows } = await query<{ contiguous: number }>(
    'select contiguous from understudy.producers where producer = $1 for update',
    [producer],
  );
  const { count } = await query(
    `insert into understudy.batches (producer, seq, watermark, stored_at) select $1, $2::bigint, $3, $4 where $2 > $5::bigint
     on conflict do nothing`,
    [producer, seq, Math.floor(batch.watermark), now, rows[0]?.contiguous ?? -1],
  );
  // A batch that comes again is no sign of life.
  await query(
    `update understudy.producers set started_at = $2, last_seen = greatest(last_seen, $3),
       last_sent_at = greatest(last_sent_at, $4), last_seq = greatest(last_seq, $5), final_seq = coalesce($6, final_seq)
     where producer = $1 and ($7 or last_sent_at < $4)`,
    [producer, ...times, seq, batch.final ? seq : null, count > 0],
  );
  return count > 0;
}

/**
 * Up to which slice each run is closed. The rows stay locked against the closer until the end of the transaction: a pair is
 * either there when its slice closes, or it knows that it is late.
 */
async function lockClosed(query: Query, runs: readonly string[]): Promise<ReadonlyMap<string, OpenRun>> {
  const { rows } = await query<{ run: string; through: number; length_ms: number }>(
    `select c.run, c.through, r.slice_ms as length_ms from understudy.closed c join understudy.runs r using (run)
     where c.metric = 'evidence' and c.run = any($1::text[]) order by c.run for share of c`,
    [runs],
  );
  return new Map(rows.map((row) => [row.run, { through: row.through, lengthMs: row.length_ms }]));
}

/** A count is cumulative: the newest replaces the others, in whatever order they come. */
async function upsertCounts(query: Query, batch: Batch, runs: ReadonlyMap<string, OpenRun>): Promise<void> {
  const known = batch.slices.filter(({ run, slice }) => (slice + 1) * (runs.get(run)?.lengthMs ?? NaN) < END_OF_TIME);
  const counts = distinct(known);
  if (counts.length === 0) return;
  const column = <Value>(of: (count: SliceCount) => Value): readonly Value[] => counts.map(of);
  await query(
    `insert into understudy.slice_counts as c (producer, seq, run, slice, segment, arm, pi, eligible, sampled, skipped,
       admitted, published, dropped, dropped_total, final)
     select $1, $2, run, slice, segment, arm, pi, eligible, sampled, skipped::json, admitted, published, dropped::json,
       dropped_total, final
     from unnest($3::text[], $4::bigint[], $5::text[], $6::text[], $7::double precision[], $8::bigint[], $9::bigint[],
       $10::text[], $11::bigint[], $12::bigint[], $13::text[], $14::bigint[], $15::boolean[])
       as t (run, slice, segment, arm, pi, eligible, sampled, skipped, admitted, published, dropped, dropped_total, final)
     on conflict (run, slice, producer, segment, arm, pi) do update set seq = excluded.seq, eligible = excluded.eligible,
       sampled = excluded.sampled, skipped = excluded.skipped, admitted = excluded.admitted, published = excluded.published,
       dropped = excluded.dropped, dropped_total = excluded.dropped_total, final = excluded.final
     where excluded.seq > c.seq
       and (c.eligible, c.sampled, c.skipped::text, c.admitted, c.published, c.dropped::text, c.final) is distinct from
           (excluded.eligible, excluded.sampled, excluded.skipped::text, excluded.admitted, excluded.published,
            excluded.dropped::text, excluded.final)`,
    [
      batch.producer,
      batch.seq,
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
    ],
  );
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
