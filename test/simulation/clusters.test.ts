import { expect, it } from 'vitest';
import { eProcess, threeErrors, type EProcess } from './e-process.js';
import { foundOf } from './found.js';
import { seeded, type Random } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';
import { AT_LEVEL_05, countsOf, errorFacts, pair, Run, shareOfGo } from './world.js';

/** Of failure rates: the boundary of the mean is (1 - .1) / 2 = .45. */
const MARGIN = 0.1;
const MEAN = (1 - MARGIN) / 2;
const PAIRS = 3600;
const PAIRS_PER_SLICE = 60;

/** Conversations of `size` calls that all say the same, at the boundary, each call counted as if it were the first. */
function fooled(random: Random, test: EProcess, size: number): boolean {
  test.reset();
  for (let made = 0; made < PAIRS; made += size) {
    const x = random.chance(MEAN) ? 1 : 0;
    for (let copy = 0; copy < size; copy += 1) if (test.add(x) >= 20) return true;
  }
  return false;
}

/** The same conversations closed in slices, their calls under one key: whether the gate is passed at any look. */
function passes(random: Random, size: number): boolean {
  const run = new Run({ ...AT_LEVEL_05, gates: { errors: { margin: MARGIN } } });
  for (let made = 0; made < PAIRS; made += PAIRS_PER_SLICE) {
    const pairs = Array.from({ length: PAIRS_PER_SLICE / size }, () => {
      const facts = errorFacts(random.chance(MEAN) ? 1 : 0);
      const first = pair(facts);
      return [first, ...Array.from({ length: size - 1 }, () => pair(facts, { cluster: first.cluster }))];
    }).flat();
    run.close(pairs, countsOf(pairs));
    if (run.look().gates[0]?.state === 'safe') return true;
  }
  return false;
}

it('takes one call of a conversation as evidence, where counting all of them is fooled', () => {
  const runs = 80 * SCALE;
  const test = eProcess(MEAN);
  const figures = [
    [1, 0.05],
    [2, 0.23],
    [3, 0.39],
    [5, 0.59],
    [10, 0.75],
  ] as const;
  const rows = figures.map(([size, known]) => {
    const every = seeded(50 + size);
    const one = seeded(70 + size);
    return {
      'calls a conversation': size,
      known,
      'every call counts': shareOfGo(5 * runs, () => fooled(every, test, size)),
      'one call counts': shareOfGo(runs, () => passes(one, size)),
    };
  });
  printTable(`False GO at the boundary with identical copies, ${PAIRS} calls, level .05, ${runs} runs`, rows);
  for (const row of rows) expect(row['one call counts']).toBeLessThanOrEqual(threeErrors(0.05, runs));
  const [alone, ...repeated] = rows;
  expect(alone?.['every call counts']).toBeLessThanOrEqual(threeErrors(0.05, 5 * runs));
  for (const { known, 'every call counts': share } of repeated) {
    const error = Math.sqrt((known * (1 - known)) / (5 * runs));
    expect(Math.abs(share - known)).toBeLessThan(3 * error + 0.005);
  }
  foundOf('clusters', {
    without: repeated.map((row) => row['every call counts']),
    with: repeated.map((row) => row['one call counts']),
    atMost: threeErrors(0.05, runs),
  });
});

it('remembers a conversation over slices', () => {
  const run = new Run({ ...AT_LEVEL_05, gates: { errors: { margin: MARGIN } } });
  for (let slice = 0; slice < 50; slice += 1) {
    const pairs = [pair(errorFacts(1), { cluster: 'the same' }), pair(errorFacts(1), { cluster: 'the same' })];
    run.close(pairs, countsOf(pairs));
  }
  expect(run.look()).toMatchObject({ state: 'hold', pairs: 1 });
});
