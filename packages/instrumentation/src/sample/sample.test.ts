import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Call } from '../capture/call.js';
import { callOf } from '../capture/call.test.support.js';
import { resolveExperiment } from '../experiment/resolve.js';
import { runOf } from '../experiment/run.js';
import { setFailureSink } from '../guard.js';
import { viewOf } from './call-view.js';
import { clusterKey } from './cluster.js';
import { createDecide, type Decision } from './decide.js';
import { drawOf, isDrawn } from './draw.js';
import { compilePattern } from './match.js';
import { createSegmenter } from './segment.js';

/** mulberry32: a seeded source, so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value ^= value + Math.imul(value ^ (value >>> 7), 61 | value);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

const next = random(20_261_121);
const traceId = (): string => Array.from({ length: 32 }, () => Math.floor(next() * 16).toString(16)).join('');

function call(change: Partial<Call> = {}, messages: unknown = [{ role: 'user', content: 'Hi' }]): Call {
  return callOf({
    startedAt: Date.UTC(2026, 10, 21),
    request: { operation: 'chat', model: 'gpt-5', stream: false },
    spanReference: { traceId: traceId(), spanId: 'b'.repeat(16) },
    ...change,
    wire: { body: JSON.stringify({ model: 'gpt-5', messages }) },
  });
}

const SALT = Buffer.alloc(32, 7);

const decider = (change: object = {}, salt: Uint8Array = SALT): ((call: Call, callId: string) => Decision) => {
  const experiment = resolveExperiment({ name: 'e', candidates: { a: {}, b: {} }, content: 'full', ...change });
  const decide = createDecide({ experiment, run: runOf(experiment), rules: {} });
  return (one, callId) => decide(one, callId, salt);
};

/** Five standard deviations of a binomial count: a true share misses it once in 1.7 million runs. */
const spread = (count: number, rate: number): number => 5 * Math.sqrt(count * rate * (1 - rate));

describe('drawOf', () => {
  it('draws the declared share, and at a higher rate all that a lower one draws', () => {
    const draws = Array.from({ length: 20_000 }, () => drawOf(traceId(), SALT));
    for (const rate of [0.01, 0.1, 0.5]) {
      const drawn = draws.filter((draw) => isDrawn(draw, rate));
      expect(Math.abs(drawn.length - draws.length * rate)).toBeLessThan(spread(draws.length, rate));
      expect(drawn.every((draw) => isDrawn(draw, rate * 1.5))).toBe(true);
    }
    expect(draws.every((draw) => isDrawn(draw, 1))).toBe(true);
    expect(draws.some((draw) => isDrawn(draw, 0))).toBe(false);
  });
});

describe('createDecide', () => {
  it('decides alike for the calls of a trace, with one draw for all candidates', () => {
    const decide = decider({ sample: { rate: 0.3 }, noise: { rate: 1 } });
    for (let trace = 0; trace < 200; trace += 1) {
      const spanReference = { traceId: traceId(), spanId: 'b'.repeat(16) };
      const [first, second] = ['x', 'y'].map((id) => decide(call({ spanReference }), id));
      expect(second?.status).toBe(first?.status);
      if (first?.status === 'sampled') expect(first.arms).toEqual(['a', 'b', 'aa']);
    }
  });

  it('draws the A/A leg at its own rate, whether the sampling draw is high or low', () => {
    const decide = decider({ sample: { rate: 0.2 }, noise: { rate: 0.25 } });
    const sampled = Array.from({ length: 20_000 }, (_, index) => ({ call: call(), id: `call-${index}` }))
      .map(({ call: each, id }) => ({
        decision: decide(each, id),
        draw: drawOf(`sample ${each.spanReference?.traceId}`, SALT),
      }))
      .filter(({ decision }) => decision.status === 'sampled');
    expect(Math.abs(sampled.length - 4000)).toBeLessThan(spread(20_000, 0.2));
    for (const half of [sampled.filter(({ draw }) => draw < 0.9), sampled.filter(({ draw }) => draw >= 0.9)]) {
      const noisy = half.filter(({ decision }) => decision.status === 'sampled' && decision.arms.includes('aa'));
      expect(Math.abs(noisy.length - half.length * 0.25)).toBeLessThan(spread(half.length, 0.25));
    }
  });

  it('lets no trace id choose: one that a client made up is drawn as any other', () => {
    const spanReference = { traceId: 'f'.repeat(32), spanId: 'b'.repeat(16) };
    const drawn = Array.from({ length: 2000 }, (_, salt) =>
      decider({ sample: { rate: 0.1 } }, Buffer.from(`salt ${salt}`))(call({ spanReference }), 'x'),
    ).filter(({ status }) => status === 'sampled');
    expect(Math.abs(drawn.length - 200)).toBeLessThan(spread(2000, 0.1));
  });

  it('draws by the call where there is no trace', () => {
    const decide = decider({ sample: { rate: 0.5 }, shadow: { requireRecording: false } });
    const drawn = Array.from({ length: 2000 }, (_, id) => decide(call({ spanReference: null }), `${id}`)).filter(
      ({ status }) => status === 'sampled',
    );
    expect(Math.abs(drawn.length - 1000)).toBeLessThan(spread(2000, 0.5));
  });

  it.each([
    ['a retry', { resendCount: 1 }, {}, { status: 'outside', reason: 'resend' }],
    [
      'another model',
      { request: { operation: 'chat', model: 'o3', stream: false } },
      { match: { model: 'gpt-*' } },
      { status: 'outside', reason: 'not_matched' },
    ],
    ['an experiment switched off', {}, { enabled: false }, { status: 'outside', reason: 'disabled' }],
    ['a rate of 0', {}, { sample: { rate: 0 } }, { status: 'outside', reason: 'disabled' }],
    [
      'a span nobody records',
      { recording: false },
      { sample: { rate: 1 } },
      { status: 'sampled', refused: 'not_recording' },
    ],
    [
      'any span where recording is not asked for',
      { recording: false },
      { sample: { rate: 1 }, shadow: { requireRecording: false } },
      { refused: null },
    ],
  ] as const)('tells %s', (_, change, settings, expected) => {
    expect(decider(settings)(call(change), 'id')).toMatchObject(expected);
  });
});

describe('compilePattern', () => {
  it.each([
    ['gpt-5*', 'gpt-5-mini', true],
    ['gpt-5*', 'gpt-4', false],
    ['*', '', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'acb', false],
    ['ab*ba', 'aba', false],
    ['exact', 'exact', true],
    ['exact', 'exactly', false],
    ['a.c', 'abc', false],
  ])('%s and %s: %s', (pattern, model, matches) => {
    expect(compilePattern(pattern)(model)).toBe(matches);
  });
});

describe('createSegmenter', () => {
  const view = (attributes: Record<string, unknown>): ReturnType<typeof viewOf> =>
    viewOf(call({ context: attributes }));

  it('tells at most so many names apart, and keeps a place for the critical ones', () => {
    const segmentOf = createSegmenter({ attribute: 'route', max: 3, critical: ['refunds'] });
    const names = ['a', 'b', 'c', 'a', 'refunds'].map((route) => segmentOf(view({ route })));
    expect(names).toEqual(['a', 'b', '_other', 'a', 'refunds']);
  });

  it.each([
    [{}, '_none'],
    [{ route: '' }, '_none'],
    [{ route: ['a'] }, '_none'],
    [{ route: 7 }, '7'],
    [{ route: '_all' }, '_other'],
    [{ route: 'x'.repeat(257) }, '_other'],
  ])('%j is %s', (attributes, expected) => {
    expect(createSegmenter({ attribute: 'route', max: 5, critical: [] })(view(attributes))).toBe(expected);
  });

  it('counts a rule that throws and goes on', () => {
    const failures: string[] = [];
    const before = setFailureSink((operation) => failures.push(operation));
    const segmentOf = createSegmenter({ attribute: 'route', max: 5, critical: [] }, () => {
      throw new Error('of the user');
    });
    expect(segmentOf(view({ route: 'a' }))).toBe('_none');
    expect(failures).toEqual(['sample.segment']);
    setFailureSink(before);
  });
});

describe('clusterKey', () => {
  const salt = Buffer.alloc(32, 1);
  const keyOf = (each: Call, rule?: () => string | null, with_: Uint8Array = salt): string =>
    clusterKey(each, viewOf(each), { attribute: 'conversation' }, rule, with_);

  it('is the same for the turns of a conversation, and another for another salt', () => {
    const opening = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
    ];
    const later = [...opening, { role: 'assistant', content: 'Hello.' }, { role: 'user', content: 'And now?' }];
    expect(keyOf(call({}, opening))).toBe(keyOf(call({}, later)));
    expect(keyOf(call({}, opening))).toMatch(/^[0-9a-f]{16}$/);
    expect(keyOf(call({}, opening))).not.toBe(keyOf(call({}, opening), undefined, Buffer.alloc(32, 2)));
  });

  it('is the HMAC of its kind and text, in every version: processes of two versions share their keys', () => {
    const context = { conversation: 'ünïcode 🦜' };
    const expected = createHmac('sha256', salt).update('conversation\0ünïcode 🦜').digest('hex').slice(0, 16);
    expect(keyOf(call({ context }, [{ role: 'user', content: 'One' }]))).toBe(expected);
  });

  it("prefers the user's rule, then the conversation, then the opening", () => {
    const one = call({ context: { conversation: 'c' } }, [{ role: 'user', content: 'One' }]);
    const two = call({ context: { conversation: 'c' } }, [{ role: 'user', content: 'Two' }]);
    expect(keyOf(one)).toBe(keyOf(two));
    expect(keyOf(one, () => 'u1')).not.toBe(keyOf(two, () => 'u2'));
    expect(keyOf(one, () => null)).toBe(keyOf(one));
    expect(keyOf(one)).not.toBe(keyOf(call({}, [{ role: 'user', content: 'One' }])));
  });
});
