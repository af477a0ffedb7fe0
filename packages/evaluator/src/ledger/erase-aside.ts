import { decodeBatch, encodeBatch, eraseTrial, opened, type Seal, type Trial } from '@understudy/instrumentation/trial';
import { UnderstudyError } from '../errors.js';
import type { Database, Query } from './database.js';
import { eraseInBatch, isWanted } from './erase-batch.js';
import type { Erasure, ErasureTarget, PairRow } from './ledger.js';
import { placeOfRejected } from './reject.js';

/** Entries read at once: each may hold a quarter of a mebibyte. */
const ENTRIES_AT_ONCE = 20;

/** What an entry turned out to be: `changed` with the JSON that stays of it. */
type Looked =
  | { readonly status: 'kept' | 'unreadable' | 'sealed' }
  | { readonly status: 'changed'; readonly data: string };

/** A rewritten batch keeps the definitions it announces; those that were put aside alone hold no call. */
const OF_CALLS = `data is not null and code <> 'definition'`;

/** What broke may have been quoted, in every entry of its job. */
const QUOTING = `code = 'broken' and message <> 'erased'`;

/** Rewrites the entries put aside that hold something of the target; other calls in them stay. */
export async function eraseAside(
  { query }: Database,
  target: ErasureTarget,
  { dryRun, seal }: { readonly dryRun: boolean; readonly seal: Seal | null },
): Promise<Omit<Erasure, 'pairs'>> {
  const found = { kept: 0, changed: 0, unreadable: 0, sealed: 0 };
  const jobs = new Set<string>();
  for (let after = ''; ;) {
    const { rows } = await query<{ key: string; job: string; data: Buffer }>(
      `select key, job, data from understudy.rejected where ${OF_CALLS} and key > $1 order by key limit $2`,
      [after, ENTRIES_AT_ONCE],
    );
    for (const { key, job, data } of rows) {
      const looked = await lookAt(data, placeOfRejected(key), target, seal);
      found[looked.status] += 1;
      after = key;
      if (dryRun || looked.status === 'kept' || looked.status === 'sealed') continue;
      const stays = looked.status === 'changed' ? Buffer.from(looked.data) : null;
      await query('update understudy.rejected set data = $2 where key = $1', [
        key,
        stays === null || seal === null ? stays : seal.seal(stays, placeOfRejected(key)),
      ]);
      jobs.add(job);
    }
    if (rows.length < ENTRIES_AT_ONCE) break;
  }
  const unreadable = found.unreadable + (await eraseQuotations(query, [...jobs], dryRun));
  return { aside: found.changed, unreadable, sealed: found.sealed };
}

/** Gives the number of entries without data: of whom they speak nobody can tell. */
async function eraseQuotations(query: Query, jobs: readonly string[], dryRun: boolean): Promise<number> {
  if (dryRun) {
    const { rows } = await query<{ entries: number }>(
      `select count(*) as entries from understudy.rejected where ${QUOTING} and data is null`,
    );
    return rows[0]?.entries ?? 0;
  }
  await query(`update understudy.rejected set message = 'erased' where ${QUOTING} and job = any($1)`, [jobs]);
  const { count } = await query(`update understudy.rejected set message = 'erased' where ${QUOTING} and data is null`);
  return count;
}

async function lookAt(bytes: Buffer, place: string, target: ErasureTarget, seal: Seal | null): Promise<Looked> {
  try {
    const value: unknown = JSON.parse(Buffer.from(opened(bytes, place, seal)).toString());
    return Array.isArray(value) ? inList(value, target) : await inJob(value, target, seal);
  } catch (error) {
    return { status: UnderstudyError.isInstance(error) && error.code === 'sealed' ? 'sealed' : 'unreadable' };
  }
}

/** Trials of a run that nobody knew, or rows of an arm that it does not have. */
function inList(items: readonly (Trial | PairRow | BareRow)[], target: ErasureTarget): Looked {
  const stays = items.map((item) => {
    if ('legs' in item) return isWanted(item, target) ? eraseTrial(item) : item;
    return isWantedRow(item, target) ? bare(item) : item;
  });
  if (stays.every((item, index) => item === items[index])) return { status: 'kept' };
  return { status: 'changed', data: JSON.stringify(stays) };
}

/** A whole job, as the queue held it. Throws where it is none that can be read. */
async function inJob(value: unknown, target: ErasureTarget, seal: Seal | null): Promise<Looked> {
  const batch = await decodeBatch(value, { seal });
  const changed = eraseInBatch(batch, target);
  if (changed === null) return { status: 'kept' };
  return { status: 'changed', data: JSON.stringify(await encodeBatch(changed, seal)) };
}

/** What is kept of a row: numbers. */
type BareRow = Omit<PairRow, 'content' | 'subject'>;

function isWantedRow(row: PairRow | BareRow, target: ErasureTarget): row is PairRow {
  if (!('content' in row)) return false;
  return target.kind === 'subject'
    ? row.subject === target.subject
    : row.pair === target.pair || row.call === target.call;
}

function bare({ subject: _subject, content: _content, ...row }: PairRow): BareRow {
  return row;
}
