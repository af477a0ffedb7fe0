import { expect, it } from 'vitest';
import { sampleMismatch } from '../../packages/evaluator/src/decide/sample-ratio.js';
import { logSampleRatio } from '../../packages/evaluator/src/stats/sample-ratio.js';
import { foundOf } from './found.js';
import { type Random, seeded } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';

const RUNS = 60 * SCALE;
const CALLS = 100_000;
const LOOK_EVERY = 500;
const PROCESSES = 8;

/** Of each call: its process, what it is drawn by, and the probability. Keys are numbers from 0. */
interface Traffic {
  readonly kind: string;
  readonly keys: number;
  readonly rate: number;
  key(random: Random, at: number): number;
}

const TRAFFIC: readonly Traffic[] = [
  { kind: 'a trace a call', keys: CALLS, rate: 0.1, key: (_, at) => at },
  { kind: 'traces of 20 calls', keys: CALLS / 20, rate: 0.1, key: (_, at) => Math.floor(at / 20) },
  {
    kind: '5,000 users, a few of them busy',
    keys: 5000,
    rate: 0.2,
    key: (random) => Math.floor(5000 * random.next() ** 3),
  },
];

/** Whether each count was believed to be broken at any of the looks. */
interface Found {
  readonly calls: boolean;
  readonly draws: boolean;
  readonly here: boolean;
}

/** One run of an honest sampler: each key is drawn once, for all processes and calls. */
function honest({ keys, rate, key }: Traffic, random: Random): Found {
  const drawn = Uint8Array.from({ length: keys }, () => Number(random.next() < rate));
  const seen = new Uint8Array(keys * PROCESSES);
  const byCall = { draws: 0, drawn: 0 };
  const byProcess = Array.from({ length: PROCESSES }, () => ({ pi: rate, draws: 0, drawn: 0 }));
  let [calls, pooled, here] = [false, false, false];
  for (let at = 0; at < CALLS; at += 1) {
    const one = key(random, at);
    const process = Math.floor(PROCESSES * random.next());
    byCall.draws += 1;
    byCall.drawn += drawn[one] ?? 0;
    const own = byProcess[process];
    if (own !== undefined && seen[one * PROCESSES + process] === 0) {
      seen[one * PROCESSES + process] = 1;
      own.draws += 1;
      own.drawn += drawn[one] ?? 0;
    }
    if (at % LOOK_EVERY !== 0) continue;
    const sum = { draws: 0, drawn: 0 };
    for (const process of byProcess) {
      sum.draws += process.draws;
      sum.drawn += process.drawn;
    }
    calls ||= isBroken(byCall, rate);
    pooled ||= isBroken(sum, rate);
    here ||=
      sampleMismatch(byProcess.map((own, index) => ({ producer: 'p', place: index + 1, counts: [own] }))) !== null;
  }
  return { calls, draws: pooled, here };
}

function isBroken({ draws, drawn }: { readonly draws: number; readonly drawn: number }, rate: number): boolean {
  const logE = logSampleRatio({ counts: [drawn, draws - drawn], probabilities: [rate, 1 - rate] });
  return logE >= Math.log(1000);
}

it('believes an honest sampler, whose calls are drawn by the trace or the user', () => {
  const random = seeded(211);
  const rows = TRAFFIC.map((traffic) => {
    const runs = Array.from({ length: RUNS }, () => honest(traffic, random));
    const share = (of: (found: Found) => boolean): number => runs.filter(of).length / RUNS;
    return {
      traffic: traffic.kind,
      'as many draws as calls': share(({ calls }) => calls),
      'first calls, all processes together': share(({ draws }) => draws),
      here: share(({ here }) => here),
    };
  });
  printTable(
    `Honest samplers said to be broken, ${RUNS} runs of 100,000 calls in ${PROCESSES} processes, 200 looks`,
    rows,
  );
  const atMost = 0.001 + 3 * Math.sqrt(0.001 / RUNS);
  foundOf('sample_ratio', {
    without: rows.map((row) => row['as many draws as calls']),
    with: rows.map(({ here }) => here),
    atMost,
  });
  // One in a thousand is the guarantee: none of 60.
  for (const row of rows) expect(row.here).toBeLessThan(atMost);
  expect(rows[0]?.['as many draws as calls']).toBe(0);
  expect(rows[1]?.['as many draws as calls']).toBeGreaterThan(0.3);
  expect(rows[2]?.['as many draws as calls']).toBeGreaterThan(0.3);
  expect(rows[2]?.['first calls, all processes together']).toBeGreaterThan(0.01);
});

/** What a sampler does with the calls of one process. */
interface Sampler {
  readonly sampler: string;
  readonly rate: number;
  /** It is one process of so many: the last to have named the run. */
  readonly place: number;
  draws(random: Random, at: number): boolean;
}

/** A clock of milliseconds in the low bits of a trace id, read as a ratio sampler reads 56 bits that are random: below a bound. */
const low = (millisecond: number): number => (Date.UTC(2026, 10, 21) + millisecond) / 2 ** 56;

const BROKEN: readonly Sampler[] = [
  { sampler: 'reads the clock in a trace id for chance', rate: 0.1, place: 1, draws: (_, at) => low(50 * at) < 0.1 },
  { sampler: 'loses one in ten', rate: 0.5, place: 1, draws: (random) => random.next() < 0.5 && random.next() < 0.9 },
  { sampler: 'loses one in ten', rate: 0.1, place: 1, draws: (random) => random.next() < 0.1 && random.next() < 0.9 },
  { sampler: 'loses one in ten', rate: 0.1, place: 30, draws: (random) => random.next() < 0.1 && random.next() < 0.9 },
  { sampler: 'draws .12 and says .1', rate: 0.1, place: 1, draws: (random) => random.next() < 0.12 },
  { sampler: 'draws all and says .9', rate: 0.9, place: 1, draws: () => true },
];

it('finds a sampler that is broken, and prints after how many draws', () => {
  const random = seeded(212);
  const runs = 11 * SCALE;
  const rows = BROKEN.map(({ sampler, rate, place, draws }) => {
    const took = Array.from({ length: runs }, () => {
      const counts = { pi: rate, draws: 0, drawn: 0 };
      for (let at = 0; at < CALLS; at += 1) {
        counts.draws += 1;
        counts.drawn += Number(draws(random, at));
        if (at % 20 === 0 && sampleMismatch([{ producer: 'p', place, counts: [counts] }]) !== null) return counts.draws;
      }
      return Infinity;
    }).toSorted((a, b) => a - b);
    return {
      sampler,
      rate,
      'process no.': place,
      median: took[Math.floor(runs / 2)] ?? Infinity,
      most: took.at(-1) ?? Infinity,
    };
  });
  printTable(`Draws until a broken sampler is found, ${runs} runs`, rows);
  for (const { most } of rows) expect(most).toBeLessThan(CALLS);
});
