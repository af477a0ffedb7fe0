import { advance } from './contiguity.js';
import type { Database } from './database.js';
import type { Rejection } from './ledger.js';
import { storable } from './text.js';

/** Items, and bytes of each, that are kept for whoever wants to know why: a service of another version sends them for ever. */
const KEPT_ITEMS = 1000;
const KEPT_BYTES = 256 * 1024;
const KEPT_MESSAGE = 2000;
/** A broken job only claims its number: one far from the producer's last batch is not its next. */
const KEPT_AHEAD = 1000;

/** Puts things aside, each once. A whole batch that is aside is no gap in its producer's sequence. */
export async function reject(database: Database, rejections: readonly Rejection[], now: number): Promise<void> {
  await database.transaction(async (query) => {
    for (const { job, code, message, producer, seq, run, arm, legs, data } of rejections) {
      const key = JSON.stringify([job, run, arm]);
      await query(
        `insert into understudy.rejected (key, job, code, message, producer, seq, run, arm, legs, data, at)
         select $1, $2, $3, $4, $5, $6::bigint, $7, $8, $9::bigint,
           case when (select count(*) from (select from understudy.rejected where data is not null limit $12) kept) < $12
             then $10::bytea end, $11
         on conflict do nothing`,
        [
          storable(key),
          storable(job),
          storable(code),
          storable(message).slice(0, KEPT_MESSAGE),
          producer === null ? null : storable(producer),
          seq,
          run === null ? null : storable(run),
          arm === null ? null : storable(arm),
          legs,
          data === null ? null : Buffer.from(data).subarray(0, KEPT_BYTES),
          now,
          KEPT_ITEMS,
        ],
      );
      // With a run named it is a part of a batch that is stored otherwise.
      if (producer === null || seq === null || run !== null) continue;
      const known = await query('select from understudy.producers where producer = $1 for update', [
        storable(producer),
      ]);
      if (known.count === 0) continue;
      await query(
        `insert into understudy.batches (producer, seq, watermark, stored_at)
         select $1, $2, null, $3 from understudy.producers where producer = $1 and contiguous < $2 and last_seq > $2 - $4::bigint
         on conflict do nothing`,
        [storable(producer), seq, now, KEPT_AHEAD],
      );
      await advance(query, storable(producer), now);
    }
  });
}
