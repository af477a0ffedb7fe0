import { expect, it } from 'vitest';
import { quantileRanks, type Ranks } from '../../packages/evaluator/src/stats/quantile-sequence.js';
import { eProcess } from './e-process.js';
import { foundOf } from './found.js';
import { seeded, type Random } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';

const RATIO = 1.2;
const SIGMA = 0.5;

/** A quantile, the normal one of its probability, a look after every so many pairs, and what the design knows of it. */
const QUANTILES = [
  { p: 0.5, z: 0, every: 1, runs: 100, frozen: 111, sequences: 632 },
  { p: 0.95, z: 1.644_853_6, every: 5, runs: 60, frozen: 499, sequences: 1504 },
  { p: 0.99, z: 2.326_347_9, every: 20, runs: 40, frozen: 2002, sequences: 4956 },
] as const;

const latency = (random: Random): number => Math.exp(SIGMA * random.normal());

function medianOf(runs: number, pairs: () => number): number {
  return Array.from({ length: runs }, pairs).toSorted((a, b) => a - b)[Math.ceil(runs / 2) - 1] ?? 0;
}

/** Pairs until "more than 1.2 T is no commoner than more than T was" is shown, T being the true quantile of the primary. */
function byThreshold(random: Random, threshold: number): number {
  const process = eProcess(0.5);
  process.reset();
  let n = 1;
  const x = (): number => (Number(latency(random) > threshold) - Number(latency(random) > RATIO * threshold) + 1) / 2;
  while (process.add(x()) < 20) n += 1;
  return n;
}

/** Pairs until the upper end of the ratio of both quantiles, each at half the level, is below 1.2. */
function bySequences(random: Random, every: number, ranksOf: (n: number) => Ranks): number {
  const primary: number[] = [];
  const shadow: number[] = [];
  for (let n = 1; ; n += 1) {
    insert(primary, latency(random));
    insert(shadow, latency(random));
    if (n % every !== 0) continue;
    const { lower, upper } = ranksOf(n);
    if (lower === null || upper === null) continue;
    if ((shadow[upper - 1] ?? Infinity) / (primary[lower - 1] ?? 0) < RATIO) return n;
  }
}

function insert(sorted: number[], value: number): void {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, value);
}

it('needs a fraction of the pairs that the ratio of two quantiles’ sequences needs', () => {
  const rows = QUANTILES.map(({ p, z, every, runs, frozen, sequences }, at) => {
    const [event, ratio] = [seeded(7200 + at), seeded(7210 + at)];
    const known = new Map<number, Ranks>();
    const ranksOf = (n: number): Ranks => {
      const ranks = known.get(n) ?? quantileRanks(n, p, { alpha: 0.025 });
      known.set(n, ranks);
      return ranks;
    };
    return {
      quantile: p,
      'frozen T': medianOf(400 * SCALE, () => byThreshold(event, Math.exp(SIGMA * z))),
      'known, T': frozen,
      'ratio of sequences': medianOf(runs * SCALE, () => bySequences(ratio, every, ranksOf)),
      'known, ratio': sequences,
    };
  });
  printTable('Median pairs to GO on latency without a true difference, ratio 1.2, log-normal, sigma .5', rows);
  foundOf('frozen', {
    without: rows.map((row) => row['ratio of sequences']),
    with: rows.map((row) => row['frozen T']),
  });
  for (const row of rows) {
    expect(Math.abs(row['frozen T'] / row['known, T'] - 1)).toBeLessThan(0.2);
    // The world behind the figures of the sequences is not written down: this one is a little kinder to them.
    expect(Math.abs(row['ratio of sequences'] / row['known, ratio'] - 1)).toBeLessThan(0.3);
    expect(row['frozen T']).toBeLessThan(0.6 * row['ratio of sequences']);
  }
});
