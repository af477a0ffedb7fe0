import type {
  CallId,
  ClusterKey,
  Content,
  Leg,
  PairId,
  RunId,
  Trial,
  TrialLeg,
} from '@understudy/instrumentation/trial';
import { describe, expect, it } from 'vitest';
import { exact } from './exact.js';
import { exactJson } from './exact-json.js';
import { jsonValid } from './json/valid.js';
import { length } from './length.js';
import { scoreTrial, scoring } from './score-trial.js';
import type { Scorer } from './scorer.js';

const text = (content: string): Content => ({
  kind: 'text',
  messages: [{ role: 'assistant', parts: [{ type: 'text', content }] }],
});
const ok = (answer: Content): Leg => ({
  status: 'ok',
  answer,
  finish: 'stop',
  usage: null,
  durationMs: 5,
  model: 'm',
  span: null,
});
const failed: Leg = { status: 'error', type: 'timeout', durationMs: 5, span: null };
const leg = (of: Leg): TrialLeg => ({ ...of, pairId: '01890000-0000-7000-8000-000000000000' as PairId });

function trial(primary: Leg, legs: Readonly<Record<string, Leg>>): Trial {
  return {
    v: 1,
    callId: '01890000-0000-7000-8000-000000000000' as CallId,
    run: '0123456789abcdef' as RunId,
    producer: 'p1',
    segment: '_none',
    cluster: '0123456789abcdef' as ClusterKey,
    pi: 1,
    operation: 'chat',
    stream: false,
    startedAt: 1,
    input: { kind: 'none' },
    primary,
    legs: Object.fromEntries(Object.entries(legs).map(([arm, each]) => [arm, leg(each)])),
  };
}

const SOME = { scorers: [exact, length] };

describe('scoreTrial', () => {
  it('puts the A/A leg beside every candidate, and alone in its own row', () => {
    const rows = scoreTrial(trial(ok(text('abcd')), { small: ok(text('ab')), aa: ok(text('abcd')) }), SOME);
    expect(rows).toEqual({
      small: { ab: { exact: 0, length: 0.5 }, aa: { exact: 1, length: 1 } },
      aa: { ab: { exact: 1, length: 1 }, aa: {} },
    });
  });

  it('has nothing for the noise where no A/A leg was drawn', () => {
    expect(scoreTrial(trial(ok(text('a')), { small: ok(text('a')) }), SOME)).toEqual({
      small: { ab: { exact: 1, length: 1 }, aa: {} },
    });
  });

  it.each([
    ['failed', failed],
    ['sent no content', ok({ kind: 'none' })],
    [
      'answered with an image',
      ok({ kind: 'text', messages: [{ role: 'assistant', parts: [{ type: 'other', kind: 'image' }] }] }),
    ],
  ])('leaves a scorer out where the primary %s: the shadow cannot choose', (_what, primary) => {
    expect(scoreTrial(trial(primary, { small: ok(text('a')) }), SOME)).toEqual({ small: { ab: {}, aa: {} } });
  });

  it('gives null, never 0 and never absence, where the shadow has no answer to compare', () => {
    const legs = { broken: failed, silent: ok({ kind: 'none' }) };
    expect(scoreTrial(trial(ok(text('a')), legs), SOME)).toEqual({
      broken: { ab: { exact: null, length: null }, aa: {} },
      silent: { ab: { exact: null, length: null }, aa: {} },
    });
  });

  it('leaves out a scorer that does not apply to the primary, and keeps it where only the shadow cannot be read', () => {
    const json = { scorers: [exactJson] };
    expect(scoreTrial(trial(ok(text('words')), { small: ok(text('{}')) }), json)).toEqual({
      small: { ab: {}, aa: {} },
    });
    expect(scoreTrial(trial(ok(text('{}')), { small: ok(text('words')) }), json)).toEqual({
      small: { ab: { exact_json: null }, aa: {} },
    });
  });

  it('compares tool calls and refusals as text', () => {
    const call: Content = {
      kind: 'text',
      messages: [{ role: 'assistant', parts: [{ type: 'tool_call', id: 'x', name: 'refund', arguments: '{"id":1}' }] }],
    };
    const refusal: Content = {
      kind: 'text',
      messages: [{ role: 'assistant', parts: [{ type: 'refusal', content: 'No.' }] }],
    };
    expect(scoreTrial(trial(ok(call), { a: ok(call), b: ok(refusal) }), { scorers: [exact] })).toEqual({
      a: { ab: { exact: 1 }, aa: {} },
      b: { ab: { exact: 0 }, aa: {} },
    });
  });

  it('judges by what was asked, where that travelled', () => {
    const schema = '{"type":"object","required":["topic"]}';
    const given = trial(ok(text('{"topic":"a"}')), { good: ok(text('{"topic":"b"}')), bad: ok(text('{}')) });
    const scorers = [jsonValid];
    expect(scoreTrial(given, { scorers })).toEqual({ good: { ab: {}, aa: {} }, bad: { ab: {}, aa: {} } });
    expect(scoreTrial({ ...given, asked: { output: { type: 'json', schema } } }, { scorers })).toEqual({
      good: { ab: { json_valid: 1 }, aa: {} },
      bad: { ab: { json_valid: 0 }, aa: {} },
    });
    // As redaction may leave it.
    expect(
      scoreTrial({ ...given, asked: { output: { type: 'json', schema: '{[' } } }, { scorers })['good']?.ab,
    ).toEqual({});
  });

  it('goes on in steps: one scorer of one leg at a time', () => {
    const steps = scoring(trial(ok(text('a')), { small: ok(text('b')), aa: ok(text('a')) }), SOME);
    let taken = 0;
    for (let step = steps.next(); step.done !== true; step = steps.next()) taken += 1;
    expect(taken).toBe(SOME.scorers.length * 2);
  });

  it.each<[string, Scorer]>([
    [
      'throws',
      {
        ...exact,
        score: () => {
          throw new Error('broken');
        },
      },
    ],
    [
      'throws on the primary',
      {
        ...exact,
        applies: () => {
          throw new Error('broken');
        },
        score: () => {
          throw new Error('broken');
        },
      },
    ],
    ['leaves [0,1]', { ...exact, score: () => 1.5 }],
    ['gives NaN', { ...exact, score: () => Number.NaN }],
  ])('turns a scorer that %s into null and says so', (_what, broken) => {
    const told: string[] = [];
    const rows = scoreTrial(trial(ok(text('a')), { small: ok(text('a')) }), {
      scorers: [broken, length],
      onBroken: (scorer) => told.push(scorer),
    });
    expect(rows).toEqual({ small: { ab: { exact: null, length: 1 }, aa: {} } });
    expect(told).toContain('exact');
  });
});
