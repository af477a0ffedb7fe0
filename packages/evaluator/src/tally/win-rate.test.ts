import { describe, expect, it } from 'vitest';
import { TallyError } from './integers.js';
import { judgeObservation, type PreferenceFacts, preferenceFor } from './preference.js';
import { addPair, emptyTally, snapshot } from './tally.js';
import { decodeWinRate, encodeWinRate } from './win-rate-codec.js';
import { winRateSnapshot } from './win-rate-snapshot.js';
import { addPreference, emptyWinRate, mergeWinRates, type WinRate, winRateClaims, winRateSums } from './win-rate.js';

const DESIGN = { m: 0.45, offered: 0.1 };

/** Deterministic; every kind of pair, with soft verdicts and different weights. */
const PAIRS: readonly (readonly [PreferenceFacts, number])[] = Array.from({ length: 700 }, (_, at) => {
  const weight = at % 3 === 0 ? 0.04 : 1;
  if (at % 17 === 0) return [{ status: 'missing' }, weight];
  if (at % 5 === 0) return [{ status: 'known', x: [0, 0.5, 1][at % 3] ?? 0 }, weight];
  const verdict = at % 13 === 0 ? null : ((at * 7919) % 1000) / 999;
  const label = at % 11 === 0 ? 'unanswered' : at % 4 === 0 ? ([0, 0.5, 1][at % 3] ?? 0) : 'not_offered';
  return [{ status: 'judged', verdict, label }, weight];
});

function rateOf(pairs: typeof PAIRS): WinRate {
  const rate = emptyWinRate(DESIGN);
  for (const [facts, weight] of pairs) addPreference(rate, facts, weight);
  return rate;
}

const bytes = (rate: WinRate): string => Buffer.from(encodeWinRate(rate)).toString('hex');

describe('a win rate', () => {
  it('has the same bytes whatever the order of the pairs', () => {
    expect(bytes(rateOf(PAIRS.toReversed()))).toBe(bytes(rateOf(PAIRS)));
  });

  it('has the same bytes however the pairs are split and merged', () => {
    const whole = bytes(rateOf(PAIRS));
    for (const parts of [2, 3, 16]) {
      const split = Array.from({ length: parts }, (_, part) => rateOf(PAIRS.filter((_p, at) => at % parts === part)));
      expect(bytes(split.reduce(mergeWinRates))).toBe(whole);
      expect(bytes(split.reduceRight((a, b) => mergeWinRates(b, a)))).toBe(whole);
    }
    expect(bytes(mergeWinRates(rateOf(PAIRS), emptyWinRate(DESIGN)))).toBe(whole);
  });

  it('counts equal pairs at once as it does one by one', () => {
    const one = emptyWinRate(DESIGN);
    const many = emptyWinRate(DESIGN);
    const facts: PreferenceFacts = { status: 'judged', verdict: 1, label: 0 };
    for (let at = 0; at < 300; at += 1) addPreference(one, facts, 0.5);
    addPreference(many, facts, 0.5, 300);
    expect(bytes(many)).toBe(bytes(one));
  });

  it('is not merged with one of another boundary or another share of labels', () => {
    expect(() => mergeWinRates(emptyWinRate(DESIGN), emptyWinRate({ ...DESIGN, m: 0.4 }))).toThrow(RangeError);
    expect(() => mergeWinRates(emptyWinRate(DESIGN), emptyWinRate({ ...DESIGN, offered: 0.2 }))).toThrow(RangeError);
  });

  it.each<[string, PreferenceFacts]>([
    ['a missing pair', { status: 'missing' }],
    ['an abstention nobody was asked about', { status: 'judged', verdict: null, label: 'not_offered' }],
    ['a number that is none', { status: 'judged', verdict: Number.NaN, label: 'not_offered' }],
    ['a label out of range', { status: 'judged', verdict: 1, label: 3 }],
  ])('%s proves neither claim', (_what, facts) => {
    const rate = emptyWinRate(DESIGN);
    addPreference(rate, facts, 1, 2000);
    const { safe, harm } = winRateClaims(rate);
    expect(safe.logE).toBeLessThan(0);
    expect(harm.logE).toBeLessThan(0);
  });

  it('counts an offer without an answer as a loss for the one claim and a win for the other', () => {
    const offered = (label: number | 'unanswered'): PreferenceFacts => ({ status: 'judged', verdict: 0.5, label });
    const claims = (label: number | 'unanswered'): ReturnType<typeof winRateClaims> => {
      const rate = emptyWinRate(DESIGN);
      addPreference(rate, offered(label), 1, 50);
      return winRateClaims(rate);
    };
    expect(claims('unanswered').safe).toEqual(claims(0).safe);
    expect(claims('unanswered').harm).toEqual(claims(1).harm);
  });

  it('says GO when all people prefer the candidate, and harm when they do not, against any judge', () => {
    for (const verdict of [0, 0.5, 1]) {
      for (const [label, claim, other] of [
        [1, 'safe', 'harm'],
        [0, 'harm', 'safe'],
      ] as const) {
        const rate = emptyWinRate(DESIGN);
        addPreference(rate, { status: 'judged', verdict, label: 'not_offered' }, 1, 2700);
        addPreference(rate, { status: 'judged', verdict, label }, 1, 300);
        expect(winRateClaims(rate)[claim].logE).toBeGreaterThan(Math.log(20));
        expect(winRateClaims(rate)[other].logE).toBeLessThan(0);
      }
    }
  });

  it('is the mirror image for the other claim at a boundary of one half', () => {
    const design = { m: 0.5, offered: 0.25 };
    const rate = emptyWinRate(design);
    const mirrored = emptyWinRate(design);
    for (const [facts, weight] of PAIRS.filter(([{ status }]) => status === 'judged')) {
      if (facts.status !== 'judged') continue;
      const { verdict, label } = facts;
      addPreference(rate, facts, weight);
      addPreference(
        mirrored,
        {
          status: 'judged',
          verdict: verdict === null ? null : 1 - verdict,
          label: typeof label === 'number' ? 1 - label : label,
        },
        weight,
      );
    }
    const { safe, harm } = winRateClaims(rate);
    expect(winRateClaims(mirrored).harm.logE).toBeCloseTo(safe.logE, 8);
    expect(winRateClaims(mirrored).safe.logE).toBeCloseTo(harm.logE, 8);
  });

  it('shows the judge corrected by the people', () => {
    const rate = emptyWinRate(DESIGN);
    const add = (verdict: number, label: number | 'not_offered', count: number): void =>
      addPreference(rate, { status: 'judged', verdict, label }, 1, count);
    add(1, 'not_offered', 500);
    add(0, 'not_offered', 400);
    add(1, 1, 30);
    add(1, 0, 30);
    add(0, 0, 40);
    addPreference(rate, { status: 'known', x: 0.5 }, 1, 1000);
    const shown = winRateSnapshot(rate);
    expect(shown).toMatchObject({ pairs: 2000, known: 1000, offered: 100, unanswered: 0, missing: 0, abstained: 0 });
    expect(shown.judge).toBeCloseTo(1060 / 2000, 9);
    // People are .3 below the judge on the half that was judged.
    expect(shown.corrected).toBeCloseTo(1060 / 2000 - 0.15, 9);
    expect(shown.table).toEqual([
      [40, 0, 30],
      [0, 0, 0],
      [0, 0, 30],
    ]);
    expect(shown.kappa).toBeCloseTo(0.4444, 3);
    expect(winRateSnapshot(emptyWinRate(DESIGN))).toMatchObject({ judge: null, corrected: null, kappa: null });
  });

  it.each([0, 2, Number.NaN])('refuses a weight of %d, and stays as it was', (weight) => {
    const rate = emptyWinRate(DESIGN);
    expect(() => addPreference(rate, { status: 'missing' }, weight)).toThrow(RangeError);
    expect(() => addPreference(rate, { status: 'missing' }, 1, 1.5)).toThrow(RangeError);
    expect(bytes(rate)).toBe(bytes(emptyWinRate(DESIGN)));
  });
});

describe('the judge alone', () => {
  it('is a tally against the boundary the judge allows', () => {
    const tally = emptyTally(0.46);
    addPair(tally, judgeObservation({ status: 'judged', verdict: 1, label: 'not_offered' }), 1, 60);
    addPair(tally, judgeObservation({ status: 'judged', verdict: 0, label: 1 }), 1, 40);
    addPair(tally, judgeObservation({ status: 'known', x: 0.5 }), 1, 10);
    addPair(tally, judgeObservation({ status: 'judged', verdict: null, label: 0 }), 1, 5);
    addPair(tally, judgeObservation({ status: 'missing' }), 1, 2);
    expect(snapshot(tally)).toMatchObject({ pairs: 117, missing: 7, wins: 60, ties: 10, losses: 40 });
  });
});

it('mirrors what is known, and only that', () => {
  expect(preferenceFor('harm', { status: 'known', x: 1 })).toEqual({ kind: 'known', x: 0 });
  expect(preferenceFor('harm', { status: 'missing' })).toEqual({ kind: 'known', x: 0 });
  expect(preferenceFor('harm', { status: 'judged', verdict: 0, label: 'unanswered' })).toEqual({
    kind: 'offered',
    judge: 1,
    label: 0,
  });
});

describe('the bytes of a win rate', () => {
  it('give it back', () => {
    const rate = rateOf(PAIRS);
    const encoded = encodeWinRate(rate);
    const larger = new Uint8Array(encoded.length + 20);
    larger.set(encoded, 13);
    const read = decodeWinRate(larger.subarray(13, 13 + encoded.length));
    expect(winRateSums(read)).toEqual(winRateSums(rate));
    expect(read.design).toEqual(DESIGN);
    expect(encoded.length).toBeLessThan(2000);
  });

  it('are refused where they are none', () => {
    const encoded = encodeWinRate(rateOf(PAIRS));
    const changed = (at: number, ...values: number[]): Uint8Array => {
      const copy = Uint8Array.from(encoded);
      copy.set(values, at);
      return copy;
    };
    for (const wrong of [
      new Uint8Array(),
      encoded.subarray(0, 10),
      encoded.subarray(0, encoded.length - 1),
      Uint8Array.from([...encoded, 0]),
      changed(0, 1),
      changed(1, 0xff, 0xff),
      changed(9, 0xff, 0xff),
      changed(17, 0, 0),
    ]) {
      expect(() => decodeWinRate(wrong)).toThrow(TallyError);
    }
  });
});
