import type { Seal } from '@understudy/instrumentation/trial';
import type { Database, Query } from './database.js';
import { eraseAside } from './erase-aside.js';
import { eraseGuarded } from './judging/arm-guards.js';
import type { Erasure, ErasureTarget } from './ledger.js';

const ROWS_AT_ONCE = 1000;

/**
 * Empties the pairs of a subject or a call, and what of them was put aside. No number changes, no row goes: evidence, sums and verdicts are made
 * of what stays.
 */
export async function erase(
  database: Database,
  target: ErasureTarget,
  options: { readonly dryRun: boolean; readonly seal: Seal | null },
): Promise<Erasure> {
  const pairs = options.dryRun ? await countPairs(database.query, target) : await erasePairs(database, target);
  if (!options.dryRun) await eraseEmbeddings(database.query, target);
  return { pairs, ...(await eraseAside(database, target, options)) };
}

async function countPairs(query: Query, target: ErasureTarget): Promise<number> {
  const { where, values } = wanted(target);
  const { rows } = await query<{ pairs: number }>(
    `select count(*) as pairs from understudy.pairs where ${where}`,
    values,
  );
  return rows[0]?.pairs ?? 0;
}

async function erasePairs(database: Database, target: ErasureTarget): Promise<number> {
  const { where, values } = wanted(target);
  for (let erased = 0; ;) {
    // A judge may have quoted what was said: its words go with it, since afterwards nobody knows whose they were.
    const count = await database.transaction(async (query) => {
      const { rows } = await query<{ pair: string }>(
        `update understudy.pairs set content = null, subject = null where ctid = any(array(
           select ctid from understudy.pairs where ${where} limit ${ROWS_AT_ONCE})) returning pair::text as pair`,
        values,
      );
      const pairs = rows.map(({ pair }) => pair);
      await query('update understudy.judgements set said = null where pair = any($1::uuid[]) and said is not null', [
        pairs,
      ]);
      await query('delete from understudy.label_names where pair = any($1::uuid[])', [pairs]);
      await query('delete from understudy.judge_orders where pair = any($1::uuid[])', [pairs]);
      await eraseGuarded(query, pairs);
      return rows.length;
    });
    erased += count;
    if (count < ROWS_AT_ONCE) return erased;
  }
}

/** Removes the vectors of what is erased. */
async function eraseEmbeddings(query: Query, target: ErasureTarget): Promise<void> {
  if (target.kind === 'subject') {
    await query('delete from understudy.embeddings where subject = $1', [target.subject]);
  } else if (target.call !== null) {
    await query('delete from understudy.embeddings where call = $1::uuid', [target.call]);
  }
}

/** What is still to be erased, so that a second time finds nothing. */
function wanted(target: ErasureTarget): { readonly where: string; readonly values: readonly unknown[] } {
  if (target.kind === 'subject') return { where: 'subject = $1', values: [target.subject] };
  return {
    where: '(pair = $1::uuid or call = $2::uuid) and (content is not null or subject is not null)',
    values: [target.pair, target.call],
  };
}
