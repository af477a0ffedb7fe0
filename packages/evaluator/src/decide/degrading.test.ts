import { describe, expect, it } from 'vitest';
import type { EvidenceDay } from '../ledger/snapshot.js';
import { addPair, emptyTally, mergeTallies, type Tally } from '../tally/tally.js';
import { HARMED, look, policy, SAFE, tally } from './decide.test.support.js';

/** 2026-11-21 in epoch days. */
const FIRST = 20_778;

const good = (): Tally => tally('errors', [[0.5, 0, 400]]);
const bad = (failed: number): Tally =>
  tally('errors', [
    [0, 0, failed],
    [0.5, 0, 400 - failed],
  ]);

const daysOf = (tallies: readonly Tally[], first = FIRST): readonly EvidenceDay[] =>
  tallies.map((errors, at) => ({ day: first + at, gates: { errors }, preference: null }));

describe('a candidate that gets worse', () => {
  const days = daysOf([good(), good(), good(), good(), bad(60), bad(60)]);

  it('holds a verdict that would be GO, and is told since when, by which gate and its numbers since then', () => {
    const verdict = look({ streams: { _all: SAFE }, evidenceDays: days });
    expect(verdict).toMatchObject({ state: 'hold', reason: 'degrading', transition: null });
    expect(verdict.sentence).toBe(
      'HOLD: the candidate gets worse: since 2026-11-25, day 5 of the run, errors 15.0 % against 0.0 % (at most 1 point more) over 800 pairs.',
    );
    expect(verdict.degrading).toMatchObject({ day: 5, since: '2026-11-25', gate: { gate: 'errors', pairs: 800 } });
  });

  it('is not latched: good days that come after it outweigh it', () => {
    const recovered = [...days.map(({ gates }) => gates.errors ?? good()), ...Array.from({ length: 200 }, good)];
    expect(look({ evidenceDays: daysOf(recovered.slice(0, 7)) }).reason).toBe('degrading');
    expect(look({ evidenceDays: daysOf(recovered.slice(0, 30)) })).toMatchObject({ state: 'go', degrading: null });
  });

  it('is below a NO_GO', () => {
    const verdict = look({ streams: { _all: { ...SAFE, errors: HARMED } }, evidenceDays: days });
    expect(verdict).toMatchObject({ state: 'no_go', degrading: { day: 5 } });
  });

  it('is nobody whose first day alone is bad: that is the process of all evidence, which has a bar of its own', () => {
    expect(look({ evidenceDays: daysOf([bad(100), good(), good()]) }).degrading).toBeNull();
    expect(look({ evidenceDays: [] }).degrading).toBeNull();
  });
});

describe('the bar of a day', () => {
  /** The fewest failures of a day, of which it is believed. */
  function fewest(day: number, some: Parameters<typeof policy>[0] = {}): number {
    for (let failed = 0; ; failed += 1) {
      const tallies = [...Array.from({ length: day - 1 }, good), tally('errors', [[0, 0, failed]])];
      if (look({ policy: policy(some), evidenceDays: daysOf(tallies) }).degrading !== null) return failed;
    }
  }

  it('is d (d + 1) / level', () => {
    // The largest bet on errors at .01 grows by ln(1 + .5 * .495 / .505) a failure; mean of 2 gates and 32 bets.
    const grown = (n: number): number => {
      const one = emptyTally(0.495);
      addPair(one, { safe: 0, harm: 0, reference: 0, candidate: 1 }, 1, n);
      const bets = Array.from({ length: 32 }, (_, g) => (1 + (((g + 1) / 32) * 0.5 * 0.495) / 0.505) ** n);
      return (bets.reduce((sum, bet) => sum + bet, 0) / 32 + 1) / 2;
    };
    for (const day of [2, 3, 10, 30]) {
      const n = fewest(day);
      expect(grown(n)).toBeGreaterThanOrEqual((day * (day + 1)) / 0.025);
      expect(grown(n - 1)).toBeLessThan((day * (day + 1)) / 0.025);
    }
  });

  it('counts days from the first with evidence, however many of them have none', () => {
    const late = [...daysOf([good()]), ...daysOf([tally('errors', [[0, 0, fewest(10)]])], FIRST + 9)];
    expect(look({ evidenceDays: late }).degrading).toMatchObject({ day: 10, since: '2026-11-30' });
    const later = [...daysOf([good()]), ...daysOf([tally('errors', [[0, 0, fewest(10)]])], FIRST + 29)];
    expect(look({ evidenceDays: later }).degrading).toBeNull();
  });

  it('begins no test on a day that is older than those that are kept, and still counts from the first', () => {
    const old = daysOf([good(), bad(60), ...Array.from({ length: 34 }, () => tally('errors', [[0.5, 0, 1]]))]);
    expect(look({ evidenceDays: old.slice(0, 35) }).degrading).toMatchObject({ day: 2 });
    expect(look({ evidenceDays: old.slice(0, 36) }).degrading).toMatchObject({ day: 2 });
    const next = { day: FIRST + 36, gates: { errors: tally('errors', [[0.5, 0, 1]]) }, preference: null };
    expect(look({ evidenceDays: [...old, next] }).degrading).toBeNull();
  });
});

describe('the win rate', () => {
  const judge = { margin: 0.05, sensitivity: 0.9, unfit: null, waitsFor: null, unproven: 0, labelled: false } as const;
  const said = (m: number, x: number, count: number): Tally => {
    const made = emptyTally(m);
    addPair(made, { safe: x, harm: x, reference: 1 - x, candidate: x }, 1, count);
    return made;
  };
  const judged = (x: number, count: number) => ({ safe: said(0.455, x, count), harm: said(0.45, x, count) });

  it('is one of the gates: a judge that likes the candidate less and less is heard', () => {
    const day = (at: number, x: number, count: number): EvidenceDay => ({
      day: FIRST + at,
      gates: { errors: good() },
      preference: { judged: judged(x, count), labelled: null },
    });
    const before = judged(1, 2000);
    const after = judged(0, 80);
    const preferences = {
      _all: {
        judged: { safe: mergeTallies(before.safe, after.safe), harm: mergeTallies(before.harm, after.harm) },
        labelled: null,
      },
    };
    const verdict = look({ judge, preferences, evidenceDays: [day(0, 1, 2000), day(1, 0, 40), day(2, 0, 40)] });
    expect(verdict).toMatchObject({ state: 'hold', reason: 'degrading' });
    expect(verdict.sentence).toContain('since 2026-11-22, day 2 of the run, win_rate 0.0 %');
  });
});
