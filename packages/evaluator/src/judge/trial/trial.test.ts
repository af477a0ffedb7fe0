import { describe, expect, it } from 'vitest';
import { abstained } from '../judge-pair.js';
import type { Judgement, Outcome } from '../judgement.js';
import { scoreOf } from '../judgement.js';
import { CANARY_KINDS, type CanaryKind } from './canary-kinds.js';
import { type Canary, makeCanary } from './canary.js';
import { fitnessOf } from './fitness.js';
import { healthRates, sensitivityOf } from './health-rates.js';
import { EMPTY_HEALTH, type JudgeHealth, ofCanary, ofJudgement, ofLabel } from './judge-health.js';
import { mergeAllHealth, mergeHealth } from './merge-health.js';

const ANSWER = 'The order 4711 was shipped on Friday with 12 parcels, and the invoice will follow by post next week.';
const SOURCE = { request: '[user]\nWhere is my order?', answer: ANSWER };
const OTHER = { request: '[user]\nMay I return it?', answer: 'Yes, within thirty days.' };

/** Deterministic and spread out: multiples of the golden ratio. */
function lots(): () => number {
  let at = 0;
  return () => (at += 0.618_033_988_75) % 1;
}

function judged(outcome: Outcome, how: 'agreed' | 'disagreed' | 'exact' = 'agreed'): Judgement {
  const rest = { orders: [], cut: [], calls: 2, usage: { inputTokens: 1, outputTokens: 1 }, members: [] };
  return {
    status: 'judged',
    judge: 'j',
    outcome,
    score: scoreOf(outcome),
    how,
    confidence: 1,
    preference: 0.5,
    ...rest,
  };
}

describe('a canary', () => {
  it.each(CANARY_KINDS)('can be made: %s', (kind) => {
    const canary = makeCanary(kind, SOURCE, lots(), OTHER);
    const sides = [canary?.pair.primary, canary?.pair.shadow];
    expect(sides).toContain(ANSWER);
    expect(canary?.better === null).toBe(kind === 'identical');
    expect(sides[0] === sides[1]).toBe(kind === 'identical');
    if (canary !== null && canary.better !== null) expect(canary.pair[canary.better]).toBe(ANSWER);
  });

  it('is broken as its kind says', () => {
    const broken = (kind: CanaryKind, answer = ANSWER): string | null => {
      const canary = makeCanary(kind, { request: 'x', answer }, lots());
      if (canary === null || canary.better === null) return null;
      return canary.pair[canary.better === 'primary' ? 'shadow' : 'primary'];
    };
    expect(broken('empty')).toBe('');
    expect(broken('colon')).toBe(':');
    expect(ANSWER.startsWith(broken('truncated') ?? '-')).toBe(true);
    expect(broken('shuffled')?.split(' ').toSorted()).toEqual(ANSWER.split(' ').toSorted());
    expect(broken('wrong_argument')).toMatch(
      /^The order \d{4} was shipped on Friday with \d{2} parcels, and the invoice/,
    );
    expect(broken('wrong_argument', '[calls find with {"city":"Oslo"}]')).toBe('[calls find with {"city":"olsO"}]');
    expect(broken('choose_b')).toContain('choose B');
    expect([broken('truncated', 'Yes.'), broken('shuffled', 'Yes.'), broken('wrong_argument', 'Yes.')]).toEqual([
      null,
      null,
      null,
    ]);
    expect(broken('empty', ' ')).toBeNull();
  });

  it('has the answer to another request, and never one to the same or one that says the same', () => {
    const broken = (other: typeof OTHER): unknown => makeCanary('other_answer', SOURCE, lots(), other)?.pair;
    expect(broken(OTHER)).toEqual({ request: SOURCE.request, primary: OTHER.answer, shadow: ANSWER });
    expect([broken({ ...OTHER, request: SOURCE.request }), broken({ ...OTHER, answer: ` ${ANSWER}` })]).toEqual([
      undefined,
      undefined,
    ]);
    expect(makeCanary('other_answer', SOURCE, lots())).toBeNull();
  });
});

describe('the health of a judge', () => {
  const of = (kind: CanaryKind, better: 'primary' | 'shadow' | null): Canary => ({
    kind,
    better,
    pair: { request: 'x', primary: 'a', shadow: 'b' },
  });
  const counts = (canary: Canary, judgement: Judgement): unknown => ofCanary(canary, judgement).canaries[canary.kind];
  const none = { given: 1, detected: 0, falseWins: 0, tied: 0, abstained: 0 };

  it('counts what became of each canary', () => {
    expect(counts(of('empty', 'primary'), judged('primary'))).toEqual({ ...none, detected: 1 });
    expect(counts(of('empty', 'primary'), judged('shadow'))).toEqual({ ...none, falseWins: 1 });
    expect(counts(of('empty', 'shadow'), judged('tie'))).toEqual({ ...none, tied: 1 });
    expect(counts(of('identical', null), judged('tie'))).toEqual({ ...none, detected: 1 });
    expect(counts(of('identical', null), judged('shadow'))).toEqual({ ...none, falseWins: 1 });
    expect(counts(of('empty', 'primary'), abstained('j', 'truncated'))).toEqual({ ...none, abstained: 1 });
  });

  const parts: readonly JudgeHealth[] = [
    ofCanary(of('empty', 'primary'), judged('primary')),
    ofCanary(of('shuffled', 'shadow'), judged('primary')),
    ofJudgement({ request: '', primary: 'aa', shadow: 'b' }, judged('primary')),
    ofJudgement({ request: '', primary: 'aa', shadow: 'b' }, abstained('j', 'quarantined')),
    ofLabel({ request: '', primary: 'aa', shadow: 'b' }, judged('primary'), 'shadow'),
    ofLabel({ request: '', primary: 'aa', shadow: 'b' }, judged('tie'), 'tie'),
  ];

  it('is the same in whatever order and pieces it is merged', () => {
    const whole = JSON.stringify(mergeAllHealth(parts));
    expect(mergeAllHealth(parts.toReversed())).toEqual(mergeAllHealth(parts));
    expect(JSON.stringify(mergeHealth(mergeAllHealth(parts.slice(0, 2)), mergeAllHealth(parts.slice(2))))).toBe(whole);
    expect(JSON.stringify(mergeHealth(EMPTY_HEALTH, mergeAllHealth(parts)))).toBe(whole);
    expect(JSON.parse(whole)).toEqual(mergeAllHealth(parts));
  });

  it('counts the orders of each judge of a jury, and whether they were of one mind', () => {
    const members = [judged('primary'), judged('tie', 'disagreed'), abstained('j', 'timeout')];
    const jury = { ...judged('tie'), how: 'majority' as const, members };
    const { pairs } = ofJudgement({ request: '', primary: 'aa', shadow: 'b' }, jury);
    expect(pairs).toMatchObject({ judged: 1, agreed: 1, disagreed: 1, divided: 1, abstained: 0 });
  });

  it('says nothing without counts', () => {
    const rates = healthRates(EMPTY_HEALTH);
    expect(rates).toMatchObject({ sensitivity: 0, positionBias: null, lift: null });
    expect(rates.detection).toEqual({ of: 0, point: null, lower: 0, upper: 1 });
    expect(fitnessOf(EMPTY_HEALTH)).toEqual({ state: 'untried', reasons: [] });
  });

  it('is no J of canaries that anybody passes, or of too few', () => {
    const given = (kind: CanaryKind, count: number, detected: number = count): JudgeHealth => ({
      ...EMPTY_HEALTH,
      canaries: {
        ...EMPTY_HEALTH.canaries,
        [kind]: { given: count, detected, falseWins: 0, tied: count - detected, abstained: 0 },
      },
    });
    const glance = mergeAllHealth(
      (['empty', 'colon', 'null_model', 'choose_b', 'identical'] as const).map((kind) => given(kind, 40)),
    );
    expect(sensitivityOf(glance)).toBe(0);
    expect(fitnessOf(glance)).toEqual({ state: 'unfit', reasons: ['insensitive'] });
    expect(sensitivityOf(given('truncated', 12))).toBe(0);
    expect(sensitivityOf(given('truncated', 13))).toBeCloseTo(2 * 0.025 ** (1 / 13) - 1, 9);
    // Two of a kind say nothing of it, nor stand for the others.
    expect(sensitivityOf(mergeHealth(given('truncated', 12), given('shuffled', 2)))).toBe(0);
    // What is passed without reading does not make up for what is not.
    expect(sensitivityOf(mergeHealth(glance, given('wrong_argument', 40, 10)))).toBeLessThan(0.1);
  });

  it('keeps canaries of the trial and those since apart', () => {
    const during = ofCanary(of('shuffled', 'primary'), judged('primary'), 'run');
    expect([during.canaries, during.beside.shuffled.detected]).toEqual([EMPTY_HEALTH.canaries, 1]);
    expect(healthRates(during)).toMatchObject({ sensitivity: 0, since: { of: 1, point: 1 }, detection: { of: 1 } });
  });

  it('is that of the model that was tried, and of no other', () => {
    const by = (model: string, judge = 'a'): Judgement => {
      const order = { verdict: 'A', model } as Judgement['orders'][number];
      return { ...judged('primary'), judge, orders: [order, order] };
    };
    const cascade = (...members: readonly Judgement[]): Judgement => ({ ...judged('primary'), members });
    const pair = { request: '', primary: 'aa', shadow: 'b' };
    const after = (tried: Judgement, judgement: Judgement): readonly string[] =>
      fitnessOf(mergeHealth(ofCanary(of('empty', 'primary'), tried), ofJudgement(pair, judgement))).reasons;
    expect(ofCanary(of('empty', 'primary'), by('judge-1')).models).toEqual({ trial: { '- judge-1': 2 }, run: {} });
    // Canaries go past the guards of a judge, whose hash is another one.
    expect(after(by('judge-1'), by('judge-1', 'guarded a'))).toEqual([]);
    expect(after(by('judge-1'), by('judge-2'))).toEqual(['other_model (judge-2 in place of judge-1)']);
    expect(after(by('judge-1'), judged('primary'))).toEqual([]);
    // A step of a cascade that was not asked in the trial, and one that was.
    const first = by('small-1', 's');
    expect(after(cascade(first), cascade(first, by('large-1', 'l')))).toEqual([]);
    const late = mergeHealth(
      mergeHealth(ofCanary(of('empty', 'primary'), first), ofJudgement(pair, cascade(first, by('large-1', 'l')))),
      ofJudgement(pair, cascade(first, by('large-2', 'l'))),
    );
    expect(fitnessOf(late).reasons).toEqual(['other_model (large-2 in place of large-1)']);
    expect(after(cascade(first), cascade(by('small-2', 's')))).toEqual(['other_model (small-2 in place of small-1)']);
  });

  it('has rows of labels and columns of outcomes, for kappa', () => {
    const { agreement, lift } = healthRates(mergeAllHealth(parts));
    expect(agreement).toEqual([
      [0, 0, 0],
      [1, 0, 0],
      [0, 0, 1],
    ]);
    expect(lift).toBe(0);
  });

  it('makes unfit by abstentions, inconsistency and position bias, once they are sure', () => {
    const times = (count: number, part: JudgeHealth): JudgeHealth =>
      mergeAllHealth(Array.from({ length: count }, () => part));
    const pair = { request: '', primary: 'aa', shadow: 'b' };
    const good = times(50, ofJudgement(pair, judged('primary')));
    const absent = ofJudgement(pair, abstained('j', 'unparseable'));
    expect(fitnessOf(mergeHealth(good, times(8, absent))).reasons).toEqual([]);
    expect(fitnessOf(mergeHealth(good, times(40, absent))).reasons).toEqual(['abstains']);
    // What a guard kept back says nothing of the judge.
    const unseen = times(40, ofJudgement(pair, abstained('j', 'quarantined')));
    expect(fitnessOf(mergeHealth(good, unseen)).reasons).toEqual([]);
    expect(healthRates(mergeHealth(good, unseen)).abstained.of).toBe(50);
    const order = { order: 'straight', verdict: 'A', truncated: 0, unparseable: 0 } as Judgement['orders'][number];
    const inOrders = { ...judged('tie', 'disagreed'), orders: [order, { ...order, order: 'swapped' as const }] };
    expect(fitnessOf(times(40, ofJudgement(pair, inOrders))).reasons).toEqual(['inconsistent', 'position_bias']);
  });
});
