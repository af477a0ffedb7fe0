import { expect, it } from 'vitest';
import type { Gates } from '../../packages/evaluator/src/tally/gate-settings.js';
import { foundOf } from './found.js';
import { seeded, type Random } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';
import { AT_LEVEL_05, countsOf, facts, pair, Run } from './world.js';
import type { Outcome } from '../../packages/evaluator/src/tally/facts.js';

const SLICES = 24;
const CALLS = 125;
const FAILS = 0.87;
/** Each alone: with a gate on errors as well, latency would not be seen. T of p99 is given, or it would take 2,000 pairs. */
const GATES = {
  latency_p50: { ratio: 1.2 },
  latency_p95: { ratio: 1.2 },
  latency_p99: { ratio: 1.2, thresholdMs: 1300 },
  first_chunk_p50: { ratio: 1.2 },
  first_chunk_p95: { ratio: 1.2 },
} as const satisfies Gates;

const latency = (random: Random): number => 400 * Math.exp(0.5 * random.normal());
const answered = (durationMs: number): Outcome => ({ status: 'ok', durationMs, firstChunkMs: durationMs / 4 });
/** How a candidate fails, each time sooner than it would have answered. What leaves no leg proves nothing, harm as little as safety. */
const FAILURES = {
  'errors at once': [{ status: 'error', type: '500', durationMs: 3 }],
  'legs that are lost, aborted, and errors': [
    { status: 'error', type: 'timeout', durationMs: 1 },
    { status: 'missing', reason: 'leg_broken' },
    { status: 'aborted', afterMs: 2 },
  ],
} as const satisfies Readonly<Record<string, readonly Outcome[]>>;

interface Looks {
  readonly go: number;
  readonly last: string;
}

/** Looks that say GO, or pass the gate, over a run. `survivors`: failed calls are left out, as if latency were only of those that answer. */
function looks(gates: Gates, random: Random, failures: readonly Outcome[], survivors: boolean): Looks {
  const run = new Run({ ...AT_LEVEL_05, gates });
  let go = 0;
  for (let slice = 0; slice < SLICES; slice += 1) {
    const calls = Array.from({ length: CALLS }, () => {
      const failure = random.chance(FAILS) ? failures[Math.floor(failures.length * random.next())] : undefined;
      const shadow = failure ?? answered(0.3 * latency(random));
      return pair(facts({ primary: answered(latency(random)), shadow }));
    });
    const pairs = survivors ? calls.filter((one) => one.facts.shadow.status === 'ok') : calls;
    run.close(pairs, countsOf(pairs));
    const { state, gates: said } = run.look();
    if (state === 'go' || said.some((gate) => gate.state === 'safe')) go += 1;
  }
  return { go, last: run.look().state };
}

it('never passes latency of a candidate that fails most calls, however fast it is on the rest', () => {
  const runs = 8 * SCALE;
  const random = seeded(7500);
  const worlds = Object.entries(FAILURES).flatMap(([how, failures]) =>
    Object.entries(GATES).map(([name, setting]) => ({ how, failures, name, setting })),
  );
  const rows = worlds.map(({ how, failures, name, setting }) => {
    const all = Array.from({ length: runs }, () => looks({ [name]: setting }, random, failures, false));
    // Of those that answer there are 16 in a slice: T would be found in the 31st, so it is given.
    const given: Gates = { [name]: { ratio: 1.2, thresholdMs: name.startsWith('first') ? 100 : 400 } };
    const alone = Array.from({ length: runs }, () => looks(given, random, failures, true));
    return {
      fails: how,
      gate: name,
      'survivors only: runs with GO': alone.filter(({ go }) => go > 0).length / runs,
      'looks that pass': all.reduce((sum, { go }) => sum + go, 0),
      'in the end': [...new Set(all.map(({ last }) => last))].join(', '),
    };
  });
  printTable(`A candidate that fails 87 % and answers at .3 of the time, ${SLICES} looks, ${runs} runs`, rows);
  foundOf('survivors', {
    without: Math.min(...rows.map((row) => row['survivors only: runs with GO'])),
    with: rows.reduce((sum, row) => sum + row['looks that pass'], 0),
    atMost: 0,
  });
  for (const row of rows) {
    expect(row['survivors only: runs with GO']).toBe(1);
    expect(row['looks that pass']).toBe(0);
    expect(row['in the end']).toBe(row.fails === 'errors at once' ? 'no_go' : 'hold');
  }
});
