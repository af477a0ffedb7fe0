import type { Database } from './database.js';
import { LeaseLost } from './errors.js';
import { fence } from './lease.js';
import { PERIOD_MS } from './judging/arm-guards.js';
import type { ExpireOptions } from './ledger.js';

/** Rows emptied in one transaction; and transactions in one go: there may be more after them. */
const ROWS_AT_ONCE = 500;
const STEPS = 4;

/** By table: what is old, as the index has it, and what is taken from it. */
const KEPT = [
  {
    old: 'select ctid from understudy.pairs where (content is not null or subject is not null) and stored_at < $1 order by stored_at',
    empty: 'update understudy.pairs set content = null, subject = null',
  },
  {
    // What broke may have been quoted.
    old: `select ctid from understudy.rejected where (data is not null or (code = 'broken' and message <> 'erased')) and at < $1 order by at`,
    empty: `update understudy.rejected set data = null, message = case when code = 'broken' then 'erased' else message end`,
  },
  {
    old: 'select ctid from understudy.judgements where said is not null and settled_at < $1 order by settled_at',
    empty: 'update understudy.judgements set said = null',
  },
  {
    old: 'select ctid from understudy.label_names where stored_at < $1 order by stored_at',
    empty: 'delete from understudy.label_names',
  },
  {
    old: 'select ctid from understudy.judge_orders where stored_at < $1 order by stored_at',
    empty: 'delete from understudy.judge_orders',
  },
  {
    old: 'select ctid from understudy.embeddings where stored_at < $1 order by stored_at',
    empty: 'delete from understudy.embeddings',
  },
  {
    // Hashes of what outputs had in common: of hours that are over.
    old: `select ctid from understudy.arm_guards where period < $1::bigint / ${PERIOD_MS} order by period`,
    empty: 'delete from understudy.arm_guards',
  },
  {
    // What was put right long ago. Few rows: no index.
    old: 'select ctid from understudy.misconfigured where last_at < $1 order by last_at',
    empty: 'delete from understudy.misconfigured',
  },
  {
    old: 'select ctid from understudy.misconfigured_by where last_at < $1 order by last_at',
    empty: 'delete from understudy.misconfigured_by',
  },
] as const;

/**
 * Empties what is old, a few rows at a time: what was said, by judges as well, and whose it was. The rows stay: their numbers are what people look up a verdict
 * by, and a batch that comes again must find its pairs there. Gives the number of rows emptied.
 */
export async function expire(database: Database, { holder, now, before }: ExpireOptions): Promise<number> {
  let emptied = 0;
  try {
    for (const { old, empty } of KEPT) {
      for (let step = 0; step < STEPS; step += 1) {
        if ((await database.query(`${old} limit 1`, [before])).count === 0) break;
        const { count } = await database.transaction(async (query) => {
          await fence(query, holder, now);
          return query(`${empty} where ctid = any(array(${old} limit $2))`, [before, ROWS_AT_ONCE]);
        });
        emptied += count;
        if (count < ROWS_AT_ONCE) break;
      }
    }
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
  }
  return emptied;
}
