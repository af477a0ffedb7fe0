import type { Query } from './database.js';
import type { PairRow } from './ledger.js';
import { storable } from './text.js';

/** A run while a batch is stored: up to which slice it is closed, and compacted for the producer; the length of its slices. */
export interface OpenRun {
  readonly through: number;
  readonly compacted: number;
  readonly lengthMs: number;
}

/**
 * A call that started so long after now is of a broken clock. Its slice will not be closed while anyone waits for it, so that its
 * leg is a loss of ours, like a late one.
 */
export const AHEAD_MS = 3_600_000;

/** What belongs to a closed slice is late, and so is what belongs to one that is too far ahead. */
export function isLate(row: PairRow, runs: ReadonlyMap<string, OpenRun>, now: number): boolean {
  const { through, lengthMs } = runOf(runs, row);
  return row.slice <= through || row.slice * lengthMs > now + AHEAD_MS;
}

/** Inserts the pairs that are not there yet: who inserts them must count them, by {@link countPairs}. */
export async function insertPairs(
  query: Query,
  rows: readonly PairRow[],
  contents: readonly (string | null)[],
  runs: ReadonlyMap<string, OpenRun>,
  now: number,
): Promise<readonly PairRow[]> {
  if (rows.length === 0) return [];
  const column = <Value>(of: (row: PairRow) => Value): readonly Value[] => rows.map(of);
  const result = await query<{ pair: string }>(
    `insert into understudy.pairs (pair, call, run, arm, producer, slice, segment, cluster, subject, pi, late,
       primary_status, shadow_status, numbers, content, stored_at)
     select pair, call, run, arm, producer, slice, segment, cluster, subject, pi, late,
       primary_status, shadow_status, numbers::json, decode(content, 'base64'), $16
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[],
       $9::text[], $10::double precision[], $11::boolean[], $12::text[], $13::text[], $14::text[], $15::text[])
       as t (pair, call, run, arm, producer, slice, segment, cluster, subject, pi, late, primary_status, shadow_status, numbers, content)
     order by pair
     on conflict do nothing returning pair::text as pair`,
    [
      column((row) => row.pair),
      column((row) => row.call),
      column((row) => row.run),
      column((row) => row.arm),
      column((row) => row.producer),
      column((row) => row.slice),
      column((row) => storable(row.segment)),
      column((row) => row.cluster),
      column((row) => row.subject ?? null),
      column((row) => row.pi),
      column((row) => isLate(row, runs, now)),
      column((row) => row.facts.primary.status),
      column((row) => row.facts.shadow.status),
      column((row) => JSON.stringify(row.facts)),
      contents,
      now,
    ],
  );
  const pairs = new Set(result.rows.map((row) => row.pair));
  return rows.filter((row) => pairs.delete(row.pair));
}

/** Adds inserted pairs to the counts of their slices; gives how many of them are late. */
export async function countPairs(
  query: Query,
  inserted: readonly PairRow[],
  runs: ReadonlyMap<string, OpenRun>,
  now: number,
): Promise<number> {
  const { late = [], due = [] } = Object.groupBy(inserted, (row) => (isLate(row, runs, now) ? 'late' : 'due'));
  await count(query, due, false, now);
  await count(query, late, true, now);
  return late.length;
}

async function count(query: Query, rows: readonly PairRow[], late: boolean, now: number): Promise<void> {
  if (rows.length === 0) return;
  const groups = [...Map.groupBy(rows, keyOf).values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ ...first, pairs: group.length }];
  });
  const column = <Value>(of: (group: PairRow & { readonly pairs: number }) => Value): readonly Value[] =>
    groups.map(of);
  await query(
    `insert into understudy.pair_counts as c (late, run, slice, producer, segment, arm, pi, primary_status, shadow_status, pairs,
       stored_at)
     select $1, *, $11 from unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::double precision[], $8::text[],
       $9::text[], $10::bigint[])
     on conflict (run, slice, producer, segment, arm, pi, late, primary_status, shadow_status)
     do update set pairs = c.pairs + excluded.pairs, stored_at = excluded.stored_at`,
    [
      late,
      column((group) => group.run),
      column((group) => group.slice),
      column((group) => group.producer),
      column((group) => storable(group.segment)),
      column((group) => group.arm),
      column((group) => group.pi),
      column((group) => group.facts.primary.status),
      column((group) => group.facts.shadow.status),
      column((group) => group.pairs),
      now,
    ],
  );
}

function keyOf({ run, slice, producer, segment, arm, pi, facts }: PairRow): string {
  return JSON.stringify([run, slice, producer, storable(segment), arm, pi, facts.primary.status, facts.shadow.status]);
}

function runOf(runs: ReadonlyMap<string, OpenRun>, row: PairRow): OpenRun {
  const run = runs.get(row.run);
  if (run === undefined) throw new Error(`the run ${row.run} of pair ${row.pair} is not registered`);
  return run;
}
