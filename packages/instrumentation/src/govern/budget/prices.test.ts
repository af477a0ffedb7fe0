import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import type { ExchangeOutcome } from '../../shadow/bounded.js';
import type { ShadowCall } from '../../shadow/prepare.js';
import { inputBound } from '../../shadow/input-bound.js';
import { mostTokens, realCost } from './call-cost.js';
import { type ModelPrice, type PriceList, Prices } from './prices.js';

const load = (): PriceList => createRequire(import.meta.url)('@pydantic/genai-prices') as PriceList;
const OPENAI = 'https://api.openai.com';

function listed(model: string, endpoint: string): ModelPrice {
  const prices = new Prices({}, load);
  prices.open();
  const price = prices.of(model, endpoint);
  if (price === null) throw new Error(`no price of ${model}`);
  return price;
}

describe('prices', () => {
  it('are those declared, by pattern and in their order, before any that are known', () => {
    const prices = new Prices({ 'own-*': { input: 1, output: 2 }, 'gpt-5*': { input: 100, output: 0 } }, load);
    expect(prices.of('own-1', null)?.cost({ input: 1_000_000, output: 500_000 })).toBe(2e9);
    prices.open();
    expect(prices.of('gpt-5-mini', OPENAI)?.cost({ input: 1000, output: 1000 })).toBe(1e8);
    expect(prices.of('other', OPENAI)).toBeNull();
  });

  it('are list prices where none is declared: of the endpoint, and of the name where no provider is known for it', () => {
    const mini = listed('gpt-5-mini', OPENAI);
    expect(mini.cost({ input: 1_000_000, output: 1_000_000 })).toBe(2.25e9);
    expect(mini.contextWindow).toBe(400_000);
    expect(listed('gpt-5-mini', 'https://gateway.example').cost({ input: 0, output: 1000 })).toBe(2e6);
  });

  it('know what is read from a cache, written to one, and dearer past a length', () => {
    const mini = listed('gpt-5-mini', OPENAI);
    expect(mini.cost({ input: 1_000_000, output: 0, cacheRead: 500_000 })).toBe(137_500_000);
    // More than there was of input is no count.
    expect(mini.cost({ input: 1000, output: 0, cacheRead: 5000 })).toBe(25_000);
    const sonnet = listed('claude-sonnet-4-5', 'https://api.anthropic.com');
    expect(sonnet.cost({ input: 100_000, output: 0, cacheWrite: 100_000 })).toBe(375_000_000);
    expect(sonnet.cost({ input: 300_000, output: 0 })).toBe(1_800_000_000);
  });

  it('are unknown, not 0, before the list is here, where there is no provider, and where it cannot be loaded', () => {
    const prices = new Prices({ own: { input: 1, output: 1 } }, () => {
      throw new Error('not installed');
    });
    expect(prices.of('gpt-5-mini', OPENAI)).toBeNull();
    expect(() => prices.open()).toThrow('not installed');
    prices.open();
    expect(prices.of('gpt-5-mini', OPENAI)).toBeNull();
    expect(prices.of('own', OPENAI)).not.toBeNull();
    const known = new Prices({}, load);
    known.open();
    expect(known.of('gpt-5-mini', null)).toBeNull();
  });
});

const PRICE: ModelPrice = { cost: ({ input, output }) => input + 10 * output, contextWindow: 500 };
const shadow = (attributes: object, body: string): ShadowCall =>
  ({ limits: () => attributes, inputTokens: () => inputBound(body) }) as unknown as ShadowCall;
const ok = (usage: object | null): ExchangeOutcome =>
  ({ status: 'ok', answer: { usage }, durationMs: 1 }) as unknown as ExchangeOutcome;

describe('the most a call may cost', () => {
  it('is by the bytes of its request and by the limit that it sets, for each answer it asks for', () => {
    const most = (attributes: object, body = 'x'.repeat(200)): object =>
      mostTokens(shadow(attributes, body), PRICE, 4096);
    expect(most({})).toEqual({ input: 100, output: 4096 });
    expect(most({ 'gen_ai.request.max_tokens': 20 })).toEqual({ input: 100, output: 20 });
    expect(most({ 'gen_ai.request.max_tokens': 20, 'gen_ai.request.choice.count': 3 })).toMatchObject({ output: 60 });
    // As others mean it: no limit.
    expect(most({ 'gen_ai.request.max_tokens': -1 })).toMatchObject({ output: 4096 });
    expect(most({}, 'x'.repeat(5000))).toMatchObject({ input: 500 });
  });

  it('allows for what the provider fetches itself', () => {
    const image = '{"image_url":{"url": "https://a.example/b.png"}}';
    expect(inputBound(image)).toBe(Math.ceil(image.length / 2) + 5000);
    expect(inputBound('{"url":"data:image/png;base64,AAAA"}')).toBe(18);
    expect(inputBound('"ü"')).toBe(2);
  });
});

describe('what a call has cost', () => {
  const most = { input: 100, output: 50 };
  it.each<[string, ExchangeOutcome | null, number | null]>([
    ['by what the provider counted', ok({ inputTokens: 7, outputTokens: 3 }), 37],
    ['at the most, of what it did not count', ok({ inputTokens: 7 }), 507],
    ['unknown, where it counted nothing', ok(null), null],
    ['unknown, where it broke off', { status: 'error', type: 'ECONNRESET', durationMs: 1 }, null],
    ['nothing, where it was refused', { status: 'error', type: '429', durationMs: 1, unbilled: true }, 0],
    ['unknown, where we broke', null, null],
  ])('is %s', (_, outcome, expected) => {
    expect(realCost(outcome, PRICE, most)).toBe(expected);
  });
});
