import { describe, expect, it } from 'vitest';
import { eProcess, naiveTest, threeErrors } from './e-process.js';
import { foundOf } from './found.js';
import { seeded } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';
import { AT_LEVEL_05, countsOf, errorFacts, pair, Run, shareOfGo } from './world.js';

/** x in {0, .5, 1} with the given share of ties and the given mean. */
function draw(uniform: number, ties: number, mean: number): number {
  if (uniform < ties) return 0.5;
  return uniform < ties + (mean - ties / 2) ? 1 : 0;
}

describe('false GO where the candidate is exactly at the margin', () => {
  it('stays within alpha with a look after every pair, where a z-test does not', () => {
    const m = 0.45;
    const runs = 1000 * SCALE;
    const rows = [0, 0.3, 0.6, 0.85].map((ties, at) => {
      const random = seeded(1000 + at);
      const process = eProcess(m);
      const naive = naiveTest(m);
      let fooled = 0;
      const share = shareOfGo(runs, () => {
        process.reset();
        naive.reset();
        let go = false;
        let naiveGo = false;
        for (let n = 1; n <= 4000; n += 1) {
          const x = draw(random.next(), ties, m);
          const e = process.add(x);
          naiveGo = naive.add(x) || naiveGo;
          if (n >= 50 && e >= 20) go = true;
        }
        if (naiveGo) fooled += 1;
        return go;
      });
      return { ties, 'false GO': share, 'naive z-test': fooled / runs };
    });
    printTable(`False GO at the boundary, a look after every pair, n = 50..4000, level .05, ${runs} runs`, rows);
    foundOf('anytime', {
      without: rows.map((row) => row['naive z-test']),
      with: rows.map((row) => row['false GO']),
      atMost: threeErrors(0.05, runs),
    });
    for (const row of rows) {
      expect(row['false GO']).toBeLessThanOrEqual(threeErrors(0.05, runs));
      expect(row['naive z-test']).toBeGreaterThan(0.3);
    }
  });

  it('stays within alpha through slices, stored tallies and verdicts, with a look after every slice', () => {
    const runs = 150 * SCALE;
    const margin = 0.05;
    const m = (1 - margin) / 2;
    const policy = { ...AT_LEVEL_05, gates: { errors: { margin } } };
    const rows = [0, 0.3, 0.6, 0.85].map((ties, at) => {
      const random = seeded(2000 + at);
      const naive = naiveTest(m);
      let fooled = 0;
      const share = shareOfGo(runs, () => {
        const run = new Run(policy);
        naive.reset();
        let go = false;
        let naiveGo = false;
        for (let slice = 0; slice < 100; slice += 1) {
          const pairs = Array.from({ length: 20 }, () => {
            const x = draw(random.next(), ties, m);
            naiveGo = naive.add(x) || naiveGo;
            return pair(errorFacts(x));
          });
          run.close(pairs, countsOf(pairs));
          // The gate, and not the state: a NO_GO before it would hide a GO that came too easily.
          go = run.look().gates.every((gate) => gate.state === 'safe') || go;
        }
        if (naiveGo) fooled += 1;
        return go;
      });
      return { ties, 'false GO': share, 'naive z-test': fooled / runs };
    });
    printTable(
      `False GO at the boundary through closeSlice and decide, 100 slices of 20 pairs, level .05, ${runs} runs`,
      rows,
    );
    for (const row of rows) expect(row['false GO']).toBeLessThanOrEqual(threeErrors(0.05, runs));
    const naive = rows.reduce((sum, row) => sum + row['naive z-test'], 0) / rows.length;
    expect(naive).toBeGreaterThan(0.3);
  });
});
