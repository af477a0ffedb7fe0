import type { Cell } from './measure.js';
import { type Fault, FAULTS } from './faults.js';
import type { Measurement } from './client.js';
import { type Compared, summarise } from './summary.js';

/** The head of the bench's table. */
export const COLUMNS: readonly string[] = [
  'around it',
  'measured',
  'without us, p50 / p99, ms',
  'p50 with us',
  'A/A',
  'p99 with us',
  'A/A',
  'event loop p99, ms',
  'CPU a call, µs',
  'RSS growth, MiB',
  'shadows',
  'met',
];

function cells({ ours, control, bare }: Compared): string[] {
  const ratios = [ours.p50, control.p50, ours.p99, control.p99].map((ratio) => `x${ratio.toFixed(3)}`);
  return [`${bare.p50.toFixed(1)} / ${bare.p99.toFixed(1)}`, ...ratios];
}

/** One or, for streams, two rows: to the end of an answer, and to its first piece. */
export function rowsOf(cell: Cell, measurement: Measurement): readonly (readonly string[])[] {
  const { title }: Fault = FAULTS[cell.fault];
  const { whole, firstChunk, loop, cpu, rssGrowth, wrong, goals } = summarise(measurement, cell.stream);
  const met = Object.entries(goals).map(([goal, reached]) => `${goal} ${reached ? 'yes' : 'NO'}`);
  if (wrong + measurement.rejections > 0)
    met.unshift(`VOID: ${wrong} wrong answers, ${measurement.rejections} rejections`);
  const rest = [
    `${loop.bare.toFixed(1)} / ${loop.ours.toFixed(1)}`,
    `${cpu.bare.toFixed(0)} / ${cpu.ours.toFixed(0)}`,
    rssGrowth.toFixed(1),
    String(measurement.funnel['admitted'] ?? 0),
    met.join(', '),
  ];
  const named = cell.rate === 1 ? title : `${title}, ${cell.rate * 100} % sampled`;
  const first = [named, cell.stream ? 'stream, whole' : 'JSON', ...cells(whole), ...rest];
  if (firstChunk === null) return [first];
  return [first, ['', 'stream, first piece', ...cells(firstChunk), '', '', '', '', '']];
}
