import type { Batch, Seal } from '@understudy/instrumentation/trial';
import { addCompacted, compactedPlaces, keepingSums, type Place, placeKey } from './closed-slices.js';
import { encodeContent } from './content.js';
import { advance } from './contiguity.js';
import type { Database, Query } from './database.js';
import { storeDraws } from './draws.js';
import { countPairs, insertPairs, isLate, type OpenRun } from './insert-pairs.js';
import type { BatchJudging } from './judging/judging-ledger.js';
import { storeDrawn } from './judging/store-drawn.js';
import { keepLabelNames } from './label-names.js';
import type { PairRow, StoreResult } from './ledger.js';
import { boundSegments } from './segments.js';
import { addMisconfigured } from './misconfigured.js';
import { showRuns } from './runs.js';
import { newCounts, upsertCounts } from './store-counts.js';

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
  seal: Seal | null,
  judging?: BatchJudging,
): Promise<StoreResult> {
  const contents = await Promise.all(
    rows.map(async ({ content, pair, erased }) =>
      erased === true ? null : (await encodeContent(content, pair, seal)).toString('base64'),
    ),
  );
  return database.transaction(async (query) => {
    const first = await note(query, batch, now);
    const named = [...batch.runs, ...batch.slices, ...rows].map((one) => one.run);
    const runs = await lockClosed(query, batch.producer, [...new Set(named)]);
    await query(
      `insert into understudy.producer_runs (producer, run) select $1, unnest($2::text[]) on conflict do nothing`,
      [batch.producer, [...runs.keys()].sort()],
    );
    await storeDraws(query, batch, new Set(runs.keys()));
    const bounded = await boundSegments(query, batch.slices, rows);
    const counts = bounded.counts.filter(
      ({ run, slice }) => (slice + 1) * (runs.get(run)?.lengthMs ?? NaN) < END_OF_TIME,
    );
    const gone = await compactedPlaces(query, batch.producer, [...counts, ...bounded.rows], runs);
    const isHere = (place: Place): boolean => !gone.has(placeKey(place));
    const inserted = await insertPairs(query, bounded.rows, contents, runs, now);
    await keepLabelNames(query, inserted, now, seal);
    const here = inserted.filter(isHere);
    const old = inserted.filter((row) => !isHere(row));
    const fresh = await newCounts(query, batch, counts.filter(isHere));
    let late = old.length;
    await keepingSums(query, batch.producer, [...here, ...fresh], runs, async () => {
      late += await countPairs(query, here, runs, now);
      await upsertCounts(query, batch, fresh, now);
    });
    const due = here.filter((row) => !isLate(row, runs, now));
    const drawn = judging === undefined ? [] : await storeDrawn(query, judging, due, now);
    await addCompacted(query, batch.producer, old);
    await advance(query, batch.producer, now);
    // Last: rows that all producers share are held no longer than they must be.
    if (first) {
      await showRuns(query, [...runs.keys()].sort());
      await addMisconfigured(query, batch.misconfigured ?? [], now, batch.producer);
    }
    return { repeated: !first && inserted.length === 0, inserted: inserted.map(({ pair }) => pair), late, drawn };
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
async function lockClosed(
  query: Query,
  producer: string,
  runs: readonly string[],
): Promise<ReadonlyMap<string, OpenRun>> {
  const { rows } = await query<{ run: string; through: number; length_ms: number }>(
    `select c.run, c.through, r.slice_ms as length_ms from understudy.closed c join understudy.runs r using (run)
     where c.metric = 'evidence' and c.run = any($1::text[]) order by c.run for share of c`,
    [runs],
  );
  // Read once the locks are held.
  const { rows: own } = await query<{ run: string; compacted: number }>(
    'select run, compacted from understudy.producer_runs where producer = $1 and run = any($2::text[])',
    [producer, runs],
  );
  const compacted = new Map(own.map((row) => [row.run, row.compacted]));
  return new Map(
    rows.map(({ run, through, length_ms: lengthMs }) => [
      run,
      { through, lengthMs, compacted: compacted.get(run) ?? -1 },
    ]),
  );
}
