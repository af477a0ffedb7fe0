import type { Seal } from '@understudy/instrumentation/trial';
import { advance } from './contiguity.js';
import type { Database, Query } from './database.js';
import type { Rejection } from './ledger.js';
import { storable } from './text.js';

/** Items, and bytes of each, that are kept for whoever wants to know why: a service of another version sends them for ever. */
const KEPT_ITEMS = 1000;
const KEPT_BYTES = 256 * 1024;
const KEPT_MESSAGE = 2000;
/** A broken job only claims its number: one far from the producer's last batch is not its next. */
const KEPT_AHEAD = 1000;

/** Puts things aside, each once. A whole batch that is aside is no gap in its producer's sequence. */
export async function reject(
  database: Database,
  rejections: readonly Rejection[],
  now: number,
  seal: Seal | null,
): Promise<void> {
  await database.transaction(async (query) => {
    const added: Rejection[] = [];
    for (const rejection of rejections) {
      const { job, code, message, producer, seq, run, arm, legs, data } = rejection;
      const key = storable(JSON.stringify([job, run, arm]));
      const bytes = data === null ? null : Buffer.from(data).subarray(0, KEPT_BYTES);
      const { count } = await query(
        `insert into understudy.rejected (key, job, code, message, producer, seq, run, arm, legs, data, at)
         select $1, $2, $3, $4, $5, $6::bigint, $7, $8, $9::bigint,
           case when (select count(*) from (select from understudy.rejected where data is not null limit $12) kept) < $12
             then $10::bytea end, $11
         on conflict do nothing`,
        [
          key,
          storable(job),
          storable(code),
          storable(message).slice(0, KEPT_MESSAGE),
          producer === null ? null : storable(producer),
          seq,
          run === null ? null : storable(run),
          arm === null ? null : storable(arm),
          legs,
          bytes === null || seal === null ? bytes : seal.seal(bytes, placeOfRejected(key)),
          now,
          KEPT_ITEMS,
        ],
      );
      if (count > 0) added.push(rejection);
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
    await addUp(query, added);
  });
}

/** Where the data of an entry is sealed for. */
export function placeOfRejected(key: string): string {
  return `entry aside ${key}`;
}

/** Last in the transaction: these rows are everybody's. */
async function addUp(query: Query, added: readonly Rejection[]): Promise<void> {
  if (added.length === 0) return;
  await query(
    `insert into understudy.rejected_counts as c (code, items)
     select code, count(*) from unnest($1::text[]) as t (code) group by code order by code
     on conflict (code) do update set items = c.items + excluded.items`,
    [added.map(({ code }) => storable(code))],
  );
  const known = added.flatMap(({ run, arm, legs }) =>
    run === null || arm === null || legs === null ? [] : [{ run: storable(run), arm: storable(arm), legs }],
  );
  if (known.length === 0) return;
  await query(
    `insert into understudy.leg_sums as sums (run, producer, arm, segment, kind, name, legs)
     select run, '', arm, '', 'aside', '', sum(legs)::bigint
     from unnest($1::text[], $2::text[], $3::bigint[]) as t (run, arm, legs) group by run, arm order by run, arm
     on conflict (run, arm, segment, kind, name, producer) do update set legs = sums.legs + excluded.legs`,
    [known.map((one) => one.run), known.map((one) => one.arm), known.map((one) => one.legs)],
  );
}
