import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
// The sources run as they are; the modules below are loaded once this is in place.
import '../../test/ways-of-calling/source-modules.mjs';

const { openStore } = await import('../../packages/evaluator/src/queue/store.js');
const { postgresBinary } = await import('../../test/servers/found.js');
const { startPostgres } = await import('../../test/servers/postgres.js');
const script = await import('../../test/integration/ledger-script.js');

/** Legs a slice, segment, producer and arm of a history. */
export const LEGS = 98;

/** Where ledgers are made, each in a database of its own. */
export interface Place {
  readonly name: string;
  url(): Promise<string>;
  end(): Promise<void>;
}

/** What a ledger has behind it. */
export interface History {
  readonly slices: number;
  readonly segments: number;
  readonly producers: number;
  readonly clusters: number;
}

/** PostgreSQL where it is found, else the embedded store. */
export async function connect(embedded: boolean): Promise<Place> {
  if (!embedded && postgresBinary('postgres') !== null) {
    const server = await startPostgres();
    return { name: 'PostgreSQL', url: () => server.createDatabase(), end: () => server.stop() };
  }
  const ends: (() => Promise<void>)[] = [];
  const url = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'understudy-bench-'));
    const store = await openStore(`embedded:${folder}`, { memory: true });
    ends.push(() => store.close().then(() => rm(folder, { recursive: true, force: true })));
    return store.postgresUrl ?? '';
  };
  return {
    name: 'the embedded store',
    url,
    end: async () => {
      for (const end of ends) await end();
    },
  };
}

/** Makes what so many closed slices leave, in the database itself: storing them one by one would take hours. */
export async function remember(url: string, run: string, history: History): Promise<number> {
  const { slices, clusters, segments, producers } = history;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  client.on('error', () => undefined);
  const key = `select $1 as run, ${script.FIRST_SLICE} - s as slice, 'old' || p as producer, 'segment' || g as segment, arm, 1 as pi
     from generate_series(1, $2::int) s, generate_series(1, ${producers}) p,
       generate_series(1, ${segments}) g, unnest(array['candidate', 'aa']) arm`;
  const stored = `(slice + 1) * ${script.LENGTH_MS}::bigint`;
  const { rowCount } = await client.query(
    `insert into understudy.slice_counts select run, slice, producer, segment, arm, pi, 120, 100, '{"capped":1}', 99, ${LEGS},
       '{"ring_full":1}', 1, true, 9, ${stored} from (${key}) k`,
    [run, slices],
  );
  await client.query(
    `insert into understudy.pair_counts select run, slice, producer, segment, arm, pi, false, 'ok', 'ok', ${LEGS}, ${stored} from (${key}) k`,
    [run, slices],
  );
  await client.query(
    `insert into understudy.leg_sums select run, producer, arm, segment, kind, name, count(*) * legs from (${key}) k,
       (values ('eligible', '', 120), ('sampled', '', 100), ('skipped', 'capped', 1), ('admitted', '', 99), ('due', '', 99),
         ('published', '', ${LEGS}), ('dropped', 'ring_full', 1), ('stored', 'ok ok', ${LEGS})) as v (kind, name, legs)
     group by run, producer, arm, segment, kind, name, legs`,
    [run, slices],
  );
  await client.query(
    `insert into understudy.clusters select $1, 'candidate', 'f' || lpad(to_hex(i), 15, '0'), gen_random_uuid(), 0
     from generate_series(1, $2::int) i`,
    [run, clusters],
  );
  await client.query(
    `insert into understudy.tallies select $1, ${script.FIRST_SLICE} - s, arm, 'segment' || g, 'errors', decode(repeat('00', 300), 'hex')
     from generate_series(1, $2::int) s, generate_series(1, ${segments}) g, unnest(array['candidate', 'aa']) arm`,
    [run, slices],
  );
  await client.query(
    `insert into understudy.slices select $1, ${script.FIRST_SLICE} - s, 'complete', 1, 1, 0, 0, 0 from generate_series(1, $2::int) s`,
    [run, slices],
  );
  await client.query(
    `update understudy.closed set through = $2::bigint, first = $2::bigint - $3::int, complete = $3::int where run = $1`,
    [run, script.FIRST_SLICE - 1, slices],
  );
  for (const table of ['slice_counts', 'pair_counts', 'leg_sums', 'clusters', 'tallies'])
    await client.query(`analyze understudy.${table}`);
  await client.end();
  return rowCount ?? 0;
}
