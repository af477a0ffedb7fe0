import { describe, expect, it } from 'vitest';
import type { PreferenceEvidence } from '../ledger/judging-state.js';
import type { Vouching } from '../judge/trial/vouching.js';
import { judgeObservation } from '../tally/preference.js';
import { addPair, emptyTally, type Tally } from '../tally/tally.js';
import { addPreference, emptyWinRate } from '../tally/win-rate.js';
import { health, look, policy, SAFE } from './decide.test.support.js';
import { PolicyError } from './policy.js';
import type { JudgeStanding } from './win-rate-verdict.js';

const JUDGE: JudgeStanding = {
  margin: 0.1,
  sensitivity: 0.8,
  unfit: null,
  waitsFor: null,
  unproven: 0,
  labelled: false,
};

function tally(m: number, won: number, lost: number): Tally {
  const made = emptyTally(m);
  for (const [verdict, count] of [
    [1, won],
    [0, lost],
  ] as const) {
    addPair(made, judgeObservation({ status: 'judged', verdict, label: 'not_offered' }), 1, count);
  }
  return made;
}

/** Pairs by verdict, and of the labelled form by verdict and label. */
function evidence(
  won: number,
  lost: number,
  labelled?: { offered: number; won: number; lost: number },
): PreferenceEvidence {
  const judged = { safe: tally(0.42, won, lost), harm: tally(0.4, won, lost) };
  const vouching: Vouching = { seen: 20, marks: [{ until: 20, logE: 100 }] };
  if (labelled === undefined) return { judged, labelled: null, vouching };
  const rate = emptyWinRate({ m: 0.4, offered: labelled.offered });
  addPreference(rate, { status: 'judged', verdict: 1, label: 'not_offered' }, 1, won);
  addPreference(rate, { status: 'judged', verdict: 0, label: 'not_offered' }, 1, lost);
  addPreference(rate, { status: 'judged', verdict: 1, label: 1 }, 1, labelled.won);
  addPreference(rate, { status: 'judged', verdict: 1, label: 0 }, 1, labelled.lost);
  return { judged, labelled: rate, vouching };
}

const GOOD = evidence(1500, 500);
const judged = (judge: Partial<JudgeStanding>, preference: PreferenceEvidence = GOOD) =>
  look({ judge: { ...JUDGE, ...judge }, preferences: { _all: preference } });

describe('a verdict on the word of a judge', () => {
  it('is no gate without a judge', () => {
    expect(look({ preferences: { _all: GOOD } })).toMatchObject({ state: 'go' });
  });

  it('is provisional at best without labels', () => {
    const verdict = judged({});
    expect(verdict).toMatchObject({ state: 'go_provisional', reason: 'provisional', remaining: { low: 0, high: 0 } });
    expect(verdict.sentence).toContain('win_rate 75.0 % by the word of the judge alone (at least 40.0 % needed');
    expect(verdict.streams).toMatchObject([{ stream: '_all', state: 'provisional' }]);
  });

  it('is GO with labels that say so, and provisional while they do not suffice', () => {
    expect(judged({ labelled: true }, evidence(1500, 500, { offered: 0.1, won: 150, lost: 10 })).state).toBe('go');
    const few = judged({ labelled: true }, evidence(150, 50, { offered: 0.1, won: 3, lost: 1 }));
    expect(few.state).toBe('go_provisional');
    expect(few.sentence).toContain('4 of 4 offered pairs labelled');
  });

  it('does not follow a judge that people contradict', () => {
    const verdict = judged({ labelled: true }, evidence(1500, 100, { offered: 0.1, won: 5, lost: 160 }));
    expect(verdict.gates.at(-1)).toMatchObject({ gate: 'win_rate', state: 'harm' });
    expect(verdict).toMatchObject({ state: 'no_go', reason: 'harm' });
  });

  it('is not provisional against people, however few of them have answered', () => {
    const against = judged({ labelled: true }, evidence(300, 100, { offered: 0.1, won: 3, lost: 17 }));
    expect(against.gates.at(-1)).toMatchObject({ gate: 'win_rate', state: 'open', remaining: null });
    expect(against).toMatchObject({ state: 'hold', reason: 'inconclusive' });
    // What nobody answered says nothing of the candidate.
    const unanswered = evidence(300, 100, { offered: 0.1, won: 0, lost: 0 });
    addPreference(unanswered.labelled!, { status: 'judged', verdict: 1, label: 'unanswered' }, 1, 20);
    expect(judged({ labelled: true }, unanswered).state).toBe('go_provisional');
    expect(against.sentence).toContain('20 of 20 offered pairs labelled');
  });

  it('waits for labels where the judge itself is not sure', () => {
    const verdict = judged({ labelled: true }, evidence(20, 20));
    expect(verdict).toMatchObject({ state: 'hold', reason: 'insufficient' });
    expect(verdict.sentence).toContain('win_rate waits for labels');
  });

  it.each<[string, Partial<JudgeStanding>, string]>([
    ['sees too little', { sensitivity: 0.4 }, 'J = 0.40'],
    ['is unfit', { unfit: 'false_wins' }, 'unfit (false_wins)'],
    ['is unfit before its trial is over', { sensitivity: null, unfit: 'abstains' }, 'unfit (abstains)'],
    [
      'is unfit for what it does not see',
      { sensitivity: -0.02, unfit: 'insensitive' },
      'the judge is unfit (insensitive: J = -0.02, at least 0.5 needed)',
    ],
    [
      'is unfit for that and more',
      { sensitivity: 0.1, unfit: 'false_wins, insensitive, abstains' },
      'unfit (false_wins, insensitive (J = 0.10, at least 0.5 needed), abstains)',
    ],
    ['is unfit, whatever people say', { unfit: 'false_wins', labelled: true }, 'unfit (false_wins)'],
  ])('holds where the judge %s', (_what, judge, words) => {
    const verdict = judged(judge, evidence(1500, 500, { offered: 0.1, won: 150, lost: 10 }));
    expect(verdict).toMatchObject({ state: 'hold', reason: 'judge_insensitive' });
    expect(verdict.sentence).toContain(words);
  });

  it('takes no harm from a judge that is unfit, and takes it from people', () => {
    const bad = evidence(100, 1500, { offered: 0.1, won: 5, lost: 160 });
    expect(judged({}, bad).state).toBe('no_go');
    expect(judged({ unfit: 'false_wins' }, bad)).toMatchObject({ state: 'hold', reason: 'judge_insensitive' });
    expect(judged({ unfit: 'false_wins', labelled: true }, bad).state).toBe('no_go');
  });

  it('is not provisional before canaries of the run were put to the judge', () => {
    const verdict = judged({ unproven: 4 });
    expect(verdict).toMatchObject({ state: 'hold', reason: 'insufficient' });
    expect(verdict.gates.at(-1)).toMatchObject({ gate: 'win_rate', state: 'waiting' });
    expect(verdict.sentence).toContain('win_rate waits for 4 more canaries beside its pairs');
    expect(judged({ unproven: 1 }).sentence).toContain('1 more canary beside');
    // What people say needs no canaries.
    const labelled = evidence(1500, 500, { offered: 0.1, won: 150, lost: 10 });
    expect(judged({ unproven: 4, labelled: true }, labelled).state).toBe('go');
  });

  it('is provisional where canaries that came after its evidence vouch for it, and not before', () => {
    const bar = Math.log(1 / 0.025);
    const vouched = (seen: number, marks: Vouching['marks']) => judged({}, { ...GOOD, vouching: { seen, marks } });
    const late = [{ until: 34, logE: bar + 1 }];
    expect(vouched(30, late)).toMatchObject({ state: 'hold', reason: 'insufficient' });
    expect(vouched(30, late).sentence).toContain('win_rate waits for 4 more canaries beside its pairs');
    expect(vouched(34, late).state).toBe('go_provisional');
    // What was vouched for before was not enough.
    expect(vouched(30, [{ until: 20, logE: bar - 1 }, ...late]).state).toBe('hold');
    const { vouching: _, ...nobody } = GOOD;
    expect(judged({}, nobody).state).toBe('hold');
  });

  it('waits for the trial of the judge', () => {
    const verdict = judged({ sensitivity: null }, { judged: null, labelled: null });
    expect(verdict).toMatchObject({ state: 'hold', reason: 'insufficient' });
    expect(verdict.sentence).toContain('what canaries say of the judge');
    const waiting = { sensitivity: null, waitsFor: 'its endpoint: unauthorized (HTTP 401)' };
    expect(judged(waiting, { judged: null, labelled: null }).sentence).toContain(
      'win_rate waits for what canaries say of the judge, whose trial waits for its endpoint: unauthorized (HTTP 401)',
    );
  });

  it('needs the win rate of each critical segment', () => {
    const verdict = look({
      policy: policy({ critical: ['billing'] }),
      judge: JUDGE,
      streams: { _all: SAFE, billing: SAFE },
      preferences: { _all: GOOD },
    });
    expect(verdict).toMatchObject({ state: 'hold', reason: 'insufficient' });
    expect(verdict.sentence).toContain('win_rate in billing has no pairs');
  });

  it('holds an arm in quarantine', () => {
    const verdict = look({ judge: JUDGE, preferences: { _all: GOOD }, health: health({ quarantine: 'constant' }) });
    expect(verdict).toMatchObject({ state: 'hold', reason: 'quarantined' });
    expect(verdict.sentence).toContain('the same few answers');
  });

  it('refuses evidence against another boundary', () => {
    expect(() => judged({ margin: 0.05 })).toThrow(PolicyError);
    expect(() => judged({ sensitivity: 0.9 })).toThrow(PolicyError);
  });
});
