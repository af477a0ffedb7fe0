import { parseArgs } from 'node:util';
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
const { connect, remember } = await import('./history.js');
const script = await import('../../test/integration/ledger-script.js');

const ROUNDS = 9;
/** Slices of the short history. */
const SHORT = 10;

async function prepare(url: string, slices: number, clusters: number) {
  const ledger = await openLedger(url, script.START);
  const run = script.scriptedRun();
  await ledger.registerRun(run, script.START);
  const producer = new script.ScriptedProducer(run);
  await ledger.storeBatch(producer.hello(), [], script.START);
  const rows = await remember(url, run.id, {
    slices,
    clusters,
    segments: Number(values.segments),
    producers: Number(values.producers),
  });
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

const place = await connect(values.store === 'embedded');
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
