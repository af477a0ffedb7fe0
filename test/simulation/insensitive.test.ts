import { expect, it } from 'vitest';
import { emptyTally, addPair, snapshot } from '../../packages/evaluator/src/tally/tally.js';
import { foundOf } from './found.js';
import { seeded } from './random.js';
import { printTable } from './table.js';
import { AT_LEVEL_05, countsOf, noiseFacts, pair, Run } from './world.js';

const SLICES = 100;
const CALLS = 20;

/** How the incumbent agrees with itself on free text, by the scorer. The candidate writes garbage. */
const TEXTS = [
  { text: 'free text, exact match', agreement: 0, chance: 0 },
  { text: 'nearly always other words', agreement: 0.02, chance: 0 },
  { text: 'a quarter repeats itself', agreement: 0.25, chance: 0 },
  { text: 'just above the floor', agreement: 0.32, chance: 0 },
  { text: 'garbage matches at times', agreement: 0.4, chance: 0.1 },
] as const;

it('never says GO for garbage on free text', () => {
  const random = seeded(61);
  const rows = TEXTS.map(({ text, agreement, chance }) => {
    const run = new Run({
      ...AT_LEVEL_05,
      gates: { agreement: { scorer: 'exact', margin: 0.05, insensitiveBelow: 0.3 } },
    });
    let go = 0;
    let state = '';
    for (let slice = 0; slice < SLICES; slice += 1) {
      const pairs = Array.from({ length: CALLS }, () =>
        pair(noiseFacts('exact', Number(random.chance(chance)), Number(random.chance(agreement)))),
      );
      run.close(pairs, countsOf(pairs));
      const verdict = run.look();
      if (verdict.state === 'go') go += 1;
      state = `${verdict.state} (${verdict.reason})`;
    }
    return { text, 'looks that said GO': go, 'in the end': state };
  });
  printTable(`A candidate that writes garbage, ${SLICES * CALLS} pairs`, rows);
  foundOf('insensitive', { with: rows.reduce((sum, row) => sum + row['looks that said GO'], 0), atMost: 0 });
  for (const row of rows) expect(row['looks that said GO']).toBe(0);
  expect(rows[0]?.['in the end']).toBe('hold (insensitive)');
});

it('would say GO for garbage after 171 pairs without the rule', () => {
  const tally = emptyTally(0.475);
  let pairs = 0;
  while (snapshot(tally).safe.logE < Math.log(20)) {
    addPair(tally, { safe: 0.5, harm: 0.5, reference: 0, candidate: 0 });
    pairs += 1;
  }
  foundOf('insensitive', { without: pairs });
  expect(pairs).toBe(171);
});
