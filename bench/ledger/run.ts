import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
// The sources run as they are; the modules below are loaded once this is in place.
import '../../test/ways-of-calling/source-modules.mjs';

/**
 * What a look and a close cost with a short history and with a long one, before and after the long one is compacted. On PostgreSQL where
 * it is found, else on the embedded store. Run after a build:
 * `node bench/ledger/run.ts [--slices 10080] [--segments 20] [--producers 1] [--clusters 1000000] [--store embedded]`.
 */
const { values } = parseArgs({
  options: {
    slices: { type: 'string', default: '10080' },
    segments: { type: 'string', default: '20' },
    producers: { type: 'string', default: '1' },
    clusters: { type: 'string', default: '1000000' },
    store: { type: 'string' },
  },
});
const { openLedger } = await import('../../packages/evaluator/src/ledger/open.js');
const { openStore } = await import('../../packages/evaluator/src/queue/store.js');
const { postgresBinary } = await import('../../test/servers/found.js');
const { startPostgres } = await import('../../test/servers/postgres.js');
const script = await import('../../test/integration/ledger-script.js');

const ROUNDS = 9;
/** Slices of the short history. */
const SHORT = 10;

async function connect(): Promise<{ name: string; url: () => Promise<string>; end: () => Promise<void> }> {
  if (values.store !== 'embedded' && postgresBinary('postgres') !== null) {
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
async function remember(url: string, run: string, slices: number, clusters: number): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  client.on('error', () => undefined);
  const key = `select $1 as run, ${script.FIRST_SLICE} - s as slice, 'old' || p as producer, 'segment' || g as segment, arm, 1 as pi
     from generate_series(1, $2::int) s, generate_series(1, ${Number(values.producers)}) p,
       generate_series(1, ${Number(values.segments)}) g, unnest(array['candidate', 'aa']) arm`;
  const stored = `(slice + 1) * ${script.LENGTH_MS}::bigint`;
  const { rowCount } = await client.query(
    `insert into understudy.slice_counts select run, slice, producer, segment, arm, pi, 120, 100, '{"capped":1}', 99, 98,
       '{"ring_full":1}', 1, true, 9, ${stored} from (${key}) k`,
    [run, slices],
  );
  await client.query(
    `insert into understudy.pair_counts select run, slice, producer, segment, arm, pi, false, 'ok', 'ok', 98, ${stored} from (${key}) k`,
    [run, slices],
  );
  await client.query(
    `insert into understudy.leg_sums select run, producer, arm, segment, kind, name, count(*) * legs from (${key}) k,
       (values ('eligible', '', 120), ('sampled', '', 100), ('skipped', 'capped', 1), ('admitted', '', 99), ('due', '', 99),
         ('published', '', 98), ('dropped', 'ring_full', 1), ('stored', 'ok ok', 98)) as v (kind, name, legs)
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
     from generate_series(1, $2::int) s, generate_series(1, ${Number(values.segments)}) g, unnest(array['candidate', 'aa']) arm`,
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

async function prepare(url: string, slices: number, clusters: number) {
  const ledger = await openLedger(url, script.START);
  const run = script.scriptedRun();
  await ledger.registerRun(run, script.START);
  const producer = new script.ScriptedProducer(run);
  await ledger.storeBatch(producer.hello(), [], script.START);
  const rows = await remember(url, run.id, slices, clusters);
  return { ledger, run, producer, rows, next: 0 };
}

type Prepared = Awaited<ReturnType<typeof prepare>>;

/** Medians in milliseconds: a slice of two legs a segment is stored, closed, and looked at. */
async function measure(of: Prepared): Promise<{ close: number; snapshot: number }> {
  const times = { close: [] as number[], snapshot: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const slice = of.next++;
    const names = Array.from({ length: Number(values.segments) }, (_, index) => `segment${index + 1}`);
    const rows = names.flatMap((segment) => of.producer.admit(script.legs(slice, 2, { segment })));
    const now = script.at(slice + 3);
    await of.ledger.storeBatch(of.producer.finish(slice).batch({ now, watermark: now }), rows, now);
    const started = performance.now();
    const closed = await script.closeAt(of.ledger, of.run, now);
    const ended = performance.now();
    await of.ledger.snapshot({ now });
    times.snapshot.push(performance.now() - ended);
    times.close.push(ended - started);
    if (closed.length !== 1) throw new Error(`expected one slice to close, got ${closed.length}`);
  }
  const median = (all: readonly number[]): number =>
    all.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
  return { close: median(times.close), snapshot: median(times.snapshot) };
}

const place = await connect();
try {
  const short = await prepare(await place.url(), SHORT, 1_000);
  const long = await prepare(await place.url(), Number(values.slices), Number(values.clusters));
  process.stdout.write(`${place.name}; medians of ${ROUNDS}; ratios to the short history\n`);
  const base = await measure(short);
  const show = (name: string, { close, snapshot }: typeof base): void => {
    const part = (label: string, value: number, of: number): string =>
      `${label} ${value.toFixed(1).padStart(7)} ms  x${(value / of).toFixed(2)}`;
    process.stdout.write(
      `${name.padEnd(44)}${part('close', close, base.close)}    ${part('snapshot', snapshot, base.snapshot)}\n`,
    );
  };
  show(`${short.rows} counts, 1000 clusters`, base);
  show(`${long.rows} counts, ${values.clusters} clusters`, await measure(long));
  const now = script.at(20_000);
  const started = performance.now();
  let [removed, calls, longest] = [0, 0, 0];
  for (;;) {
    const before = performance.now();
    const count = await script.compactAt(long.ledger, now);
    longest = Math.max(longest, performance.now() - before);
    if (count === 0) break;
    removed += count;
    calls += 1;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(
    `${removed} rows compacted in ${seconds} s, ${calls} calls, the longest ${longest.toFixed(0)} ms\n`,
  );
  show('compacted', await measure(long));
  await short.ledger.close();
  await long.ledger.close();
} finally {
  await place.end();
}
