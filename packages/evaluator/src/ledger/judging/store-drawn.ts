import type { Query } from '../database.js';
import type { PairRow } from '../ledger.js';
import { storable } from '../text.js';
import { mergeGuards } from './arm-guards.js';
import { selectMain } from './judge-state.js';
import type { BatchJudging, DrawnPair } from './judging-ledger.js';
import { insertJudge, nameDrawn } from './main-judge.js';

/**
 * Stores what was drawn of the pairs that were stored in this transaction and can be evidence, and gives it back: what is late, or repeats,
 * is not worth a call.
 */
export async function storeDrawn(
  query: Query,
  { drawn, guarded }: BatchJudging,
  due: readonly Clustered[],
  now: number,
): Promise<readonly DrawnPair[]> {
  const pairs = new Set<string>(due.map(({ pair }) => pair));
  const spoken = drawn.length === 0 ? pairs : await repeated(query, due);
  const kept = drawn.filter(({ pair }) => pairs.has(pair) && !spoken.has(pair));
  await insertDrawn(query, kept, now);
  await mergeGuards(
    query,
    guarded.filter(({ pair }) => pairs.has(pair)),
  );
  return kept;
}

type Clustered = Pick<PairRow, 'pair' | 'run' | 'arm' | 'cluster'>;

/** The pairs whose cluster key has had its evidence in a closed slice: they repeat it, and are never evidence. No slice is closed meanwhile. */
async function repeated(query: Query, rows: readonly Clustered[]): Promise<ReadonlySet<string>> {
  const column = <Value>(of: (one: Clustered) => Value): readonly Value[] => rows.map(of);
  const { rows: found } = await query<{ pair: string }>(
    `select t.pair from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as t (pair, run, arm, key)
     join understudy.clusters c on c.run = t.run and c.arm = t.arm and c.key = t.key`,
    [column(({ pair }) => pair), column(({ run }) => run), column(({ arm }) => arm), column(({ cluster }) => cluster)],
  );
  return new Set(found.map(({ pair }) => pair));
}

async function insertDrawn(query: Query, drawn: readonly DrawnPair[], now: number): Promise<void> {
  if (drawn.length === 0) return;
  const judges = await judgesOf(query, drawn, now);
  const column = <Value>(of: (one: DrawnPair) => Value): readonly Value[] => drawn.map(of);
  await query(
    `insert into understudy.judgements (pair, judge, run, arm, slice, segment, pi, status, score, detail, deadline, settled_at, drawn_at, due)
     select pair, judge, run, arm, slice, segment, pi, status, score, detail::json, deadline,
       case when status = 'waiting' then null else $11::bigint end, $11, $11
     from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::double precision[], $8::text[],
       $9::double precision[], $10::text[], $12::bigint[])
       as t (pair, judge, run, arm, slice, segment, pi, status, score, detail, deadline)
     order by pair
     on conflict do nothing`,
    [
      column(({ pair }) => pair),
      column(({ run }) => judges.get(run) ?? NO_JUDGE),
      column(({ run }) => run),
      column(({ arm }) => arm),
      column(({ slice }) => slice),
      column(({ segment }) => storable(segment)),
      column(({ pi }) => pi),
      column(({ status }) => status),
      column(({ status }) => (status === 'known' ? 0.5 : null)),
      column(({ status, run }) => (status === 'waiting' && !judges.has(run) ? UNREADY : DETAILS[status])),
      now,
      column(({ deadline }) => deadline),
    ],
  );
}

const DETAILS: Readonly<Record<DrawnPair['status'], string | null>> = {
  waiting: null,
  known: JSON.stringify({ v: 1, how: 'exact' }),
  abstained: JSON.stringify({ v: 1, reason: 'no_text' }),
};

const UNREADY = JSON.stringify({ v: 1, reason: 'unready' });
/** Of a pair that was drawn before anybody could name its judge. */
const NO_JUDGE = '';

/** The main judge of each run that has one: of the first who named one, whatever others make of the rubric they have. */
async function judgesOf(query: Query, drawn: readonly DrawnPair[], now: number): Promise<ReadonlyMap<string, string>> {
  const judges = new Map<string, string>();
  const named = new Map(drawn.map(({ run, judge }) => [run, judge]));
  // In one order, so that no two batches wait for each other.
  for (const [run, judge] of [...named].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (judge !== null) await insertJudge(query, run, judge, true);
    const main = await selectMain(query, run);
    if (main === null) continue;
    judges.set(run, main);
    await nameDrawn(query, run, main, now);
  }
  return judges;
}
