import { expect, it } from 'vitest';
import { eBenjaminiHochberg } from '../../packages/evaluator/src/stats/e-bh.js';
import { eProcess, threeErrors } from './e-process.js';
import { foundOf } from './found.js';
import { seeded } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';

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
