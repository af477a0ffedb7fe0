import { describe, expect, it } from 'vitest';
import type { Amounts } from '../../packages/evaluator/src/tally/amounts.js';
import { observeCost, spendingBoundary } from '../../packages/evaluator/src/tally/spending.js';
import { BETS } from '../../packages/evaluator/src/stats/bets.js';
import { meanHalfWidthOneSided } from '../../packages/evaluator/src/stats/mean-sequence.js';
import type { PairFacts } from '../../packages/evaluator/src/tally/facts.js';
import type { Verdict } from '../../packages/evaluator/src/decide/verdict.js';
import { foundOf } from './found.js';
import { threeErrors } from './e-process.js';
import { seeded, type Random } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';
import { AT_LEVEL_05, countsOf, facts, pair, Run, shareOfGo } from './world.js';

const RATIO = 1.2;
const NANO = 1e9;

/** The numbers of a pair that cost so many dollars. */
function costFacts(primary: number | null, shadow: number | null, some: Partial<PairFacts> = {}): PairFacts {
  const nano = (dollars: number | null): number | null => (dollars === null ? null : Math.round(dollars * NANO));
  const sides = [nano(primary), nano(shadow)] as const;
  const amounts: Amounts = { paid_cost: sides, list_cost: sides };
  const counted = { status: 'ok', durationMs: 100, tokens: { input: 10, output: 10 } } as const;
  const notes = { primary: null, shadow: null, tools: null, classes: ['ok', 'ok'], amounts } as const;
  return facts({ primary: counted, shadow: counted, notes, ...some });
}

/** The e-process with as many different values as there are pairs: the factors are multiplied, and not looked up. */
function capitalOf(m: number): { reset(): void; add(x: number): number } {
  const capital = new Float64Array(BETS);
  return {
    reset: () => capital.fill(1),
    add: (x) => {
      let sum = 0;
      for (let g = 0; g < BETS; g += 1) {
        const lambda = (((g + 1) / BETS) * 0.5) / m;
        sum += capital[g] = (capital[g] as number) * (1 + lambda * (x - m));
      }
      return sum / BETS;
    },
  };
}

/** What a pair costs where the candidate's total is just `RATIO` times the incumbent's, and the most one call may. */
interface World {
  readonly name: string;
  readonly most: number;
  draw(random: Random): readonly [primary: number, shadow: number];
}

/** Of mean 1. */
const logNormal = (random: Random, sigma: number): number => Math.exp(sigma * random.normal() - sigma ** 2 / 2);

const WORLDS: readonly World[] = [
  {
    name: 'log-normal, sigma .5',
    most: 20,
    draw: (random) => [logNormal(random, 0.5), RATIO * logNormal(random, 0.5)],
  },
  {
    name: 'log-normal, sigma 1, the same call',
    most: 100,
    draw: (random) => {
      const call = logNormal(random, 1);
      return [call, RATIO * call * logNormal(random, 0.3)];
    },
  },
  { name: 'uniform up to the most', most: 1, draw: (random) => [random.next() / RATIO, random.next()] },
  {
    name: '2 % runaways at 11 times',
    most: 30,
    draw: (random) => [logNormal(random, 0.3), logNormal(random, 0.3) * (random.chance(0.02) ? 11 : 1)],
  },
  {
    name: '.41 % runaways at 50 times',
    most: 60,
    draw: (random) => [1, random.chance(0.2 / 49) ? 50 : 1],
  },
  {
    name: '1 % dear primaries, shadows alike',
    most: 60,
    draw: (random) => [random.chance(0.01) ? 50 : 1, RATIO * 1.49],
  },
];

describe('false GO on cost where the total is just at the ratio', () => {
  it('stays within alpha with a look after every pair, where the asymptotic sequence does not', () => {
    const runs = 250 * SCALE;
    const pairs = 2000;
    const m = spendingBoundary({ ratio: RATIO });
    const rows = WORLDS.map(({ name, most, draw }, at) => {
      const random = seeded(5700 + at);
      const capital = capitalOf(m);
      let fooled = 0;
      const share = shareOfGo(runs, () => {
        capital.reset();
        let [go, naive, sum, squares] = [false, false, 0, 0];
        for (let n = 1; n <= pairs; n += 1) {
          const [primary, shadow] = draw(random);
          const x = observeCost(costFacts(primary, shadow), { ratio: RATIO, most: most * NANO })?.safe ?? 0;
          if (capital.add(x) >= 20) go = true;
          sum += x;
          squares += x * x;
          const variance = (squares - sum ** 2 / n) / (n - 1);
          if (n >= 30 && sum / n - meanHalfWidthOneSided(variance, n) > m) naive = true;
        }
        if (naive) fooled += 1;
        return go;
      });
      return { costs: name, 'most / mean': most, 'false GO': share, asymptotic: fooled / runs };
    });
    printTable(`False GO on cost at the boundary, a look after every pair to ${pairs}, level .05, ${runs} runs`, rows);
    const runaway = rows.filter(({ costs }) => costs.includes('runaways'));
    foundOf('cost', {
      without: runaway.map(({ asymptotic }) => asymptotic),
      with: runaway.map((row) => row['false GO']),
      atMost: threeErrors(0.05, runs),
    });
    for (const row of rows) expect(row['false GO']).toBeLessThanOrEqual(threeErrors(0.05, runs));
    for (const { asymptotic } of runaway) expect(asymptotic).toBeGreaterThan(0.2);
  });
});

/** Two in a hundred of the candidate's calls run away to fifty times the cost: 1.98 times the total, and 1.08 times by the geometric mean. */
function runaways(random: Random, pairs: number): readonly (readonly [primary: number, shadow: number])[] {
  return Array.from({ length: pairs }, () => {
    const call = 0.001 * logNormal(random, 0.5);
    return [call, call * (random.chance(0.02) ? 50 : 1)];
  });
}

interface Limit {
  readonly ratio: number;
  readonly mostPerCall: number;
}

/** Slices of 100 pairs, looked at after each; whether it ever was GO, and what was said in the end. */
function looks(
  cost: Limit,
  slices: readonly (readonly PairFacts[])[],
): { readonly go: boolean; readonly last: Verdict } {
  const run = new Run({ ...AT_LEVEL_05, gates: { cost } });
  let go = false;
  for (const slice of slices) {
    const pairs = slice.map((one) => pair(one));
    run.close(pairs, countsOf(pairs));
    go = run.look().state === 'go' || go;
  }
  return { go, last: run.look() };
}

const slicesOf = <Item>(items: readonly Item[], size = 100): Item[][] =>
  Array.from({ length: items.length / size }, (_, at) => items.slice(at * size, (at + 1) * size));

describe('runaways', () => {
  const runs = 20 * SCALE;
  const worlds = Array.from({ length: runs }, (_, at) => runaways(seeded(5800 + at), 2000));

  it('never are GO, though the geometric mean of the ratios is 1.08', () => {
    const logs = worlds.flat().map(([primary, shadow]) => Math.log(shadow / primary));
    expect(Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length)).toBeCloseTo(1.08, 1);
    const total = (side: 0 | 1): number => worlds.flat().reduce((sum, call) => sum + call[side], 0);
    expect(total(1) / total(0)).toBeCloseTo(1.98, 0);
    const ends = worlds.map((calls) =>
      looks(
        { ratio: RATIO, mostPerCall: 0.25 },
        slicesOf(calls.map(([primary, shadow]) => costFacts(primary, shadow))),
      ),
    );
    // The same test of the mean logarithm of the ratio, which says what a typical call costs.
    const typical = worlds.filter((calls) => {
      const capital = capitalOf(0.5);
      capital.reset();
      return calls.some(([primary, shadow]) => {
        const log = Math.log((RATIO * primary) / shadow) / (2 * Math.log(60));
        return capital.add(0.5 + log) >= 20;
      });
    });
    const share = ends.filter(({ go }) => go).length / runs;
    foundOf('runaways', { without: typical.length / runs, with: share, atMost: 0 });
    expect(share).toBe(0);
    expect(typical.length).toBeGreaterThan(runs / 2);
  });

  it('never are GO where the policy allows one call less than they take, and the verdict says so', () => {
    const ends = worlds.map((calls) =>
      looks(
        { ratio: RATIO, mostPerCall: 0.003 },
        slicesOf(calls.map(([primary, shadow]) => costFacts(primary, shadow))),
      ),
    );
    const share = ends.filter(({ go }) => go).length / runs;
    const unheld = ends.filter(({ last }) => last.gates[0]?.state === 'safe').length / runs;
    foundOf('over_limit', { without: unheld, with: share, atMost: 0 });
    expect(share).toBe(0);
    for (const { last } of ends) expect(last).toMatchObject({ state: 'hold', reason: 'over_limit' });
    // At so little their total looks to be within the ratio: without the hold most would be GO.
    expect(unheld).toBeGreaterThan(0.5);
  });

  it('never are GO where their time is over before they are paid for', () => {
    for (const calls of worlds) {
      const timedOut = { shadow: { status: 'error', type: 'timeout', durationMs: 60_000 } } as const;
      const pairs = calls.map(([primary, shadow]) =>
        shadow > 20 * primary ? costFacts(primary, null, timedOut) : costFacts(primary, shadow),
      );
      expect(looks({ ratio: RATIO, mostPerCall: 0.25 }, slicesOf(pairs)).go).toBe(false);
    }
  });
});

describe('a candidate as dear as the incumbent', () => {
  const calls = Array.from({ length: 2000 }, () => 0.001);
  const pairsOf = (of: (call: number, at: number) => PairFacts): PairFacts[][] => slicesOf(calls.map(of));
  const limit = { ratio: RATIO, mostPerCall: 0.02 };

  it('is GO', () => {
    expect(
      looks(
        limit,
        pairsOf((call) => costFacts(call, call)),
      ).last.state,
    ).toBe('go');
  });

  it('is not made cheap by failing: what fails is as dear as the incumbent, and no dearer', () => {
    const failed = { shadow: { status: 'error', type: '500', durationMs: 5 } } as const;
    const dear = pairsOf((call, at) => (at % 10 < 4 ? costFacts(call, null, failed) : costFacts(call, 1.6 * call)));
    expect(looks(limit, dear).go).toBe(false);
    const alike = pairsOf((call, at) => (at % 10 < 4 ? costFacts(call, null, failed) : costFacts(call, call)));
    expect(looks(limit, alike).last.state).toBe('go');
  });

  it.each([
    ['candidate', (call: number) => costFacts(call, null)],
    ['incumbent', (call: number) => costFacts(null, call)],
  ] as const)('holds where one price of the %s is not known', (_whose, unpriced) => {
    const pairs = pairsOf((call, at) => (at === 777 ? unpriced(call) : costFacts(call, 0.1 * call)));
    expect(looks(limit, pairs).last).toMatchObject({ state: 'hold', reason: 'unpriced' });
  });
});
