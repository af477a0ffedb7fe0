import { expect, it } from 'vitest';
import { type LegScores, scoreTrial, type TrialScores } from '../../packages/evaluator/src/score/score-trial.js';
import { protectionOf } from '../../packages/instrumentation/src/trial/privacy/protect.js';
import { finished } from '../../packages/instrumentation/src/trial/steps.js';
import { decodeTrial } from '../../packages/instrumentation/src/trial/codec.js';
import type { Leg, Message, Part, Trial } from '../../packages/instrumentation/src/trial/trial.js';

function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const WORDS = [
  'the',
  'The',
  'refund',
  '$4,2',
  'é',
  'e\u0301',
  '返',
  '金',
  '\ud800',
  '\u0000',
  '{"a":1}',
  '"',
  '.',
  '\n',
  '  ',
  "don't",
  '#',
];
const JSONS = ['{"a":1,"b":[1,2]}', ' {"b":[1,2],"a":1.0} ', '{"a":2}', '[]', '"é"', '"\\u00e9"', '{', 'null'];

function textOf(random: (below: number) => number): string {
  if (random(4) === 0) return JSONS[random(JSONS.length)] ?? '';
  return Array.from({ length: random(30) }, () => WORDS[random(WORDS.length)]).join(random(2) === 0 ? ' ' : '');
}

function partOf(random: (below: number) => number): Part {
  const kind = random(12);
  if (kind === 0) return { type: 'other', kind: 'image' };
  if (kind < 4)
    return { type: 'tool_call', id: null, name: random(2) === 0 ? 'find' : 'refund', arguments: textOf(random) };
  return { type: kind === 4 ? 'refusal' : 'text', content: textOf(random) };
}

function legOf(random: (below: number) => number, like: Leg | null): Leg {
  if (random(10) === 0) return { status: 'error', type: 'timeout', durationMs: 1, span: null };
  if (like !== null && random(3) === 0) return like;
  const parts = Array.from({ length: 1 + random(2) }, () => partOf(random));
  const messages: Message[] = [{ role: 'assistant', parts }];
  return {
    status: 'ok',
    answer: { kind: 'text', messages },
    finish: null,
    usage: null,
    durationMs: 1,
    model: null,
    span: null,
  };
}

function trialOf(primary: Leg, legs: Readonly<Record<string, Leg>>): Trial {
  const id = '01890000-0000-7000-8000-000000000000';
  return {
    v: 1,
    callId: id,
    run: '0123456789abcdef',
    producer: 'p1',
    segment: '_none',
    cluster: '0123456789abcdef',
    pi: 1,
    operation: 'chat',
    stream: false,
    startedAt: 1,
    input: { kind: 'text', messages: [{ role: 'user', parts: [{ type: 'text', content: 'What?' }] }] },
    primary,
    legs: Object.fromEntries(Object.entries(legs).map(([arm, leg]) => [arm, { ...leg, pairId: id }])),
  } as unknown as Trial;
}

/** As it arrives at the evaluator. */
function travelled(trial: Trial): Trial {
  const steps = protectionOf('features', undefined, () => 0)?.(trial);
  if (steps === undefined) throw new Error('features are no protection');
  return decodeTrial(JSON.stringify(finished(steps)));
}

/** Scorers that need the texts themselves: on features they are absent. */
const OF_TEXTS = [
  'chrf',
  'label',
  'refusal',
  'json_parses',
  'json_valid',
  'json_paths',
  'json_values',
  'tool_arguments',
  'tool_exact',
  'tool_valid',
];

/** Scores by arm, without those that need texts. */
function onEither(scores: TrialScores): unknown {
  const kept = (one: LegScores): LegScores =>
    Object.fromEntries(Object.entries(one).filter(([scorer]) => !OF_TEXTS.includes(scorer)));
  return Object.fromEntries(Object.entries(scores).map(([arm, { ab, aa }]) => [arm, { ab: kept(ab), aa: kept(aa) }]));
}

it('gives the same scores on features as on the texts, except where a scorer needs those', () => {
  const random = generator(11);
  let [scored, between] = [0, 0];
  for (let round = 0; round < 1500; round += 1) {
    const primary = legOf(random, null);
    const trial = trialOf(primary, { small: legOf(random, primary), aa: legOf(random, primary) });
    const onText = scoreTrial(trial);
    expect(scoreTrial(travelled(trial))).toEqual(onEither(onText));
    const scores = Object.values(onText['small']?.ab ?? {}).filter((score) => score !== null);
    scored += scores.length;
    between += scores.filter((score) => score > 0 && score < 1).length;
  }
  // Not all of them the same by having nothing to say.
  expect(scored).toBeGreaterThan(2000);
  expect(between).toBeGreaterThan(500);
});

it('does so for answers of which only the beginning and the end are compared', () => {
  const random = generator(5);
  const long = (): Leg => {
    const content = Array.from({ length: 20_000 }, () => `w${random(50)}`).join(' ');
    const messages: Message[] = [{ role: 'assistant', parts: [{ type: 'text', content }] }];
    return {
      status: 'ok',
      answer: { kind: 'text', messages },
      finish: null,
      usage: null,
      durationMs: 1,
      model: null,
      span: null,
    };
  };
  const trial = trialOf(long(), { small: long() });
  expect(scoreTrial(travelled(trial))).toEqual(onEither(scoreTrial(trial)));
});

it('says nothing of a text against features', () => {
  const primary = legOf(generator(3), null);
  const trial = trialOf(primary, { small: primary });
  const mixed = { ...trial, primary: travelled(trial).primary };
  const scores = scoreTrial(mixed)['small']?.ab ?? {};
  expect(Object.keys(scores).length).toBeGreaterThan(0);
  expect(Object.values(scores).every((score) => score === null)).toBe(true);
});
