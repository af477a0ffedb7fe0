import { describe, expect, it } from 'vitest';
import {
  closeJudged,
  closeLabelled,
  type PreferencePair,
  type StoredEvidence,
  type WinRateInput,
} from './close-win-rate.js';
import { decodeTally } from './codec.js';
import type { Outcome } from './facts.js';
import { mergeStored } from './merge-stored.js';
import { type JudgementFacts, preferenceOf } from './preference-of.js';
import { snapshot } from './tally.js';
import { decodeWinRate } from './win-rate-codec.js';
import { winRateSnapshot } from './win-rate-snapshot.js';

const OK: Outcome = { status: 'ok', durationMs: 1 };
const ERROR: Outcome = { status: 'error', type: 'HTTP_500', durationMs: 1 };
const ABORTED: Outcome = { status: 'aborted', afterMs: 1 };
const WON: JudgementFacts = { status: 'judged', score: 1 };

describe('what a pair says of who is better', () => {
  it.each<[string, Outcome, Outcome, JudgementFacts | null, object | null]>([
    ['the judge says it', OK, OK, WON, { status: 'judged', verdict: 1, label: 0 }],
    ['an abstention', OK, OK, { status: 'abstained', score: null }, { status: 'judged', verdict: null, label: 0 }],
    [
      'one waited for too long',
      OK,
      OK,
      { status: 'waiting', score: null },
      { status: 'judged', verdict: null, label: 0 },
    ],
    ['equal answers', OK, OK, { status: 'known', score: 0.5 }, { status: 'known', x: 0.5 }],
    ['nothing: not drawn', OK, OK, null, null],
    ['only the shadow failed', OK, ERROR, null, { status: 'known', x: 0 }],
    ['only the primary failed', ERROR, OK, null, { status: 'known', x: 1 }],
    ['both failed', ERROR, ERROR, null, { status: 'known', x: 0.5 }],
    ['nothing: the user aborted', ABORTED, OK, WON, null],
    ['a shadow that was cut short is missing', OK, ABORTED, WON, { status: 'missing' }],
  ])('%s', (_what, primary, shadow, judgement, expected) => {
    expect(preferenceOf({ primary, shadow }, judgement, 0)).toEqual(expected);
  });
});

const PAIRS: readonly PreferencePair[] = Array.from({ length: 60 }, (_, at) => ({
  arm: 'small',
  segment: at % 3 === 0 ? 'billing' : '_none',
  pi: at % 2 === 0 ? 1 : 0.1,
  facts:
    at % 7 === 0
      ? { status: 'known', x: 0.5 }
      : { status: 'judged', verdict: at % 5 === 0 ? null : 1, label: at % 4 === 0 ? 1 : 'not_offered' },
}));
const INPUT: WinRateInput = {
  pairs: PAIRS,
  absent: [{ arm: 'small', segment: 'billing', pi: 1, legs: 4 }],
  piMin: 0.1,
  margin: 0.05,
};
const of = (all: readonly StoredEvidence[], stream: string, metric: string): Uint8Array =>
  all.find((one) => one.stream === stream && one.metric === metric)!.bytes;

describe('the win rate of a slice', () => {
  it('is tested at .5 - d J for safe and at .5 - d for harm, in everything and in each segment', () => {
    const evidence = closeJudged(INPUT, 0.8);
    expect(new Set(evidence.map(({ stream }) => stream))).toEqual(new Set(['_all', '_none', 'billing']));
    expect(snapshot(decodeTally(of(evidence, '_all', 'win_rate_judge_safe')))).toMatchObject({
      m: expect.closeTo(0.46, 12) as number,
      pairs: 64,
      missing: 4 + PAIRS.filter(({ facts }) => facts.status === 'judged' && facts.verdict === null).length,
    });
    expect(decodeTally(of(evidence, '_all', 'win_rate_judge_harm')).m).toBe(0.45);
    expect(snapshot(decodeTally(of(evidence, 'billing', 'win_rate_judge_safe'))).pairs).toBe(24);
  });

  it('is not tested on a judge that sees too little', () => {
    expect(closeJudged(INPUT, 0.49)).toEqual([]);
  });

  it('is corrected by labels at .5 - d', () => {
    const rate = winRateSnapshot(decodeWinRate(of(closeLabelled(INPUT, 0.1), '_all', 'win_rate_labels')));
    expect(rate).toMatchObject({ m: 0.45, pairs: 64, missing: 4 });
  });

  it('has the same bytes whatever the order of the pairs, and however the slices are cut', () => {
    for (const close of [
      (input: WinRateInput) => closeJudged(input, 0.8),
      (input: WinRateInput) => closeLabelled(input, 0.1),
    ]) {
      const whole = close(INPUT);
      const sorted = (all: readonly StoredEvidence[]) =>
        all.toSorted((a, b) => (`${a.stream} ${a.metric}` < `${b.stream} ${b.metric}` ? -1 : 1));
      expect(sorted(close({ ...INPUT, pairs: PAIRS.toReversed() }))).toEqual(sorted(whole));
      const parts = [
        close({ ...INPUT, pairs: PAIRS.slice(0, 17) }),
        close({ ...INPUT, pairs: PAIRS.slice(17), absent: [] }),
      ];
      for (const { stream, metric, bytes } of whole) {
        const [first, second] = parts.map((part) => of(part, stream, metric));
        expect(mergeStored(first!, second!)).toEqual(bytes);
      }
    }
  });

  it('counts a pair below the declared probability as missing', () => {
    const [pair] = PAIRS;
    const refused = { ...INPUT, pairs: [{ ...pair!, pi: 0.01 }], absent: [] };
    expect(snapshot(decodeTally(of(closeJudged(refused, 0.8), '_all', 'win_rate_judge_safe')))).toMatchObject({
      pairs: 1,
      missing: 1,
    });
  });
});
