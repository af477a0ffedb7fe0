import { describe, expect, it } from 'vitest';
import { abstained } from '../judge-pair.js';
import type { Judgement, OrderResult, Outcome } from '../judgement.js';
import { scoreOf } from '../judgement.js';
import type { Verdict } from '../reply.js';
import type { Canary } from './canary.js';
import { fitnessOf, HEALTH_LIMITS } from './fitness.js';
import { healthRates, sensitivityOf } from './health-rates.js';
import { EMPTY_HEALTH, type JudgeHealth, ofCanary, ofLabel } from './judge-health.js';
import { lengthBiasOf, logLengthBias, paddedCounts, paddedLeft } from './length-bias.js';
import { mergeAllHealth } from './merge-health.js';

const BAR = Math.log(1 / HEALTH_LIMITS.alpha);
/** The shadow is padded. */
const PADDED: Canary = { kind: 'padded', better: 'primary', pair: { request: 'x', primary: 'a', shadow: 'a a' } };

/** What a judge says that names these places, one in each order. */
function said(straight: Verdict, swapped: Verdict, members: readonly Judgement[] = []): Judgement {
  const order = (name: 'straight' | 'swapped', verdict: Verdict): OrderResult =>
    ({ order: name, verdict, truncated: 0, unparseable: 0, calls: 1 }) as OrderResult;
  const side = (verdict: Verdict, first: Outcome, second: Outcome): Outcome =>
    verdict === 'TIE' ? 'tie' : verdict === 'A' ? first : second;
  const [one, two] = [side(straight, 'primary', 'shadow'), side(swapped, 'shadow', 'primary')];
  const outcome = one === two ? one : 'tie';
  const how = one === two ? ('agreed' as const) : ('disagreed' as const);
  const orders = members.length > 0 ? [] : [order('straight', straight), order('swapped', swapped)];
  const usage = { inputTokens: 1, outputTokens: 1 };
  const rest = { confidence: 1, preference: 0.5, orders, cut: [], calls: 2, usage, members };
  return { status: 'judged', judge: 'j', outcome, score: scoreOf(outcome), how, ...rest };
}

const counted = (...judgements: readonly Judgement[]) =>
  paddedCounts(mergeAllHealth(judgements.map((judgement) => ofCanary(PADDED, judgement))));
const times = (count: number, part: JudgeHealth): readonly JudgeHealth[] => Array.from({ length: count }, () => part);

describe('a liking for length', () => {
  it('is the padded answer named, by what both orders make of it', () => {
    const x = (straight: Verdict, swapped: Verdict): number | null => lengthBiasOf(counted(said(straight, swapped)));
    // In straight order the padded one is B, in swapped order A.
    expect([x('B', 'A'), x('B', 'TIE'), x('TIE', 'A')]).toEqual([1, 0.5, 0.5]);
    expect([x('A', 'B'), x('TIE', 'TIE'), x('A', 'A'), x('B', 'B')]).toEqual([0, 0, 0, 0]);
    expect([x('A', 'TIE'), x('TIE', 'B')]).toEqual([-0.5, -0.5]);
    expect(lengthBiasOf(counted(abstained('j', 'unparseable')))).toBeNull();
  });

  it('is no liking for a place, and no lot', () => {
    const places = (['A', 'TIE'] as const).flatMap((one) => (['A', 'TIE'] as const).map((two) => said(one, two)));
    expect(lengthBiasOf(counted(...places))).toBe(0);
  });

  it('is looked for in the orders of all who were asked', () => {
    const jury = (...members: readonly Judgement[]): Judgement => said('TIE', 'TIE', members);
    expect(counted(jury(said('B', 'A'), said('TIE', 'TIE'), said('A', 'TIE')))).toMatchObject({ half: 1, against: 0 });
    expect(counted(jury(said('B', 'A'), said('A', 'B'), said('TIE', 'TIE')))).toMatchObject({ half: 0, against: 0 });
  });

  it('is weighed by three bets, by hand', () => {
    const counts = { judged: 6, won: 6, half: 0, against: 0 };
    expect(logLengthBias(counts, 0.05)).toBeCloseTo(Math.log((1.475 ** 6 + 1.95 ** 6 + 2.425 ** 6) / 3), 9);
    expect(logLengthBias({ ...counts, won: 0 }, 0.05)).toBeLessThan(0);
    expect(Number.isFinite(logLengthBias({ ...counts, won: 0, against: 6 }, 0.05))).toBe(true);
  });

  it('makes unfit, in the trial and since, and is no false win', () => {
    const [liked, tied] = [said('B', 'A'), said('TIE', 'TIE')];
    const of = (likes: number, ties: number, phase?: 'trial' | 'run'): JudgeHealth =>
      mergeAllHealth([...times(likes, ofCanary(PADDED, liked, phase)), ...times(ties, ofCanary(PADDED, tied, phase))]);
    expect(fitnessOf(of(0, 30)).reasons).toEqual([]);
    expect(fitnessOf(of(2, 28)).reasons).toEqual([]);
    expect(fitnessOf(of(8, 22)).reasons).toEqual(['length_bias']);
    expect(fitnessOf(mergeAllHealth([of(0, 30), of(10, 0, 'run')])).reasons).toEqual(['length_bias']);
    const { falseWins, detection, lengthBias } = healthRates(of(8, 22));
    expect([falseWins.of, detection.of]).toEqual([0, 0]);
    expect(lengthBias).toBeCloseTo(8 / 30, 9);
    expect(sensitivityOf(of(0, 30))).toBe(0);
  });

  it('is shown to be none by 19 ties, and by more where it was won at times', () => {
    const none = { judged: 0, won: 0, half: 0, against: 0 };
    expect(paddedLeft(none)).toBe(19);
    expect(paddedLeft({ ...none, judged: 18 })).toBe(1);
    expect(paddedLeft({ ...none, judged: 19 })).toBe(0);
    expect(paddedLeft({ ...none, judged: 30, won: 1 })).toBe(0);
    expect(paddedLeft({ ...none, judged: 30, won: 2 })).toBeGreaterThan(0);
    expect(paddedLeft({ ...none, judged: 30, half: 4 })).toBeGreaterThan(0);
    expect(paddedLeft({ ...none, judged: 500, won: 500 })).toBe(1000);
  });

  it('is found in one of twenty judges at its limit, looked at after every canary, however they come by it', () => {
    let state = 11;
    // Numerical Recipes' generator.
    const random = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
    const limit = HEALTH_LIMITS.lengthBias;
    // Shares of x = 1, .5 and -.5 with a mean of .05.
    for (const [won, half, against] of [
      [0.05, 0, 0],
      [0, 0.1, 0],
      [0.05, 0.2, 0.2],
      [0.01, 0.38, 0.3],
    ] as const) {
      let found = 0;
      for (let run = 0; run < 1000; run += 1) {
        const counts = { judged: 0, won: 0, half: 0, against: 0 };
        let isFound = false;
        while (counts.judged < 200 && !isFound) {
          const lot = random();
          counts.judged += 1;
          counts.won += Number(lot < won);
          counts.half += Number(lot >= won && lot < won + half);
          counts.against += Number(lot >= won + half && lot < won + half + against);
          isFound = logLengthBias(counts, limit) >= BAR;
        }
        found += Number(isFound);
      }
      expect(found / 1000).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / 1000));
    }
  });
});

describe('a lift over the longer answer', () => {
  const [longer, shorter] = [
    { request: '', primary: 'aa', shadow: 'b' },
    { request: '', primary: 'a', shadow: 'bb' },
  ] as const;
  const judged = (outcome: Outcome) => ({ status: 'judged', outcome }) as const;

  it('is how much oftener the judge is right, a tie and equal lengths being half', () => {
    const lift = (...parts: readonly JudgeHealth[]): number | null => healthRates(mergeAllHealth(parts)).lift;
    expect(lift(ofLabel(longer, judged('primary'), 'primary'))).toBe(0);
    expect(lift(ofLabel(shorter, judged('primary'), 'primary'))).toBe(1);
    expect(lift(ofLabel(shorter, judged('tie'), 'primary'))).toBe(0.5);
    expect(lift(ofLabel(longer, judged('tie'), 'primary'))).toBe(-0.5);
    expect(lift(ofLabel({ ...longer, shadow: 'bb' }, judged('primary'), 'primary'))).toBe(0.5);
    expect(lift(ofLabel({ ...longer, shadow: 'bb' }, judged('tie'), 'primary'))).toBe(0);
    expect(lift(ofLabel(longer, judged('primary'), 'tie'))).toBeNull();
  });

  it('makes a judge unfit that is surely worse than the length of the answers', () => {
    const behind = ofLabel(longer, judged('shadow'), 'primary');
    const ahead = ofLabel(shorter, judged('primary'), 'primary');
    const half = ofLabel(longer, judged('tie'), 'primary');
    const reasons = (...parts: readonly JudgeHealth[]): readonly string[] => fitnessOf(mergeAllHealth(parts)).reasons;
    expect(reasons(...times(25, behind), ...times(5, ahead))).toEqual(['no_lift']);
    expect(reasons(...times(10, behind), ...times(10, ahead))).toEqual([]);
    expect(reasons(...times(25, half), ...times(5, ahead))).toEqual(['no_lift']);
    // As often right as wrong where both would be: nothing is said of a judge that is as good as length.
    expect(reasons(...times(100, ofLabel(longer, judged('primary'), 'primary')))).toEqual([]);
    expect(fitnessOf(EMPTY_HEALTH).reasons).toEqual([]);
  });
});
