import type { Around } from './around.js';
import type { Measurement } from './client.js';
import type { Conditions } from './measure.js';
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
  'spread',
  'event loop p99, ms',
  'CPU a call, µs',
  'RSS growth, MiB',
  'shadowed',
  'stolen rounds, set aside + kept',
  'met',
];

function cells({ ours, control, bare }: Compared): string[] {
  const ratio = (value: number): string => `x${value.toFixed(3)}`;
  const between = ours.p99Between.map((end) => end.toFixed(2)).join('..');
  return [
    `${bare.p50.toFixed(1)} / ${bare.p99.toFixed(1)}`,
    ratio(ours.p50),
    ratio(control.p50),
    `${ratio(ours.p99)} (${between})`,
    ratio(control.p99),
    ratio(1 + control.spread),
  ];
}

/** One or, for streams, two rows: to the end of an answer, and to its first piece. */
export function rowsOf(
  { title }: Around,
  { stream, rate }: Pick<Conditions, 'stream' | 'rate'>,
  measurement: Measurement,
): readonly (readonly string[])[] {
  const { whole, firstChunk, loop, cpu, rssGrowth, isSteady, shadowed, wrong, goals } = summarise(measurement, stream);
  const met = Object.entries(goals).map(([goal, reached]) => `${goal} ${reached ? 'yes' : 'NO'}`);
  if (wrong + measurement.rejections > 0)
    met.unshift(`VOID: ${wrong} wrong answers, ${measurement.rejections} rejections`);
  const rest = [
    `${loop.bare.toFixed(1)} / ${loop.ours.toFixed(1)}`,
    `${cpu.bare.toFixed(0)} / ${cpu.ours.toFixed(0)}`,
    `${rssGrowth.toFixed(1)}${isSteady ? '' : ' (not steady before)'}`,
    shadowed === null ? '' : `${(shadowed * 100).toFixed(1)} %`,
    `${measurement.stolen.setAside} + ${measurement.stolen.kept}`,
    met.join(', '),
  ];
  const named = rate === 1 ? title : `${title}, ${rate * 100} % sampled`;
  const first = [named, stream ? 'stream, whole' : 'JSON', ...cells(whole), ...rest];
  if (firstChunk === null) return [first];
  return [first, ['', 'stream, first piece', ...cells(firstChunk), '', '', '', '', '', '']];
}
