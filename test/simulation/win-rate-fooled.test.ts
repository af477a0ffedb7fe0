import { describe, expect, it } from 'vitest';
import { clopperPearson } from '../../packages/evaluator/src/stats/clopper-pearson.js';
import { judgeBoundary, judgeSensitivity } from '../../packages/evaluator/src/stats/judge-boundary.js';
import type { PreferenceFacts } from '../../packages/evaluator/src/tally/preference.js';
import { eProcess, threeErrors } from './e-process.js';
import { ALL_ANSWER, FAIR, judge, judgedPair, LOSSES_STAY_UNANSWERED, type Pairs, tryJudge, truthOf } from './judge.js';
import { labelProcess } from './label-process.js';
import { foundOf } from './found.js';
import { seeded, type Random } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';
import { shareOfGo } from './world.js';

/** The rules of the win rate, each with the figure that fooled a simulation without it. */

const PAIRS = 4000;
const AT_BOUNDARY: Pairs = { mean: 0.45, ties: 0, longer: 0.5 };
const BAR = 20;

function reaches(pairs: number, add: () => number): boolean {
  for (let n = 0; n < pairs; n += 1) if (add() >= BAR) return true;
  return false;
}

/** Within three standard errors of a figure seen in 400 runs and given with two digits. */
function expectNear(share: number, known: number, runs: number): void {
  const error = Math.sqrt(Math.max(0.02, known * (1 - known)) * (1 / runs + 1 / 400));
  expect(Math.abs(share - known)).toBeLessThan(3 * error + 0.005);
}

describe('a judge that calls ties where it sees no difference', () => {
  it('gives GO at the boundary without J, and not with it', () => {
    const runs = 100 * SCALE;
    const known = [
      [0.7, 0.3],
      [0.5, 0.95],
      [0.3, 1],
    ] as const;
    const rows = known.map(([sees, before], at) => {
      const random = seeded(4000 + at);
      const traits = { ...FAIR, sees };
      const goes = (m: number | null): boolean => {
        if (m === null) return false;
        const process = eProcess(m);
        process.reset();
        return reaches(PAIRS, () => process.add(judge(random, traits, truthOf(random, AT_BOUNDARY), 1)));
      };
      return {
        q: sees,
        'against .5 - d': shareOfGo(runs, () => goes(0.45)),
        known: before,
        'against .5 - d J': shareOfGo(runs, () => goes(boundaryOf(random, sees)?.safe ?? null)),
      };
    });
    printTable(`False GO at a true .45 on a judge alone, ${PAIRS} pairs, level .05, ${runs} runs`, rows);
    foundOf('judge_ties', {
      without: rows.map((row) => row['against .5 - d']),
      with: rows.map((row) => row['against .5 - d J']),
      atMost: threeErrors(0.05, runs),
    });
    for (const row of rows) {
      expectNear(row['against .5 - d'], row.known, runs);
      expect(row['against .5 - d J']).toBeLessThanOrEqual(threeErrors(0.05, runs));
    }
  });

  it('gives GO after 82 pairs without J if it always says TIE', () => {
    const process = eProcess(0.45);
    process.reset();
    let pairs = 1;
    while (process.add(0.5) < BAR) pairs += 1;
    expect(pairs).toBe(82);
    const random = seeded(4010);
    const decides = shareOfGo(400, () => boundaryOf(random, 0) !== null);
    foundOf('always_tie', { without: pairs, with: decides, atMost: 0 });
    expect(decides).toBe(0);
  });
});

describe('a judge that sees more than its canaries prove', () => {
  it('accuses a candidate at the margin of harm against .5 - d J, and not against .5 - d', () => {
    const runs = 60 * SCALE;
    const rows = [0.9, 0.75, 0.6].map((sensitivity, at) => {
      const random = seeded(4050 + at);
      const boundary = judgeBoundary(0.05, sensitivity);
      const accuses = (m: number | undefined): boolean => {
        const process = eProcess(1 - (m ?? 0.5));
        process.reset();
        return reaches(PAIRS, () =>
          process.add(1 - judge(random, { ...FAIR, sees: 1 }, truthOf(random, AT_BOUNDARY), 1)),
        );
      };
      return {
        J: sensitivity,
        'against .5 - d J': shareOfGo(runs, () => accuses(boundary?.safe)),
        'against .5 - d': shareOfGo(runs, () => accuses(boundary?.harm)),
      };
    });
    printTable(`False harm at a true .45 on a judge alone that sees everything, ${PAIRS} pairs, ${runs} runs`, rows);
    foundOf('judge_harm', {
      without: rows.map((row) => row['against .5 - d J']),
      with: rows.map((row) => row['against .5 - d']),
      atMost: threeErrors(0.05, runs),
    });
    for (const row of rows) expect(row['against .5 - d']).toBeLessThanOrEqual(threeErrors(0.05, runs));
    expect(rows.at(-1)?.['against .5 - d J']).toBeGreaterThan(0.25);
  });
});

/** The boundaries of a run whose judge was tried on 200 canaries. */
function boundaryOf(random: Random, sees: number): ReturnType<typeof judgeBoundary> {
  const { detected, falseWins } = tryJudge(random, { ...FAIR, sees }, 100);
  const bounds = {
    detectionLower: clopperPearson(detected, 100)[0],
    falseWinsUpper: clopperPearson(falseWins, 100)[1],
  };
  return judgeBoundary(0.05, judgeSensitivity(bounds));
}

describe('offers that stay unanswered', () => {
  it('give GO at the boundary where they are left out, and not where they count against both claims', () => {
    const runs = 100 * SCALE;
    const leftOut = (facts: PreferenceFacts): PreferenceFacts =>
      facts.status === 'judged' && facts.label === 'unanswered' ? { ...facts, label: 'not_offered' } : facts;
    const goes = (random: Random, rule: (facts: PreferenceFacts) => PreferenceFacts, offered: number): boolean => {
      const process = labelProcess({ m: 0.45, offered });
      return reaches(PAIRS, () => process.add(rule(judgedPair(random, AT_BOUNDARY, FAIR, LOSSES_STAY_UNANSWERED))));
    };
    const [out, reweighted, ruled] = [seeded(4020), seeded(4021), seeded(4022)] as const;
    const row = {
      'left out': shareOfGo(runs, () => goes(out, leftOut, 0.1)),
      'left out, pi = .06': shareOfGo(runs, () => goes(reweighted, leftOut, 0.06)),
      known: 0.59,
      'against both': shareOfGo(runs, () => goes(ruled, (facts) => facts, 0.1)),
    };
    printTable(
      `False GO at a true .45, 40 % of the offers unanswered, more of the lost, ${PAIRS} pairs, ${runs} runs`,
      [row],
    );
    foundOf('unanswered', {
      without: row['left out'],
      with: row['against both'],
      atMost: threeErrors(0.05, runs),
    });
    expectNear(row['left out'], row.known, runs);
    expectNear(row['left out, pi = .06'], row.known, runs);
    expect(row['against both']).toBeLessThanOrEqual(threeErrors(0.05, runs));
  });
});

describe('calls without a pair', () => {
  it('give GO at the boundary as offers that were not made, and not as what they are', () => {
    const runs = 100 * SCALE;
    const goes = (random: Random, missing: PreferenceFacts): boolean => {
      const process = labelProcess({ m: 0.45, offered: 0.1 });
      return reaches(PAIRS, () => {
        // A tenth of the calls, all of them lost; with the others the mean is .45.
        if (random.chance(0.1)) return process.add(missing);
        return process.add(judgedPair(random, { ...AT_BOUNDARY, mean: 0.5 }, FAIR, ALL_ANSWER));
      });
    };
    const [neutral, ruled] = [seeded(4040), seeded(4041)] as const;
    const row = {
      'judged a loss, not offered': shareOfGo(runs, () =>
        goes(neutral, { status: 'judged', verdict: 0, label: 'not_offered' }),
      ),
      missing: shareOfGo(runs, () => goes(ruled, { status: 'missing' })),
    };
    printTable(`False GO at a true .45, a tenth of the calls missing, all of them lost, ${PAIRS} pairs, ${runs} runs`, [
      row,
    ]);
    foundOf('label_missing', {
      without: row['judged a loss, not offered'],
      with: row.missing,
      atMost: threeErrors(0.05, runs),
    });
    expectNear(row['judged a loss, not offered'], 0.24, runs);
    expect(row.missing).toBeLessThanOrEqual(threeErrors(0.05, runs));
  });
});

describe('unequal probabilities of inclusion', () => {
  /** 60 % exact ties are free, the rest is judged once in ten; the true mean is .45, the boundary, too. */
  const PI_MIN = 0.1;
  const call = (random: Random): { readonly x: 0 | 0.5 | 1; readonly pi: number } | null => {
    if (random.chance(0.6)) return { x: 0.5, pi: 1 };
    return random.chance(PI_MIN) ? { x: random.chance(0.375) ? 1 : 0, pi: PI_MIN } : null;
  };

  it('give GO at the boundary unweighted or clipped, and not with pi_min / pi, with labels or without', () => {
    const runs = 200 * SCALE;
    const calls = 2000;
    const weighted = (random: Random, weight: (pi: number) => number): boolean => {
      const process = eProcess(0.45);
      process.reset();
      return reaches(calls, () => {
        const one = call(random);
        return one === null ? 0 : process.add(0.45 + weight(one.pi) * (one.x - 0.45));
      });
    };
    const labelled = (random: Random): boolean => {
      const process = labelProcess({ m: 0.45, offered: 0.3 });
      return reaches(4 * calls, () => {
        const one = call(random);
        if (one === null) return 0;
        if (one.pi === 1) return process.add({ status: 'known', x: one.x }, PI_MIN);
        const verdict = random.chance(0.5) ? one.x : 1;
        return process.add({ status: 'judged', verdict, label: random.chance(0.3) ? one.x : 'not_offered' });
      });
    };
    const [plain, clipped, exact, asked] = [seeded(4030), seeded(4031), seeded(4032), seeded(4033)] as const;
    const row = {
      unweighted: shareOfGo(runs, () => weighted(plain, () => 1)),
      '1/pi clipped at 5': shareOfGo(runs, () => weighted(clipped, (pi) => Math.min(1 / pi, 5) / 5)),
      'pi_min / pi': shareOfGo(runs, () => weighted(exact, (pi) => PI_MIN / pi)),
      'with labels': shareOfGo(runs, () => labelled(asked)),
    };
    printTable(`False GO at a true .45, ties free and the rest judged at .1 (known: 1.00, .21, .04), ${runs} runs`, [
      row,
    ]);
    foundOf('inclusion', {
      without: [row.unweighted, row['1/pi clipped at 5']],
      with: row['pi_min / pi'],
      atMost: threeErrors(0.05, runs),
    });
    expect(row.unweighted).toBeGreaterThan(0.98);
    expectNear(row['1/pi clipped at 5'], 0.21, runs);
    expect(row['pi_min / pi']).toBeLessThanOrEqual(threeErrors(0.05, runs));
    expect(row['with labels']).toBeLessThanOrEqual(threeErrors(0.05, runs));
  });
});
