import { isAbsolute, join } from 'node:path';
import { parseArgs } from 'node:util';
// The sources run as they are; the modules below are loaded once this is in place.
import '../../test/ways-of-calling/source-modules.mjs';
import type { FaultName } from './faults.js';
import type { Cell } from './measure.js';

/**
 * Latency of primaries with us beside that without us, in one process and in blocks that take turns, healthy and under each fault.
 * Needs redis-server; run after a build. `--first` puts the service and its provider before everything else on the machine (root, `chrt`);
 * `--flags` are Node's in the service. V8 lets garbage lie until it has a multiple of what is alive: a heap of a given size shows what the
 * process keeps (`--flags '--max-old-space-size=192 --max-semi-space-size=8'`):
 *
 *     node bench/latency/run.ts [--first] [--flags FLAGS] [--calls 6000] [--rate 1] [--faults healthy,redis_stopped] [--kinds json,stream]
 *         [--build DIR] [--json]
 */
const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '6000' },
    rate: { type: 'string', default: '1' },
    faults: { type: 'string' },
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
  },
});
const { FAULTS } = await import('./faults.js');
const { measureCell } = await import('./measure.js');
const { summarise } = await import('./summary.js');
const { COLUMNS, rowsOf } = await import('./table.js');

const build = isAbsolute(values.build) ? values.build : join(import.meta.dirname, '../..', values.build);
const faults = (values.faults?.split(',') ?? Object.keys(FAULTS)) as FaultName[];

function print(row: readonly string[]): void {
  process.stdout.write(`| ${row.join(' | ')} |\n`);
}

if (!values.json) {
  print(COLUMNS);
  print(COLUMNS.map((_, index) => (index < 2 ? '---' : '---:')));
}
for (const kind of values.kinds.split(',')) {
  for (const fault of faults) {
    const cell: Cell = {
      fault,
      stream: kind === 'stream',
      calls: Number(values.calls),
      rate: Number(values.rate),
      blockMs: Number(values['block-ms']),
      concurrency: Number(values.concurrency),
      promptChars: Number(values['prompt-chars']),
      settings: { delayMs: 50, pieceMs: 2, pieces: 20, answerChars: Number(values['answer-chars']) },
      first: values.first,
      flags: values.flags.split(' ').filter((flag) => flag !== ''),
      build,
      ...(values.profile !== undefined && { profile: values.profile }),
    };
    const measurement = await measureCell(cell);
    if (!values.json) {
      for (const row of rowsOf(cell, measurement)) print(row);
      continue;
    }
    const { funnel, outcomes, dropped, failures, rejections, stolen } = measurement;
    const summary = summarise(measurement, cell.stream);
    process.stdout.write(
      `${JSON.stringify({ fault, kind, summary, funnel, outcomes, dropped, failures, rejections, stolen })}\n`,
    );
  }
}
