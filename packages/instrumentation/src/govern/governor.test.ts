import { describe, expect, it } from 'vitest';
import { failed, governed, responseWith } from './governor.test.support.js';

const OTHER = 'https://other.example.com/v1/chat/completions';

describe("trouble of the primary's provider", () => {
  it.each([429, 503, 529])('pauses all shadows after a %s, for a minute, and resumes by halves', (status) => {
    const world = governed();
    expect(world.share()).toBe(1);
    world.primary().answered(status);
    expect(world.share()).toBe(0);
    const shares = [59_999, 60_000, 70_000, 80_000, 90_000].map((now) => {
      world.now = now;
      return world.share();
    });
    expect(shares).toEqual([0, 0.13, 0.25, 0.5, 1]);
  });

  it('pauses at the third failure in a row, and not for one now and then', () => {
    const world = governed();
    for (const status of [500, 502, 200, 504, 500, 400, 500, 500]) world.primary().answered(status);
    expect(world.share()).toBe(1);
    world.primary().answered(500);
    expect(world.share()).toBe(0);
    world.now = 300_000;
    world.primary().answered(200);
    world.primary().answered(500);
    expect(world.share()).toBe(1);
  });

  it('pauses at the first failure that says for how long', () => {
    const world = governed();
    world.primary().answered(500, { 'retry-after': '5' });
    expect(world.share()).toBe(0);
  });

  it.each([200, 400, 401, 404, 422])('does not after a %s', (status) => {
    const world = governed();
    world.primary().answered(status);
    expect(world.share()).toBe(1);
  });

  it('remembers for ten minutes that a limit was reached, and not for so long that a call failed', () => {
    const lengths = [429, 503].map((status) => {
      const world = governed();
      world.primary().answered(status, { 'retry-after': '10' });
      world.now = 300_000;
      world.primary().answered(status, { 'retry-after': '10' });
      world.now += 19_999;
      return world.share();
    });
    expect(lengths).toEqual([0, 0.13]);
  });

  it('does not where the experiment says so', () => {
    const world = governed({ governor: { pauseMs: 0 } });
    world.primary().answered(429, { 'retry-after': '20' });
    expect(world.share()).toBe(1);
  });

  it('takes the word of the provider for how long, within bounds', () => {
    const world = governed();
    world.primary().answered(429, { 'retry-after': '20' });
    world.now = 19_999;
    expect(world.share()).toBe(0);
    world.now = 20_000;
    expect(world.share()).toBe(0.13);
  });

  it('goes back to the pause on a relapse, for twice as long', () => {
    const world = governed();
    world.primary().answered(503);
    world.now = 65_000;
    world.primary().answered(503);
    world.now = 65_000 + 119_999;
    expect(world.share()).toBe(0);
    world.now = 65_000 + 120_000;
    expect(world.share()).toBe(0.13);
  });

  it('heeds calls of other models at the same provider, and none at providers that it does not ask', () => {
    const world = governed({ candidate: { model: 'c', baseUrl: 'https://candidate.example.com/v1' } });
    world.primary();
    world.primary({ matched: false, url: OTHER }).answered(429);
    expect(world.share()).toBe(1);
    world.primary({ matched: false, url: 'https://candidate.example.com/v1/chat/completions' }).answered(429);
    expect(world.share()).toBe(0);
    world.now = 200_000;
    expect(world.share()).toBe(1);
    world.primary({ matched: false }).answered(429);
    expect(world.share()).toBe(0);
  });

  it('refuses every arm of a call or none', () => {
    const world = governed({ noise: { rate: 1 } });
    world.primary().answered(503);
    world.now = 60_000;
    world.draw = 0.1;
    const call = world.primary();
    expect(typeof call.shadow()).toBe('object');
    world.draw = 0.9;
    expect(typeof call.shadow('aa')).toBe('object');
    expect(world.primary().shadow('aa')).toBe('paused_primary');
  });
});

describe('rate limits', () => {
  const left = (requests: number, reset = '30s'): Record<string, string> => ({
    'x-ratelimit-limit-requests': '100',
    'x-ratelimit-remaining-requests': String(requests),
    'x-ratelimit-reset-requests': reset,
  });

  it('pauses under the headroom, and no longer than until the headers say that there is enough', () => {
    const world = governed();
    world.primary().answered(200, left(30));
    expect(world.share()).toBe(1);
    world.primary().answered(200, left(29));
    expect(world.primary().shadow()).toBe('paused_rate_limit');
    world.now = 5000;
    world.primary().answered(200, left(39));
    expect(world.share()).toBe(0);
    world.primary().answered(200, left(40));
    expect(world.share()).toBe(0.13);
    world.now = 6000;
    world.primary().answered(200, left(29));
    expect(world.share()).toBe(0);
  });

  it('resumes when the reset has passed, though nobody has said anything since', () => {
    const world = governed();
    world.primary().answered(200, left(10, '12s'));
    world.now = 11_999;
    expect(world.share()).toBe(0);
    world.now = 12_000;
    expect(world.share()).toBe(0.13);
  });

  it('tells the limits of models apart: what one has left says nothing of the other', () => {
    const world = governed();
    world.primary({ model: 'large' }).answered(200, left(10));
    world.primary({ model: 'small' }).answered(200, left(90));
    expect(world.share()).toBe(0);
  });

  it('leaves shadows alone that share neither provider nor key, and not those that share one', () => {
    const candidates = {
      apart: { model: 'c', baseUrl: 'https://a.example.com/v1', apiKey: { env: 'A' } },
      gateway: { model: 'c', baseUrl: 'https://b.example.com/v1', apiKey: { env: 'B' } },
      same: { model: 'c', apiKey: { env: 'C' } },
    };
    const world = governed({ candidates }, { apart: 'sk-a', gateway: 'sk-primary', same: 'sk-c' });
    world.primary().answered(200, left(10));
    expect(['apart', 'gateway', 'same', 'aa'].map((arm) => world.share(arm))).toEqual([1, 0, 0, 0]);
  });

  it('pauses for a refusal and for the host however many limits have been low', () => {
    const world = governed();
    const tokens = { ...left(10, '1s') };
    for (const [name, value] of Object.entries(left(10, '1s'))) tokens[name.replace('requests', 'tokens')] = value;
    for (let tenant = 0; tenant < 200; tenant += 1) world.primary({ key: `sk-${tenant}` }).answered(200, tokens);
    world.now = 41_000;
    expect(world.share()).toBe(1);
    world.primary({ key: 'sk-other' }).answered(429, { 'retry-after': '60' });
    expect(world.primary().shadow()).toBe('paused_primary');
    expect(world.counted).toContain('paused_primary began');

    const full = { durationMs: 500, lateMs: [], utilization: 0.1, heapShare: 0.99, slowPublishing: false };
    for (let windows = 0; windows < 2; windows += 1) world.governor.window(full);
    expect(world.counted).toContain('paused_heap began');
  });

  it("heeds shadows' own headers where both roles ask the same, and not of a provider of their own", () => {
    const end = (world: ReturnType<typeof governed>): void => {
      const permit = world.primary().shadow();
      if (typeof permit === 'string') throw new Error(permit);
      const outcome = { ...failed('unreadable_answer'), response: responseWith(200, left(10)) };
      permit.ended({ leg: { status: 'missing', reason: 'x' }, outcome });
    };
    const together = governed();
    end(together);
    expect(together.share()).toBe(0);
    const apart = governed({ candidate: { model: 'c', baseUrl: 'https://candidate.example.com/v1' } });
    end(apart);
    expect(apart.share()).toBe(1);
  });

  it("pauses on a shadow's 429 where both roles ask the same, twice as long on a relapse", () => {
    const world = governed();
    const refuse = (): void => {
      const permit = world.primary().shadow();
      if (typeof permit === 'string') throw new Error(permit);
      permit.ended({ leg: { status: 'missing', reason: 'x' }, outcome: failed('429', { 'retry-after': '2' }) });
    };
    refuse();
    expect(world.primary().shadow()).toBe('paused_rate_limit');
    world.now = 2000;
    world.draw = 0;
    refuse();
    world.now = 5999;
    expect(world.share()).toBe(0);
    world.now = 6000;
    expect(world.share()).toBe(0.13);
  });
});

describe('telling', () => {
  it('counts a pause once at each end, however many limits are low', () => {
    const world = governed();
    const low = { 'ratelimit-limit': '10', 'ratelimit-remaining': '1', 'ratelimit-reset': '5' };
    world.primary().answered(200, low);
    world.primary({ model: 'other' }).answered(200, low);
    world.primary().answered(429);
    world.now = 4999;
    world.share();
    expect(world.counted).toEqual(['paused_rate_limit began', 'paused_primary began']);
    world.now = 60_000;
    world.share();
    expect(world.counted.slice(2).toSorted()).toEqual(['paused_primary ended', 'paused_rate_limit ended']);
  });

  it('puts an event on the span of the call with which it began', () => {
    const world = governed();
    world.primary().answered(429, { 'retry-after': '20' });
    world.primary().shadow();
    world.primary().answered(429, { 'retry-after': '20' });
    expect(world.events).toEqual([[1, 'paused_primary', '2026-11-21T12:00:20.000Z']]);
  });

  it('puts it on the first call that meets a pause which began with none', () => {
    const world = governed();
    const window = { durationMs: 500, lateMs: [], utilization: 0.1, heapShare: 0.9, slowPublishing: false };
    world.governor.window(window);
    world.governor.window(window);
    expect(world.primary().shadow()).toBe('paused_heap');
    expect(world.primary().shadow()).toBe('paused_heap');
    expect(world.events).toEqual([[1, 'paused_heap', '2026-11-21T12:00:01.000Z']]);
  });
});

it('pauses while the host is in trouble and resumes within seconds', () => {
  const world = governed();
  const window = { durationMs: 500, lateMs: [], utilization: 0.1, heapShare: 0.1, slowPublishing: true };
  for (; world.now < 20_000; world.now += 500) world.governor.window(window);
  expect(world.primary().shadow()).toBe('paused_publishing');
  world.governor.window({ ...window, slowPublishing: false });
  expect(world.counted).toEqual(['paused_publishing began']);
  world.now += 1000;
  world.governor.window({ ...window, slowPublishing: false });
  expect(world.counted).toEqual(['paused_publishing began', 'paused_publishing ended']);
  const shares = [0, 1000, 1000, 1000].map((ms) => {
    world.now += ms;
    return world.share();
  });
  expect(shares).toEqual([0.13, 0.25, 0.5, 1]);
});
