import { isAbsolute, join } from 'node:path';
import { parseArgs } from 'node:util';
// The sources run as they are; the modules below are loaded once this is in place.
import '../../test/ways-of-calling/source-modules.mjs';
import type { Around } from './around.js';
import type { Conditions } from './measure.js';

const USAGE = `Latency of primaries with us beside that without us, in one process and in blocks that take turns, under each fault of the suite of chaos.
Needs redis-server, PostgreSQL, and a build.

node bench/latency/run.ts [options]

  --around NAMES        healthy, a place with all its faults (redis), one of them (redis/killed), and the bench itself: without, by-hand
                        (default: healthy and all places). Faults of a place are measured in one process, one after the other.
  --kinds NAMES         json, stream (default: both)
  --calls N             of each arm, at least (default: 6000)
  --rate R              share of the calls that are to be shadowed (default: 1)
  --first               puts the service and its provider before everything else on the machine (root, chrt)
  --concurrency N       calls under way at a time (default: 32)
  --block-ms N          length of a block (default: 2000)
  --prompt-chars N, --answer-chars N (default: 1000)
  --flags FLAGS         Node's, in the service. V8 lets garbage lie until it has a multiple of what is alive: a heap of a given size shows
                        what the process keeps (--flags '--max-old-space-size=192 --max-semi-space-size=8')
  --build DIR           of ours (default: packages/instrumentation/dist)
  --profile FILE        .cpuprofile or .heapprofile of the service; it makes it slower
  --json                a line of JSON for each cell
`;

const { values } = parseArgs({
  options: {
    around: { type: 'string' },
    calls: { type: 'string', default: '6000' },
    rate: { type: 'string', default: '1' },
    kinds: { type: 'string', default: 'json,stream' },
    concurrency: { type: 'string', default: '32' },
    'block-ms': { type: 'string', default: '2000' },
    'prompt-chars': { type: 'string', default: '1000' },
    'answer-chars': { type: 'string', default: '1000' },
    first: { type: 'boolean', default: false },
    flags: { type: 'string', default: '' },
    build: { type: 'string', default: 'packages/instrumentation/dist' },
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const { namedAround, servicesOf, WITH_US } = await import('./around.js');
const { measureService } = await import('./measure.js');
const { summarise } = await import('./summary.js');
const { COLUMNS, rowsOf } = await import('./table.js');

const build = isAbsolute(values.build) ? values.build : join(import.meta.dirname, '../..', values.build);
const services = servicesOf(aroundOrExit(values.around?.split(',') ?? WITH_US));

function aroundOrExit(names: readonly string[]): readonly Around[] {
  try {
    return namedAround(names);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return process.exit(2);
  }
}

function print(row: readonly string[]): void {
  process.stdout.write(`| ${row.join(' | ')} |\n`);
}

if (!values.json) {
  print(COLUMNS);
  print(COLUMNS.map((_, index) => (index < 2 ? '---' : '---:')));
}
for (const kind of values.kinds.split(',')) {
  const conditions: Conditions = {
    stream: kind === 'stream',
    calls: Number(values.calls),
    rate: Number(values.rate),
    blockMs: Number(values['block-ms']),
    warmBlocks: 60,
    concurrency: Number(values.concurrency),
    promptChars: Number(values['prompt-chars']),
    settings: { delayMs: 50, pieceMs: 2, pieces: 20, answerChars: Number(values['answer-chars']) },
    first: values.first,
    flags: values.flags.split(' ').filter((flag) => flag !== ''),
    build,
    ...(values.profile !== undefined && { profile: values.profile }),
  };
  for (const service of services) {
    for await (const { around, measurement } of measureService(service, conditions)) {
      if (!values.json) {
        for (const row of rowsOf(around, conditions, measurement)) print(row);
        continue;
      }
      const { counts, rejections, stolen } = measurement;
      const summary = summarise(measurement, conditions.stream);
      process.stdout.write(`${JSON.stringify({ around: around.title, kind, summary, counts, rejections, stolen })}\n`);
    }
  }
}
