import { expect, it } from 'vitest';
import { eBenjaminiHochberg } from '../../packages/evaluator/src/stats/e-bh.js';
import { decide } from '../../packages/evaluator/src/decide/decide.js';
import type { Verdict } from '../../packages/evaluator/src/decide/verdict.js';
import { addPair, emptyTally, mergeTallies, type Tally } from '../../packages/evaluator/src/tally/tally.js';
import { eProcess, threeErrors } from './e-process.js';
import { foundOf } from './found.js';
import { type Random, seeded } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';
import { AT_LEVEL_05, Run } from './world.js';

const SEGMENTS = 20;
const PAIRS = 2000;

it('accuses a segment of harm no more often than it may, however many there are', () => {
  const runs = 40 * SCALE;
  const random = seeded(6000);
  // Harm is tested on 1 - x: a segment at its margin has a mean of exactly 1 - m.
  const m = 0.55;
  let plain = 0;
  let listed = 0;
  for (let run = 0; run < runs; run += 1) {
    const processes = Array.from({ length: SEGMENTS }, () => {
      const process = eProcess(m);
      process.reset();
      return process;
    });
    let accused = false;
    let onList = false;
    for (let n = 0; n < PAIRS && !onList; n += 1) {
      const e = processes.map((process) => process.add(Number(random.chance(m))));
      accused ||= e.some((value) => value >= 20);
      onList = eBenjaminiHochberg(e.map(Math.log), { alpha: 0.05, hypotheses: SEGMENTS }).length > 0;
    }
    if (accused || onList) plain += 1;
    if (onList) listed += 1;
  }
  const row = { 'each at .05': plain / runs, known: 0.55, 'e-BH': listed / runs };
  printTable(`Some false accusation, ${SEGMENTS} segments at the boundary, ${PAIRS} pairs each, ${runs} runs`, [row]);
  foundOf('segments', { without: row['each at .05'], with: row['e-BH'], atMost: threeErrors(0.05, runs) });
  expect(row['each at .05']).toBeGreaterThan(0.35);
  expect(row['e-BH']).toBeLessThanOrEqual(threeErrors(0.05, runs));
});

const MARGIN = 0.1;
const POLICY = { ...AT_LEVEL_05, gates: { errors: { margin: MARGIN } }, maxSegments: SEGMENTS };

/** Pairs in which the candidate alone fails, or the incumbent alone: the mean of x is `mean`. */
function some(random: Random, pairs: number, mean: number): Tally {
  const tally = emptyTally((1 - MARGIN) / 2);
  let won = 0;
  for (let at = 0; at < pairs; at += 1) if (random.chance(mean)) won += 1;
  addPair(tally, { safe: 1, harm: 1, reference: 1, candidate: 0 }, 1, won);
  addPair(tally, { safe: 0, harm: 0, reference: 0, candidate: 1 }, 1, pairs - won);
  return tally;
}

/** Looks at twenty segments of these means until there are {@link PAIRS} pairs of each, or `until` says so. */
function looks(random: Random, means: readonly number[], until: (verdict: Verdict, pairs: number) => boolean): void {
  const input = new Run(POLICY).input();
  let tallies = means.map(() => emptyTally((1 - MARGIN) / 2));
  for (let pairs = 100; pairs <= PAIRS; pairs += 100) {
    tallies = tallies.map((tally, at) => mergeTallies(tally, some(random, 100, means[at] ?? 0.5)));
    const streams = Object.fromEntries(tallies.map((errors, at) => [`s${at}`, { errors }]));
    const overall = { errors: tallies.reduce(mergeTallies) };
    if (until(decide({ ...input, streams: { ...streams, _all: overall } }), pairs)) return;
  }
}

it('lists in a verdict no more segments than it may, at any of twenty looks', () => {
  const runs = 40 * SCALE;
  const random = seeded(6100);
  let listed = 0;
  for (let run = 0; run < runs; run += 1) {
    const means = Array.from({ length: SEGMENTS }, () => (1 - MARGIN) / 2);
    looks(random, means, ({ badSegments }) => {
      if (badSegments.length > 0) listed += 1;
      return badSegments.length > 0;
    });
  }
  printTable(`Some false listing in verdicts, ${SEGMENTS} segments at the boundary, ${runs} runs`, [
    { listed: listed / runs },
  ]);
  expect(listed / runs).toBeLessThanOrEqual(threeErrors(0.05, runs));
});

it('holds for the one segment of twenty that does worse, where all of them together are GO', () => {
  const runs = 10 * SCALE;
  const random = seeded(6200);
  const found: number[] = [];
  let [before, wrong] = [0, 0];
  for (let run = 0; run < runs; run += 1) {
    const means = Array.from({ length: SEGMENTS }, (_, at) => (at === 7 ? 0.3 : 0.5));
    looks(random, means, ({ state, badSegments }, pairs) => {
      const [worst] = badSegments;
      if (worst === undefined) {
        if (state === 'go') before += 1;
        return false;
      }
      expect(state).toBe('hold');
      if (worst.stream === 's7') found.push(pairs);
      if (badSegments.length > 1) wrong += 1;
      return true;
    });
  }
  const median = found.toSorted((a, b) => a - b)[Math.floor(found.length / 2)] ?? Infinity;
  printTable(`One of ${SEGMENTS} segments 20 points worse than the others, 10 allowed, ${runs} runs`, [
    { found: found.length / runs, 'median pairs of it': median, 'looks at GO before': before / runs },
  ]);
  expect(found).toHaveLength(runs);
  expect(median).toBeLessThanOrEqual(600);
  expect(before).toBeGreaterThan(0);
  expect(wrong).toBe(0);
});
