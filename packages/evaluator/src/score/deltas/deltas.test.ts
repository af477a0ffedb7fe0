import { createRequire } from 'node:module';
import { type Leg, type ModelPrice, type PriceList, Prices } from '@understudy/instrumentation/trial';
import { expect, it } from 'vitest';
import { deltasOf } from './deltas.js';
import { errorClass } from './error-class.js';

type Answered = Extract<Leg, { status: 'ok' }>;

const ok = (given: Partial<Answered> = {}): Leg => ({
  status: 'ok',
  answer: { kind: 'none' },
  finish: 'stop',
  usage: null,
  durationMs: 1000,
  model: 'gpt-4o',
  span: null,
  ...given,
});
const failed = (type: string): Leg => ({ status: 'error', type, durationMs: 5, span: null });
const NO_PRICES = { primary: null, other: null };

it('compares latency, first chunk, speed and tokens', () => {
  const primary = ok({ durationMs: 2500, firstChunkMs: 500, usage: { inputTokens: 10, outputTokens: 101 } });
  const other = ok({
    durationMs: 1250,
    firstChunkMs: 250,
    usage: { inputTokens: 10, outputTokens: 201, reasoningTokens: 150, cachedInputTokens: 8 },
  });
  const deltas = deltasOf(primary, other, NO_PRICES);
  expect(deltas.outcome).toEqual({ primary: 'ok', other: 'ok' });
  expect(deltas.latency).toEqual({ primary: 2500, other: 1250, difference: -1250, ratio: 0.5 });
  expect(deltas.firstChunk).toEqual({ primary: 500, other: 250, difference: -250, ratio: 0.5 });
  expect(deltas.outputSpeed).toEqual({ primary: 50, other: 200, difference: 150, ratio: 4 });
  expect(deltas.tokens.input).toMatchObject({ difference: 0, ratio: 1 });
  expect(deltas.tokens.output).toMatchObject({ difference: 100 });
  // A count that was not given is not 0.
  expect(deltas.tokens.reasoning).toEqual({ primary: null, other: 150, difference: null, ratio: null });
  expect(deltas.tokens.cachedInput).toMatchObject({ primary: null, other: 8, ratio: null });
});

it.each([
  ['failed', failed('500')],
  ['was aborted', { status: 'aborted', afterMs: 3, span: null } as const],
  ['is missing', { status: 'missing', reason: 'leg_broken' } as const],
])('knows no number of a call that %s', (_what, other) => {
  const deltas = deltasOf(ok({ usage: { inputTokens: 1, outputTokens: 2 } }), other, NO_PRICES);
  for (const { difference, ratio } of [deltas.latency, deltas.firstChunk, deltas.outputSpeed, deltas.tokens.output])
    expect([difference, ratio]).toEqual([null, null]);
});

it('gives the speed of an answer that was not streamed over its whole time, and none of one chunk or one token', () => {
  const speed = (leg: Leg): number | null => deltasOf(leg, leg, NO_PRICES).outputSpeed.primary;
  expect(speed(ok({ durationMs: 2000, usage: { outputTokens: 100 } }))).toBe(50);
  expect(speed(ok({ durationMs: 2000, firstChunkMs: 2000, usage: { outputTokens: 100 } }))).toBeNull();
  expect(speed(ok({ usage: { outputTokens: 1 } }))).toBeNull();
  expect(speed(ok({ usage: null }))).toBeNull();
});

const perToken = (input: number, output: number): ModelPrice => ({
  contextWindow: null,
  cost: (tokens) => tokens.input * input + tokens.output * output - (tokens.cacheRead ?? 0) * input * 0.5,
});

it('tells the list price from what is paid where tokens came from a cache', () => {
  const leg = ok({ usage: { inputTokens: 100, outputTokens: 10, cachedInputTokens: 80 } });
  const { cost } = deltasOf(leg, leg, { primary: perToken(10, 40), other: perToken(2, 8) });
  expect(cost.list).toEqual({ primary: 1400, other: 280, difference: -1120, ratio: 0.2 });
  expect(cost.paid).toMatchObject({ primary: 1000, other: 200 });
});

it('knows no cost without a price, without a count, or where the list gives up', () => {
  const counted = ok({ usage: { inputTokens: 100, outputTokens: 10 } });
  const broken: ModelPrice = {
    contextWindow: null,
    cost: () => {
      throw new Error('the price is gone');
    },
  };
  expect(deltasOf(counted, counted, { primary: perToken(1, 1), other: null }).cost.list).toMatchObject({
    primary: 110,
    other: null,
    ratio: null,
  });
  const uncounted = ok({ usage: { outputTokens: 10 } });
  expect(deltasOf(uncounted, counted, { primary: perToken(1, 1), other: broken }).cost.paid).toEqual({
    primary: null,
    other: null,
    difference: null,
    ratio: null,
  });
});

it('takes the list prices of providers', () => {
  const prices = new Prices({}, () => createRequire(import.meta.url)('@pydantic/genai-prices') as PriceList);
  prices.open();
  const of = (model: string): ModelPrice | null => prices.of(model, 'https://api.openai.com');
  const leg = ok({ usage: { inputTokens: 1_000_000, outputTokens: 0 } });
  const { cost } = deltasOf(leg, leg, { primary: of('gpt-4o'), other: of('a-model-nobody-knows') });
  expect(cost.list).toEqual({ primary: 2.5e9, other: null, difference: null, ratio: null });
});

it.each([
  ['429', 'rate_limited'],
  ['529', 'rate_limited'],
  ['overloaded_error', 'rate_limited'],
  ['insufficient_quota', 'rate_limited'],
  ['408', 'timeout'],
  ['TimeoutError', 'timeout'],
  ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
  ['ETIMEDOUT', 'timeout'],
  ['504', 'timeout'],
  ['500', 'server'],
  ['api_error', 'server'],
  ['400', 'request'],
  ['invalid_request_error', 'request'],
  ['context_length_exceeded', 'request'],
  ['401', 'credentials'],
  ['authentication_error', 'credentials'],
  ['ECONNRESET', 'connection'],
  ['ENOTFOUND', 'connection'],
  ['UND_ERR_SOCKET', 'connection'],
  ['response_too_large', 'unreadable'],
  ['unreadable_answer', 'unreadable'],
  ['_OTHER', 'other'],
  ['', 'other'],
])('takes an error of type %j for %s', (type, expected) => {
  expect(errorClass(failed(type))).toBe(expected);
});

it('takes what is no error by its status', () => {
  expect(errorClass(ok())).toBe('ok');
  expect(errorClass({ status: 'aborted', afterMs: 1, span: null })).toBe('aborted');
  expect(errorClass({ status: 'missing', reason: 'shutdown' })).toBe('missing');
});
