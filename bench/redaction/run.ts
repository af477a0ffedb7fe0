/**
 * How long the redaction of a text takes, by its length: `node --import ./test/ways-of-calling/source-modules.mjs
 * bench/redaction/run.ts`.
 *
 * Ordinary text, and all that is known to make a scanner begin again and again, each repeated up to the length. Time is the CPU
 * time of the thread, of each text the best of several runs: what else runs on the machine can only add to it. The growth is the exponent b of time = a * length^b, by least squares in
 * logarithms from 64 Ki characters on: 1 is linear, 2 quadratic.
 */
import { HARD_UNITS } from '../../packages/instrumentation/src/trial/privacy/hard-units.test.support.js';
import { Placeholders } from '../../packages/instrumentation/src/trial/privacy/placeholders.js';
import { redact } from '../../packages/instrumentation/src/trial/privacy/redact.js';

const KI = 1024;
const LENGTHS = [16, 32, 64, 128, 256, 512, 1024].map((length) => length * KI);
const RUNS = 3;
/** Of ordinary text and of the hardest ones, which are what the table says. */
const RUNS_OF_THE_HARDEST = 20;
const HARDEST = 10;
/** Characters that are looked through in one measurement, at least: the clock ticks every few milliseconds. */
const MEASURED = 512 * KI;
const PROSE =
  'Please look at order 48121 of 3 May: it was to come to Bern, and nobody has called. You can reach me at carol@mail.example.com ' +
  'or under (415) 555-2671. {"status": "open", "items": [12, 7]} – many thanks! ';

function bestOf(text: string, runs: number = RUNS): number {
  let best = Infinity;
  for (let run = 0; run < runs; run += 1) {
    const times = Math.ceil(MEASURED / text.length);
    const before = process.threadCpuUsage();
    for (let time = 0; time < times; time += 1) redact(text, new Placeholders());
    const { user, system } = process.threadCpuUsage(before);
    best = Math.min(best, (user + system) / 1000 / times);
  }
  return best;
}

function repeated(unit: string, length: number): string {
  return unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
}

/** The exponent of growth, of points of length and time. */
function growthOf(points: readonly (readonly [length: number, ms: number])[]): number {
  const logs = points.map(([length, ms]) => [Math.log(length), Math.log(ms)] as const);
  const mean = (at: 0 | 1): number => logs.reduce((sum, log) => sum + log[at], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = logs.reduce((sum, [length, ms]) => sum + (length - x) * (ms - y), 0);
  return covariance / logs.reduce((sum, [length]) => sum + (length - x) ** 2, 0);
}

interface Measured {
  readonly unit: string;
  /** By length, in milliseconds. */
  readonly times: readonly number[];
  readonly growth: number;
}

function measure(unit: string, runs: number = RUNS): Measured {
  const times = LENGTHS.map((length) => bestOf(repeated(unit, length), runs));
  const points = LENGTHS.map((length, index) => [length, times[index] ?? Number.NaN] as const);
  return { unit, times, growth: growthOf(points.filter(([length]) => length >= 64 * KI)) };
}

for (const unit of HARD_UNITS) bestOf(repeated(unit, 128 * KI));
const prose = measure(PROSE, RUNS_OF_THE_HARDEST);
const all = HARD_UNITS.map((unit) => measure(unit)).toSorted((a, b) => (b.times.at(-1) ?? 0) - (a.times.at(-1) ?? 0));
const hard = all.map((measured, rank) => (rank < HARDEST ? measure(measured.unit, RUNS_OF_THE_HARDEST) : measured));
const steepest = hard.toSorted((a, b) => b.growth - a.growth)[0] ?? prose;

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |\n`;
const ms = (value: number): string => value.toFixed(value < 1 ? 2 : 1);
const shown = (unit: string): string => `\`${JSON.stringify(unit).slice(1, -1).replaceAll('|', '\\|')}\``;
let before: number | null = null;
process.stdout.write(row(['characters', 'ordinary text, ms', 'the hardest, ms', 'times the one before', 'which']));
process.stdout.write(row(['---', '---', '---', '---', '---']));
for (const [index, length] of LENGTHS.entries()) {
  const hardest = hard.toSorted((a, b) => (b.times[index] ?? 0) - (a.times[index] ?? 0))[0] ?? prose;
  const worst = hardest.times[index] ?? Number.NaN;
  const ratio = before === null ? '' : (worst / before).toFixed(2);
  process.stdout.write(row([`${length / KI} Ki`, ms(prose.times[index] ?? 0), ms(worst), ratio, shown(hardest.unit)]));
  before = worst;
}
process.stdout.write(
  `\n${HARD_UNITS.length} hard texts. Growth: ${prose.growth.toFixed(2)} of ordinary text, at most ${steepest.growth.toFixed(2)} ` +
    `(${shown(steepest.unit)}); 1 is linear.\n`,
);
