import type { Batch } from '@understudy/instrumentation/trial';
import type { Query } from './database.js';
import type { ProducerDraws } from './snapshot.js';

/** Keeps the newest of what a producer says of its draws, in whatever order batches come. Needs the producer's row locked. */
export async function storeDraws(
  query: Query,
  { producer, seq, draws = [] }: Pick<Batch, 'producer' | 'seq' | 'draws'>,
  runs: ReadonlySet<string>,
): Promise<void> {
  const known = draws.filter(({ run }) => runs.has(run));
  const distinct = [...new Map(known.map((one) => [`${one.run} ${one.pi}`, one])).values()];
  if (distinct.length === 0) return;
  await query(
    `insert into understudy.draws as d (producer, seq, run, pi, draws, drawn)
     select $1, $2, * from unnest($3::text[], $4::double precision[], $5::bigint[], $6::bigint[])
     on conflict (run, producer, pi) do update set seq = excluded.seq, draws = excluded.draws, drawn = excluded.drawn
     where d.seq < excluded.seq and (d.draws, d.drawn) is distinct from (excluded.draws, excluded.drawn)`,
    [
      producer,
      seq,
      distinct.map(({ run }) => run),
      distinct.map(({ pi }) => pi),
      distinct.map((one) => one.draws),
      distinct.map(({ drawn }) => drawn),
    ],
  );
}

/** In the order in which producers have named the run. */
export async function selectDraws(query: Query, run: string): Promise<readonly ProducerDraws[]> {
  const { rows } = await query<{ producer: string; place: number; pi: number; draws: number; drawn: number }>(
    `select producer, place, pi, draws, drawn
     from understudy.draws join (
       select producer, row_number() over (order by number) as place from understudy.producer_runs where run = $1
     ) places using (producer)
     where run = $1 order by place, pi`,
    [run],
  );
  return [...Map.groupBy(rows, ({ producer }) => producer)].map(([producer, own]) => ({
    producer,
    place: own[0]?.place ?? 1,
    counts: own.map(({ pi, draws, drawn }) => ({ pi, draws, drawn })),
  }));
}

/**
 * What long silent producers drew was looked at while they spoke: what was wrong with it is a transition. One that comes back brings it again.
 *
 * @param silent Names them, over `run` and $1 to $3.
 */
export async function forgetDraws(query: Query, silent: string, values: readonly unknown[]): Promise<void> {
  await query(`delete from understudy.draws where ${silent}`, values);
}
