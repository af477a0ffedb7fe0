import { describe, expect, it } from 'vitest';
import type { AnswerNotes } from '../score/notes.js';
import type { Amounts } from './amounts.js';
import { driftOf } from './drift.js';
import { addAnswer, emptyDistribution } from './distribution.js';
import type { PairFacts, Scores } from './facts.js';
import { decodeObserved, encodeObserved, isShown } from './observed-codec.js';
import { observe } from './observed.js';
import { shownOf } from './shown.js';
import type { StoredPair } from './stored-pair.js';

const NOTES: AnswerNotes = {
  length: 100,
  language: 'en',
  structure: [],
  finish: 'stop',
  refused: false,
  valid: null,
  hash: 1,
  label: null,
};

interface Some {
  readonly segment?: string;
  readonly ab?: Scores;
  readonly aa?: Scores | null;
  readonly amounts?: Amounts;
  readonly primary?: Partial<AnswerNotes>;
  readonly shadow?: Partial<AnswerNotes> | null;
  readonly tools?: 'same' | 'other_tool';
  readonly failed?: boolean;
}

let calls = 0;
function pair(some: Some = {}): StoredPair {
  const { segment = '_none', ab = {}, aa = null, amounts = {}, primary = {}, shadow = {}, tools = null, failed } = some;
  calls += 1;
  const ok = { status: 'ok', durationMs: 1 } as const;
  const facts: PairFacts = {
    v: 1,
    pi: 1,
    primary: ok,
    shadow: failed === true ? { status: 'error', type: '429', durationMs: 1 } : ok,
    aa: aa === null ? null : ok,
    scores: { ab, aa: aa ?? {} },
    notes: {
      primary: { ...NOTES, ...primary },
      shadow: shadow === null ? null : { ...NOTES, ...shadow },
      tools,
      classes: ['ok', failed === true ? 'rate_limited' : 'ok'],
      amounts,
    },
  };
  return { call: `call ${calls}`, arm: 'small', producer: 'p', segment, cluster: `${calls}`, facts };
}

const of = (pairs: readonly StoredPair[], evidence = pairs, stream = '_all') => {
  const found = observe(pairs, evidence).observed.find((one) => one.stream === stream);
  if (found === undefined) throw new Error(`no stream ${stream}`);
  return shownOf(found, new Map([[7, 'spam']]));
};
const repeated = (times: number, some: (at: number) => Some): readonly StoredPair[] =>
  Array.from({ length: times }, (_, at) => pair(some(at)));

describe('what is shown of a set of pairs', () => {
  it('compares amounts where both are known, and never takes unknown for 0', () => {
    const { amounts } = of([
      pair({ amounts: { latency: [1_000_000, 3_000_000], list_cost: [2_000_000, 500_000] } }),
      pair({ amounts: { latency: [1_000_000, null], list_cost: [null, 500_000] } }),
      pair({ amounts: { output_tokens: [10, 0] } }),
    ]);
    expect(amounts.latency).toEqual({
      pairs: 1,
      primary: 1000,
      shadow: 3000,
      difference: 2000,
      ratio: 3,
      unknown: { primary: 1, shadow: 2 },
    });
    expect(amounts.list_cost).toMatchObject({ primary: 0.002, shadow: 0.0005, ratio: 0.25 });
    expect(amounts.output_tokens).toMatchObject({ pairs: 1, shadow: 0, ratio: 0, unknown: { primary: 2, shadow: 2 } });
    expect(amounts.reasoning_tokens).toBeUndefined();
  });

  it('counts calls that came in time, and scores and answers of the evidence alone', () => {
    const [first, again] = [pair({ ab: { exact: 1 } }), pair({ ab: { exact: 0 }, failed: true })];
    const { classes, scores, answers } = of([first, again], [first]);
    expect(classes).toEqual([
      { primary: 'ok', shadow: 'ok', pairs: 1 },
      { primary: 'ok', shadow: 'rate_limited', pairs: 1 },
    ]);
    expect(scores['exact']).toEqual({ pairs: 1, missing: 0, mean: 1, noise: null });
    expect(answers).toMatchObject({ primary: 1, shadow: 1 });
  });

  it('sets every score beside the noise of the incumbent, in each segment', () => {
    const pairs = [
      ...repeated(40, () => ({ ab: { lexical: 0.5, label: 1 }, aa: { lexical: 0.75, label: 1 }, segment: 'a' })),
      ...repeated(10, () => ({ ab: { lexical: 1 }, aa: null, segment: 'b' })),
      pair({ ab: { lexical: null }, aa: { lexical: 1 }, segment: 'b' }),
    ];
    const { lexical, label } = of(pairs).scores;
    expect(lexical).toMatchObject({ pairs: 50, missing: 1, mean: 0.6 });
    expect(lexical?.noise).toMatchObject({ pairs: 40, shadow: 0.5, incumbent: 0.75, excess: -0.25 });
    const [low, high] = lexical?.noise?.interval ?? [0, 0];
    expect(low).toBeLessThan(-0.25);
    expect(high).toBeGreaterThan(-0.25);
    expect(label?.noise).toMatchObject({ excess: 0, interval: null });
    expect(of(pairs, pairs, 'b').scores['lexical']?.noise).toBeNull();
  });

  it('names a label that five pairs have, and no other', () => {
    const { labels } = of([
      ...repeated(5, () => ({ primary: { label: 7 }, shadow: { label: 7 } })),
      pair({ primary: { label: 255 }, shadow: { label: null } }),
      pair({ primary: { label: null }, shadow: { label: 7 } }),
    ]);
    expect(labels).toMatchObject({ pairs: 6, agreement: 5 / 6 });
    expect(labels?.cells).toEqual([
      { primary: 'spam', shadow: 'spam', pairs: 5 },
      { primary: '#0000000000ff', shadow: '_none', pairs: 1 },
    ]);
  });

  it('tells a shift of the answers, and that they are always the same', () => {
    const pairs = repeated(300, (at) => ({
      primary: { length: 100 + at, hash: at * 1000 },
      shadow: { length: 400 + at, structure: ['lists'], hash: 5 },
      tools: at % 3 === 0 ? 'other_tool' : 'same',
    }));
    const { answers, tools } = of(pairs);
    expect(answers.shifted).toEqual(['length', 'structure']);
    expect(answers.distinct.shadow).toBeCloseTo(1 / 300);
    expect(answers.shifts.map(({ feature }) => feature)).toEqual([
      'length',
      'language',
      'structure',
      'finish',
      'refusal',
    ]);
    expect(tools).toEqual({ other_tool: 100, same: 200 });
  });

  it('is the same from the stored parts, in any order', () => {
    const pairs = repeated(50, (at) => ({
      ab: { lexical: at / 50 },
      aa: { lexical: 0.5 },
      primary: { label: at % 3 },
      amounts: { latency: [at, at * 2] },
    }));
    const stored = (some: readonly StoredPair[]) =>
      observe(some, some)
        .observed.flatMap(encodeObserved)
        .filter(({ stream }) => stream === '_all');
    const parts = stored(pairs);
    expect(parts.map(({ metric }) => metric)).toEqual(['counters', 'labels', 'answers_primary', 'answers_shadow']);
    expect(parts.every(({ metric }) => isShown(metric))).toBe(true);
    expect(stored(pairs.toReversed())).toEqual(parts);
    const decoded = decodeObserved((metric) => parts.find((one) => one.metric === metric)?.bytes);
    expect(shownOf(decoded, new Map())).toEqual(of(pairs));
  });
});

describe('the drift of the primary', () => {
  const day = (at: number, length: number) => {
    const answers = emptyDistribution();
    for (let left = 0; left < 250; left += 1) addAnswer(answers, { ...NOTES, length: length + left });
    return { day: at, answers };
  };
  it('is of the last day against the seven before it', () => {
    const drift = driftOf([day(20, 900), day(12, 9000), day(13, 100), day(19, 100)]);
    expect(drift).toMatchObject({ day: 20, answers: 250, before: 500, shifted: ['length'] });
    expect(driftOf([day(20, 100), day(19, 100)])?.shifted).toEqual([]);
  });
  it('is not known of a first day', () => {
    expect(driftOf([])).toBeNull();
    expect(driftOf([day(20, 100), day(12, 100)])).toBeNull();
  });
});
